import type { Logger } from '@eso/runtime';

/** What is to happen with the key afterwards. */
export type ReconcileResult =
  /** Nothing, until something changes. */
  | { readonly kind: 'done' }
  /** Look again after `ms` milliseconds, by default with the priority of a refresh. Ends a backoff. */
  | { readonly kind: 'requeueAfter'; readonly ms: number; readonly priority?: number }
  /** Try again after the key's backoff: not good yet, but no error either. */
  | { readonly kind: 'requeue' };

export interface ReconcileContext {
  /** Aborts when the controller stops or the reconcile's time is over. */
  readonly signal: AbortSignal;
  /** Carries the controller and the key in each line. */
  readonly logger: Logger;
  /** The priority with which the key came from the queue. */
  readonly priority: number;
}

/**
 * Brings one object towards what it should be. `key` is `namespace/name`, or `name` for cluster-scoped objects. What it
 * throws is counted and tried again after the key's backoff; a {@link TerminalError} is not tried again.
 */
export type Reconcile = (key: string, context: ReconcileContext) => Promise<ReconcileResult>;
