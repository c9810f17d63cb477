import type { ExternalSecret, ExternalSecretMessage } from '@eso/api/resources';
import type { SecretData, SyncError } from '@eso/sync';

/** What became of a target. */
export type TargetWriteResult =
  | { readonly kind: 'created' | 'updated' }
  /** It was as it should be, or there was nothing to write; `message` is that of the Ready=True condition. */
  | { readonly kind: 'unchanged'; readonly message: ExternalSecretMessage }
  /** It may not be written; `message` is the beginning of the Ready=False condition's. */
  | { readonly kind: 'refused'; readonly message: ExternalSecretMessage; readonly error: SyncError }
  /** Others wrote it again and again in between: start over. */
  | { readonly kind: 'contended' };

/** Values for the target of an ExternalSecret. */
export interface TargetWrite {
  readonly es: ExternalSecret;
  readonly data: SecretData;
  readonly signal: AbortSignal;
}

/** A kind of thing that values are written to. `S` is what is remembered of one: enough to see whether it is as it was written. */
export interface SyncTarget<S> {
  /** As the caches and our own writes show it; undefined where there is none. */
  observed(es: ExternalSecret): S | undefined;
  /** What this ExternalSecret made under an earlier name, as the caches show it. */
  orphans(es: ExternalSecret): readonly S[];
  /**
   * Brings it in line. Values reach the API server only; nothing of them stays here.
   * @throws KubeError of the request that failed
   */
  write(options: TargetWrite): Promise<TargetWriteResult>;
  /**
   * Removes the orphans.
   * @returns how many went
   * @throws KubeError of the first request that failed
   */
  deleteOrphans(options: Omit<TargetWrite, 'data'>): Promise<number>;
}
