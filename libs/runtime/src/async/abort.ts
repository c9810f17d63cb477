/**
 * Calls `listener` once when `signal` aborts, at once if it has aborted already.
 * @returns lets go of the signal; whoever listens to one that outlives the work has to call it
 */
export function onAbort(signal: AbortSignal | undefined, listener: (reason: unknown) => void): () => void {
  if (!signal) return () => undefined;
  const aborted = (): void => listener(signal.reason);
  if (signal.aborted) aborted();
  else signal.addEventListener('abort', aborted, { once: true });
  return () => signal.removeEventListener('abort', aborted);
}

/**
 * Waits for a promise, but no longer than until `signal` aborts. The work goes on; nobody looks at what becomes of it.
 * @throws what the promise rejects with, or the reason of the signal
 */
export function abortable<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise;
  return new Promise((resolve, reject) => {
    const release = onAbort(signal, () => reject(signal.reason as Error));
    promise.finally(release).then(resolve, reject);
  });
}
