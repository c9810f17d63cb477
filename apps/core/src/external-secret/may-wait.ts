import { type Problem, refreshIntervalMs, refreshTimeMs } from '@eso/sync';
import type { Observation } from './observe.ts';
import { readyOf } from './status.ts';

/** How much later than due a sync may be before its waiting is worth a condition. */
const LATE_MS = 600_000;

/**
 * Whether a failure is a matter of turn alone: the namespace's other objects are before it at the worker for large work, and the
 * target is no older than it may be. Its condition would change back and forth at each refresh of many.
 */
export function mayWait({ code }: Problem, { es, now }: Pick<Observation, 'es' | 'now'>): boolean {
  const refreshedAt = refreshTimeMs(es.status);
  if (code !== 'SHAPING_BUSY' || refreshedAt === undefined || readyOf(es.status)?.status !== 'True') return false;
  return now - refreshedAt < refreshIntervalMs(es) + LATE_MS;
}
