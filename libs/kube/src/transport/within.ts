import type { Clock } from '@eso/runtime';

export interface WithinOptions {
  clock: Clock;
  /** Milliseconds. */
  ms: number;
  signal?: AbortSignal | undefined;
  /** What it rejects with when the time is over. */
  late: () => Error;
}

/**
 * The outcome of a promise that may never settle, unless the time is over or the signal aborts first; then nobody waits for it any more,
 * and what it ends in is dropped.
 * @throws what the promise rejects with, `late()`, or the reason of the signal
 */
export function within<T>(promise: Promise<T>, { clock, ms, signal, late }: WithinOptions): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => settle(() => reject(signal?.reason as Error));
    const cancel = clock.schedule(ms, () => settle(() => reject(late())));
    const settle = (how: () => void): void => {
      cancel();
      signal?.removeEventListener('abort', onAbort);
      how();
    };
    if (signal?.aborted) onAbort();
    else signal?.addEventListener('abort', onAbort, { once: true });
    // Resolved with the promise itself, so that it rejects with what that rejects with.
    const settled = (): void => settle(() => resolve(promise));
    promise.then(settled, settled);
  });
}
