import { setTimeout as sleep } from 'node:timers/promises';
import type { Child } from '@eso/control-plane/child.mjs';

/** Longest wait for one thing of a cluster, milliseconds; a loaded machine needs a part of it. */
const LIMIT_MS = 180_000;

/**
 * Waits until `check` answers true. What it throws counts as not yet, and is in the message at the end.
 * @param what it is waited for, for the message
 * @param children processes that have to stay alive meanwhile
 * @throws Error when it takes longer than three minutes, or one of the processes ends
 */
export async function until(
  what: string,
  children: readonly Child[],
  check: () => Promise<boolean>,
  limitMs = LIMIT_MS,
): Promise<void> {
  const deadline = performance.now() + limitMs;
  let last = '';
  while (performance.now() < deadline) {
    const dead = children.find((child) => child.exit);
    if (dead) throw new Error(dead.describeExit());
    try {
      if (await check()) return;
    } catch (error) {
      last = ` (${String(error)})`;
    }
    await sleep(100);
  }
  const logs = children.map((child) => child.lastLines(5)).join('\n');
  throw new Error(`${what}: not after ${String(limitMs / 1_000)} s${last}\n${logs}`);
}
