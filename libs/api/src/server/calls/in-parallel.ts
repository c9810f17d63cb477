/** Requests at once of one call: a small part of what a backend allows an account in a second. */
const CONCURRENCY = 8;

/** Lists of at most `size` items each, in order. */
export function chunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, at) => items.slice(at * size, (at + 1) * size));
}

/**
 * Runs `run` for each item, eight at a time.
 * @param run its signal also aborts after the first failure: nobody wants what the others would go on to read.
 * @throws what the first run that failed throws.
 */
export async function inParallel<T>(
  items: readonly T[],
  signal: AbortSignal,
  run: (item: T, ended: AbortSignal) => Promise<void>,
): Promise<void> {
  const ended = new AbortController();
  const either = AbortSignal.any([signal, ended.signal]);
  const next = items.values();
  const worker = async (): Promise<void> => {
    for (const item of next) await run(item, either);
  };
  try {
    await Promise.all(Array.from({ length: CONCURRENCY }, worker));
  } finally {
    ended.abort();
  }
}
