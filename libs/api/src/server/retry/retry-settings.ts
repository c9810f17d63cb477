import { parseDuration } from '@eso/runtime';
import { ProviderError } from '../../contract/provider-error.ts';

/** Retries that a store asks for. */
export interface RetrySettings {
  /** Attempts after the first. Absent: the backend's own default. */
  readonly maxRetries?: number;
  /** Pause before each of them, milliseconds. Absent: the backend's own default. */
  readonly retryIntervalMs?: number;
}

/** `spec.retrySettings` of a v1 store, as the user wrote it. */
export interface RawRetrySettings {
  readonly maxRetries?: unknown;
  readonly retryInterval?: unknown;
}

/** The schema's type is a 32-bit number. */
const MAX_RETRIES = 2 ** 31 - 1;

/**
 * Reads `spec.retrySettings`, which External Secrets 2.x gives to stores: `maxRetries` and `retryInterval`.
 * @param field path of `raw`, for the error.
 * @returns undefined when nothing is set.
 * @throws ProviderError CONFIG_INVALID naming the field.
 */
export function parseRetrySettings(
  raw: RawRetrySettings | null | undefined,
  field = 'spec.retrySettings',
): RetrySettings | undefined {
  const { maxRetries, retryInterval } = raw ?? {};
  const settings: RetrySettings = {
    ...(maxRetries != null && { maxRetries: retries(maxRetries, `${field}.maxRetries`) }),
    ...(retryInterval != null && { retryIntervalMs: intervalMs(retryInterval, `${field}.retryInterval`) }),
  };
  return Object.keys(settings).length === 0 ? undefined : settings;
}

function retries(value: unknown, field: string): number {
  if (Number.isInteger(value) && (value as number) >= 0 && (value as number) <= MAX_RETRIES) return value as number;
  throw invalid(field, 'maxRetries is no whole number of 0 or more', 'write the number of attempts after the first');
}

function intervalMs(value: unknown, field: string): number {
  const problem = 'retryInterval is no duration of 0 or more';
  const nextStep = 'write a number and a unit (ns, us, ms, s, m, h), such as "500ms", "10s" or "1m30s"';
  if (typeof value !== 'string') throw invalid(field, problem, nextStep);
  let ms: number;
  try {
    ms = parseDuration(value);
  } catch (cause) {
    throw invalid(field, problem, nextStep, cause);
  }
  if (ms < 0) throw invalid(field, problem, nextStep);
  return ms;
}

function invalid(field: string, problem: string, nextStep: string, cause?: unknown): ProviderError {
  return new ProviderError('CONFIG_INVALID', problem, { field, nextStep, cause });
}
