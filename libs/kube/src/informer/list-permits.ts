import type { KubeClient } from '../client/client.ts';

/** Lists that one client reads at a time: what is under way in each of them is held in memory. */
const MAX_LISTS = 3;

interface Permits {
  free: number;
  waiting: Set<() => void>;
}

const byClient = new WeakMap<KubeClient, Permits>();

/**
 * Waits until fewer than three lists of this client are under way.
 * @returns gives the place to the next one; may be called twice
 * @throws the reason of the signal
 */
export async function acquireListPermit(client: KubeClient, signal: AbortSignal): Promise<() => void> {
  signal.throwIfAborted();
  const permits = byClient.get(client) ?? { free: MAX_LISTS, waiting: new Set() };
  byClient.set(client, permits);
  if (permits.free > 0) permits.free -= 1;
  else await waitForPermit(permits, signal);
  let released = false;
  return () => {
    if (released) return;
    released = true;
    const [next] = permits.waiting;
    if (next) next();
    else permits.free += 1;
  };
}

/** A place is handed over, never given back and taken again: nobody can come between. */
function waitForPermit({ waiting }: Permits, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = (): void => {
      waiting.delete(next);
      signal.removeEventListener('abort', onAbort);
    };
    const next = (): void => {
      end();
      resolve();
    };
    const onAbort = (): void => {
      end();
      reject(signal.reason as Error);
    };
    waiting.add(next);
    signal.addEventListener('abort', onAbort, { once: true });
  });
}
