import { setTimeout as sleep } from 'node:timers/promises';

/** How long {@link eventually} goes on, and how often it tries. */
export interface EventuallyOptions {
  /** How long to go on trying, milliseconds. Default 30,000. */
  readonly timeoutMs?: number;
  /** Pause between two attempts, milliseconds. Default 50. */
  readonly intervalMs?: number;
  readonly signal?: AbortSignal;
}

/**
 * Repeats `attempt` until it no longer throws, and returns what it returned. For what happens on its own time.
 * @throws the last error of `attempt` when the time is up
 */
export async function eventually<T>(attempt: () => T | Promise<T>, options: EventuallyOptions = {}): Promise<T> {
  const { timeoutMs = 30_000, intervalMs = 50, signal } = options;
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    signal?.throwIfAborted();
    try {
      return await attempt();
    } catch (error) {
      if (performance.now() > deadline) throw error;
    }
    await sleep(intervalMs, undefined, signal ? { signal } : {});
  }
}
