/**
 * The first message of a stream, which is given up then; undefined where it ends without one.
 * @throws what the stream ends with before
 */
export async function firstOf<T>(call: (signal: AbortSignal) => AsyncIterable<T>): Promise<T | undefined> {
  const enough = new AbortController();
  try {
    for await (const message of call(enough.signal)) return message;
    return undefined;
  } finally {
    enough.abort();
  }
}
