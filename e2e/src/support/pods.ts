import { setTimeout as sleep } from 'node:timers/promises';
import { eventually, type Pod } from '@eso/testing';

export interface Probe {
  /** HTTP status; 0 when nobody answered within a second. */
  readonly status: number;
  /** `ok`, or one line for each check that fails. */
  readonly text: string;
}

/** What a pod's probe port answers. */
export async function probe(pod: Pod, path: '/readyz' | '/livez' = '/readyz'): Promise<Probe> {
  try {
    const url = `http://127.0.0.1:${String(pod.ports['health'])}${path}`;
    const response = await fetch(url, { signal: AbortSignal.timeout(1_000) });
    return { status: response.status, text: (await response.text()).trim() };
  } catch (error) {
    return { status: 0, text: String(error) };
  }
}

/** Waits until the readiness probe says this. */
export async function readyzSays(pod: Pod, expected: RegExp, timeoutMs = 30_000): Promise<void> {
  await eventually(async () => expect((await probe(pod)).text).toMatch(expected), { timeoutMs, intervalMs: 100 });
}

/** Kills the process and waits until it runs and is ready again. */
export async function restart(pod: Pod, signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
  const before = pod.restarts;
  pod.kill(signal);
  await eventually(() => expect(pod.restarts).toBeGreaterThan(before), { intervalMs: 20 });
  await pod.waitUntilReady({ port: 'health' });
}

/** Stops the process in the middle of whatever it does, as a node that hangs would, while `work` runs. */
export async function whileStopped<T>(pod: Pod, work: () => Promise<T>): Promise<T> {
  pod.kill('SIGSTOP');
  try {
    return await work();
  } finally {
    pod.kill('SIGCONT');
  }
}

/**
 * Sum of the series of a metric that carry these labels; 0 when there is none.
 * @param text of `/metrics`
 */
export function metricSum(text: string, name: string, labels: Readonly<Record<string, string>> = {}): number {
  let sum = 0;
  for (const [, found, own = '', value] of text.matchAll(/^(\w+)(?:\{(.*)\})? (\S+)$/gm)) {
    if (found !== name) continue;
    if (Object.entries(labels).every(([label, wanted]) => own.includes(`${label}="${wanted}"`))) sum += Number(value);
  }
  return sum;
}

/** By how much what `count` returns grows within a time. */
export async function growthOver(ms: number, count: () => Promise<number>): Promise<number> {
  const before = await count();
  await sleep(ms);
  return (await count()) - before;
}
