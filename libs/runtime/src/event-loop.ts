import type { HealthCheck } from './readiness.ts';

/** How much of the time the event loop may be blocked. */
export interface EventLoopCheckOptions {
  /** How far back the check looks, in milliseconds. Default 30,000. */
  windowMs?: number;
  /** A turn of the event loop that takes longer than this, in milliseconds, counts as blocked time. Default 500. */
  blockMs?: number;
  /** Share of the window that may be blocked, 0 to 1. Default 0.75. */
  maxShare?: number;
}

/** How often the loop is asked to turn, in milliseconds. */
const TICK_MS = 50;

interface Block {
  /** Monotonic time at which it was over, and how long it was, in milliseconds. */
  readonly endedAt: number;
  readonly ms: number;
}

/**
 * A liveness check: fails when the event loop has been blocked for so much of the last time that timeouts, lease renewals and
 * PINGs cannot be kept. Blocked is what goes by in long turns: a loop that is busy with many short ones, as in a first sync of
 * thousands of objects, is well, and so is one that a garbage collection stops now and then. (A loop that never turns does not
 * answer the probe in the first place.)
 */
export function eventLoopCheck(options: EventLoopCheckOptions = {}): HealthCheck {
  const { windowMs = 30_000, blockMs = 500, maxShare = 0.75 } = options;
  let blocks: Block[] = [];
  let last = performance.now();
  const look = (): void => {
    const now = performance.now();
    const lateMs = now - last - TICK_MS;
    last = now;
    if (lateMs > blockMs) blocks.push({ endedAt: now, ms: lateMs });
    if (blocks[0] && blocks[0].endedAt <= now - windowMs)
      blocks = blocks.filter(({ endedAt }) => endedAt > now - windowMs);
  };
  setInterval(look, TICK_MS).unref();
  return () => {
    // The probe may come before the timer that would have noticed the block that has just ended.
    look();
    const since = last - windowMs;
    const blockedMs = blocks.reduce((sum, { endedAt, ms }) => sum + Math.min(ms, endedAt - since), 0);
    if (blockedMs <= windowMs * maxShare) return undefined;
    return (
      `the event loop was blocked for ${seconds(blockedMs)} of the last ${seconds(windowMs)} (limit ${seconds(windowMs * maxShare)}), ` +
      `in turns longer than ${String(blockMs)} ms: the process has too little CPU, or something holds it`
    );
  };
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}
