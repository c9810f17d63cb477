const LIMIT_MS = 8_000;
const PAUSE_MS = 10;

/** Tries until `check` no longer throws; throws what it threw last when that takes too long. */
export async function eventually<T>(check: () => T | Promise<T>): Promise<T> {
  const end = performance.now() + LIMIT_MS;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (performance.now() > end) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}
