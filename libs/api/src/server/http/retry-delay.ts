import { backoffMs } from '@eso/runtime';
import type { HttpResponse } from './http-message.ts';
import type { HttpRetryOptions } from './http-options.ts';
import { networkProblem } from './network-problem.ts';

/** How one attempt ended. */
export type AttemptOutcome =
  { readonly kind: 'answered'; readonly response: HttpResponse } | { readonly kind: 'failed'; readonly error: unknown };

/** What is known after an attempt. */
export interface AttemptResult {
  /** 1 for the first. */
  readonly attempt: number;
  readonly outcome: AttemptOutcome;
  /** Whether it does no harm when it is done twice. */
  readonly idempotent: boolean;
  /** What is left of the time for all attempts, milliseconds. */
  readonly remainingMs: number;
}

/**
 * How long to wait before the next attempt, milliseconds.
 * @param random 0 to 1.
 * @returns undefined when this was the last.
 */
export function retryDelayMs(
  retry: Required<HttpRetryOptions>,
  { attempt, outcome, idempotent, remainingMs }: AttemptResult,
  random: number,
): number | undefined {
  if (attempt >= retry.attempts || !mayRepeat(retry, outcome, idempotent)) return undefined;
  const asked = outcome.kind === 'answered' ? outcome.response.retryAfterMs : undefined;
  const delayMs = asked ?? pauseMs(retry, attempt, random);
  if (asked !== undefined && asked > retry.maxRetryAfterMs) return undefined;
  return delayMs < remainingMs ? delayMs : undefined;
}

function mayRepeat({ statuses }: Required<HttpRetryOptions>, outcome: AttemptOutcome, idempotent: boolean): boolean {
  if (outcome.kind === 'answered') {
    const { status } = outcome.response;
    // 429 says that nothing was done.
    return statuses.includes(status) && (idempotent || status === 429);
  }
  const problem = networkProblem(outcome.error);
  return problem !== undefined && problem.transient && (idempotent || problem.unsent);
}

function pauseMs(
  { backoffMs: firstMs, maxBackoffMs: maxMs }: Required<HttpRetryOptions>,
  attempt: number,
  random: number,
): number {
  if (firstMs >= maxMs) return firstMs;
  return backoffMs({ firstMs, maxMs, jitter: 0.5 }, attempt, 1 - random);
}
