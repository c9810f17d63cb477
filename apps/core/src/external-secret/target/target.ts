import type { ExternalSecret } from '@eso/api/resources';
import type { KubeError } from '@eso/kube';
import type { Problem, ShapedContent, SyncError, TargetOutcome, TargetRefusal, TargetSnapshot } from '@eso/sync';
import type { Refused } from './refusal-text.ts';
import type { SyncFailure, TargetWords } from './words.ts';

/** What became of a target. */
export type TargetWriteResult =
  /** `lostKeys`: what it held before somebody else's object became this one. */
  | { readonly kind: 'created' | 'updated'; readonly lostKeys?: readonly string[] }
  /** It is gone, because there is nothing to hold. */
  | { readonly kind: 'deleted' }
  /** It was as it should be, or there was nothing to write. */
  | { readonly kind: 'unchanged'; readonly outcome: TargetOutcome }
  /** It may not be written. */
  | { readonly kind: 'refused'; readonly refusal: TargetRefusal; readonly error: SyncError }
  /** Others wrote it again and again in between: start over. */
  | { readonly kind: 'contended' };

/** Content for the target of an ExternalSecret. */
export interface TargetWrite {
  readonly es: ExternalSecret;
  readonly content: ShapedContent;
  readonly signal: AbortSignal;
}

/** Why a target cannot be written, known before anything is fetched. */
export interface TargetProblem {
  readonly failure: SyncFailure;
  readonly problem: Problem;
}

/** A kind of thing that values are written to. */
export interface SyncTarget {
  /** How conditions and events speak of it. */
  readonly words: TargetWords;
  /** Why it cannot be written at all, as far as is known already. */
  problem(es: ExternalSecret): TargetProblem | undefined;
  /** Whether {@link observed} can be relied on: the watch of that kind has listed once. */
  isWatched(es: ExternalSecret): boolean;
  /** As the caches and our own writes show it; undefined where there is none. */
  observed(es: ExternalSecret): TargetSnapshot | undefined;
  /** What this ExternalSecret made under an earlier name, as the caches show it. */
  orphans(es: ExternalSecret): readonly TargetSnapshot[];
  /**
   * Brings it in line. Values reach the API server only; nothing of them stays here.
   * @throws KubeError of the request that failed
   */
  write(options: TargetWrite): Promise<TargetWriteResult>;
  /** A request about it that failed, as the user reads it. Reads what is there, where the refusal may quote that. */
  writeProblem(error: KubeError, refused: Omit<Refused, 'before'>, signal: AbortSignal): Promise<Problem>;
  /**
   * Removes the orphans.
   * @returns how many went
   * @throws KubeError of the first request that failed
   */
  deleteOrphans(options: Omit<TargetWrite, 'content'>): Promise<number>;
}
