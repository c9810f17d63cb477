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
  /** Any request; used to find out whether the API server is back. */
  request(method: string, path: string, options?: { readonly signal?: AbortSignal }): Promise<unknown>;
  /** Whether the connection to the API server works, as far as is known now. */
  isReachable(): boolean;
}
