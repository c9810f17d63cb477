import { Backoff, type Clock } from '@eso/runtime';
import { KubeError } from '../error.ts';
import type { ApiResponse } from '../transport/send-request.ts';
import { TransportFailure } from '../transport/failure.ts';
import type { Method } from '../transport/transport.ts';
import { retryAfterMs } from './status.ts';

/** Further attempts after an answer that says "later". */
const MAX_RETRIES = 3;

/** Verbs that may be carried out twice; a second PUT or DELETE at worst ends in CONFLICT or NOT_FOUND, which callers handle. */
const IDEMPOTENT: ReadonlySet<Method> = new Set(['GET', 'PUT', 'DELETE']);

/** What may be repeated, and until when. */
export interface RetryOptions {
  method: Method;
  /** Time for all attempts together, in milliseconds. */
  timeoutMs: number;
  clock: Clock;
  signal?: AbortSignal | undefined;
  /** Whether answers that say "later" are tried again here; false where the caller has its own pace. */
  retryLater: boolean;
  /** Called before the retry that follows a 401. */
  invalidateCredentials: () => void;
}

/**
 * Makes attempts until one has an answer worth returning:
 * - a connection that broke before the API server looked at the request, or under a GET, once
 * - 429 with Retry-After for every verb (it was not carried out), 5xx with Retry-After for idempotent ones, three times
 * - 401 once, with credentials read again
 *
 * All within `timeoutMs`; when waiting would take longer, the last answer is returned.
 * @throws what the last attempt threw
 */
export async function withRetries<T extends Pick<ApiResponse, 'status' | 'headers'>>(
  options: RetryOptions,
  attempt: (timeoutMs: number) => Promise<T>,
): Promise<T> {
  const { method, clock, signal } = options;
  const deadline = clock.monotonic() + options.timeoutMs;
  const backoff = new Backoff({ firstMs: 100, maxMs: 5_000, jitter: 1 });
  let reconnected = false;
  let reauthenticated = false;
  for (;;) {
    let answer: T;
    const leftMs = deadline - clock.monotonic();
    if (leftMs <= 0) throw new KubeError('TIMEOUT', `the API server gave no answer within ${options.timeoutMs} ms`);
    try {
      answer = await attempt(leftMs);
    } catch (error) {
      if (reconnected || !mayReconnect(error, method)) throw error;
      reconnected = true;
      continue;
    }
    if (answer.status === 401 && !reauthenticated) {
      reauthenticated = true;
      options.invalidateCredentials();
      continue;
    }
    const askedMs = options.retryLater ? retryAfter(answer, method) : undefined;
    if (askedMs === undefined || backoff.failures >= MAX_RETRIES) return answer;
    const waitMs = backoff.next({ atLeastMs: askedMs });
    if (clock.monotonic() + waitMs >= deadline) return answer;
    await clock.sleep(waitMs, signal);
  }
}

function mayReconnect(error: unknown, method: Method): boolean {
  if (!(error instanceof TransportFailure) || error.code !== 'UNREACHABLE') return false;
  return error.stage === 'unsent' || (error.stage === 'sent' && method === 'GET');
}

function retryAfter({ status, headers }: Pick<ApiResponse, 'status' | 'headers'>, method: Method): number | undefined {
  return status === 429 || (status >= 500 && IDEMPOTENT.has(method)) ? retryAfterMs(headers) : undefined;
}
