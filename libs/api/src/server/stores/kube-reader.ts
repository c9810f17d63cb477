import type { IssuedToken, KubeObject, ObjectRef, ResourceType, TokenOptions } from '@eso/kube';

/** The part of the Kubernetes API that a provider uses; a KubeClient has it. */
export interface KubeReader {
  /**
   * Reads one object with the provider's own rights.
   * @throws KubeError
   */
  get<T extends KubeObject>(
    type: ResourceType<T>,
    ref: ObjectRef,
    options?: { readonly signal?: AbortSignal },
  ): Promise<T>;
  /**
   * Issues a short-lived token of a ServiceAccount (TokenRequest).
   * @throws KubeError
   */
  createToken(serviceAccount: ObjectRef, options?: TokenOptions): Promise<IssuedToken>;
  /** Whether the API server was there when it was last heard of. Asking while it is not makes an attempt to reach it. */
  isReachable(): boolean;
}
