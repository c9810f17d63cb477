import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Repeats `attempt` until it succeeds, waiting 50 ms, then twice as long each time up to 2 s.
 * @template T
 * @param {(signal: AbortSignal) => Promise<T>} attempt
 * @param {AbortSignal} signal ends the repetition
 * @param {(error: unknown) => void} [onError] told of each failure
 * @returns {Promise<T>}
 * @throws the signal's reason once it is aborted
 */
export async function untilItWorks(attempt, signal, onError = () => undefined) {
  for (let delay = 50; ; delay = Math.min(delay * 2, 2_000)) {
    signal.throwIfAborted();
    try {
      return await attempt(signal);
    } catch (error) {
      signal.throwIfAborted();
      onError(error);
      await sleep(delay, undefined, { signal });
    }
  }
}
