import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Check } from './readiness.ts';

export interface EventLoopCheckOptions {
  /** Delay of the event loop, in milliseconds, that most turns since the last look must have stayed below. Default 5,000. */
  maxDelayMs?: number;
}

/**
 * A liveness check: fails when the event loop has been so slow since the check last ran that timeouts, lease renewals and
 * PINGs cannot be kept. (A loop that is blocked altogether does not answer the probe in the first place.)
 */
export function eventLoopCheck({ maxDelayMs = 5_000 }: EventLoopCheckOptions = {}): Check {
  const delay = monitorEventLoopDelay({ resolution: 20 });
  delay.enable();
  return () => {
    const medianMs = delay.percentile(50) / 1e6;
    delay.reset();
    if (medianMs <= maxDelayMs) return undefined;
    return `the event loop was delayed by ${Math.round(medianMs)} ms (limit ${maxDelayMs} ms): the process has too little CPU`;
  };
}
