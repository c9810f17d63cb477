import type { KubeObject, ObjectRef, ResourceType } from '@eso/kube';

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
  /** Whether the API server was there when it was last heard of. Asking while it is not makes an attempt to reach it. */
  isReachable(): boolean;
}
