import type { Logger } from '@eso/runtime';

/** When a key whose reconcile failed is tried again. */
export type RequeuePolicy =
  /** After the key's backoff, which doubles with each failure in a row, to `maxMs` milliseconds (default: the queue's). */
  | { readonly kind: 'backoff'; readonly maxMs?: number }
  /** After `ms` milliseconds, with the priority of a refresh. Ends a backoff. */
  | { readonly kind: 'after'; readonly ms: number }
  /** Only when something is changed, which comes as an event. Ends a backoff. */
  | { readonly kind: 'change' };

/** What is to happen with the key afterwards. */
export type ReconcileResult =
  /** Nothing, until something changes. */
  | { readonly kind: 'done' }
  /** Look again after `ms` milliseconds, by default with the priority of a refresh. Ends a backoff. */
  | { readonly kind: 'requeueAfter'; readonly ms: number; readonly priority?: number }
  /** Try again after the key's backoff: not good yet, but no error either. */
  | { readonly kind: 'requeue' }
  /** There was no room (see {@link ReconcileContext.enter}): neither success nor failure; the backoff stays as it is. */
  | { readonly kind: 'wait' }
  /** It did not work out and was told to the user; `text` is for the log. Counted as an error. */
  | { readonly kind: 'failed'; readonly text: string; readonly again: RequeuePolicy };

/** What one pass over a key is given beside the key. Its functions have no effect once the pass has ended. */
export interface ReconcileContext {
  /** Aborts when the controller stops or the reconcile's time is over. */
  readonly signal: AbortSignal;
  /** Carries the controller and the key in each line. */
  readonly logger: Logger;
  /** The priority with which the key came from the queue. */
  readonly priority: number;
  /**
   * Takes room for this pass at all of these endpoints, until the pass ends or {@link leave} is called; room that it has
   * elsewhere is given back. False: there is none. The pass then has to return `wait` without any effect; its key waits in
   * the queue, by priority and age, holding no worker, until there is room. That room is reserved for its next pass, whose
   * `enter` of the same endpoints succeeds. An event makes the key's next pass come at once, without costing it its place.
   * @param ids of the endpoints; none: always true
   */
  readonly enter: (ids: Iterable<string>) => boolean;
  /** Gives the room back early, once the calls are over. */
  readonly leave: () => void;
}

/**
 * Brings one object towards what it should be. `key` is `namespace/name`, or `name` for cluster-scoped objects. What it
 * throws is counted and tried again after the key's backoff.
 */
export type Reconcile = (key: string, context: ReconcileContext) => Promise<ReconcileResult>;
