import type { Clock } from '@eso/runtime';

/**
 * Runs `fn` with a signal that aborts with `signal`, and with a TimeoutError after `ms` milliseconds of `clock`. Whether
 * `fn` heeds it is up to `fn`.
 */
export async function withDeadline<T>(
  { clock, ms, signal }: { readonly clock: Clock; readonly ms: number; readonly signal: AbortSignal },
  fn: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const limit = new AbortController();
  const onAbort = (): void => limit.abort(signal.reason);
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort, { once: true });
  const cancel = clock.schedule(ms, () =>
    limit.abort(new DOMException(`gave up after ${String(ms)} ms`, 'TimeoutError')),
  );
  try {
    return await fn(limit.signal);
  } finally {
    cancel();
    signal.removeEventListener('abort', onAbort);
  }
}
