/** The three durations of a leader election, in milliseconds. */
export interface LeaseDurations {
  /** How long others wait for a holder that no longer renews. */
  readonly leaseDurationMs: number;
  /** How long a holder works without a renewal before it stops. */
  readonly renewDeadlineMs: number;
  /** Time between two tries, to get the lease or to renew it. */
  readonly retryPeriodMs: number;
}

/** Candidates wait up to this much longer, so that they do not all come at the same moment; client-go's factor. */
export const RETRY_JITTER = 1.2;

/**
 * Which duration does not fit the others, and why; undefined when they go together. A holder that may work for as long as
 * the lease lasts, or longer, still works when the next one begins.
 */
export function durationProblem(durations: LeaseDurations): [keyof LeaseDurations, string] | undefined {
  const { leaseDurationMs, renewDeadlineMs, retryPeriodMs } = durations;
  if (renewDeadlineMs >= leaseDurationMs)
    return ['renewDeadlineMs', 'has to be shorter than the lease duration, or two processes lead at once'];
  if (retryPeriodMs * RETRY_JITTER >= renewDeadlineMs)
    return ['retryPeriodMs', `times ${String(RETRY_JITTER)} has to be shorter than the renew deadline`];
  return undefined;
}

/** How often a holder renews its lease, and how long one attempt may take. */
export interface RenewalPace {
  /** From the start of a renewal to the start of the next, in milliseconds. */
  readonly periodMs: number;
  /** How long one attempt may take, in milliseconds. */
  readonly attemptMs: number;
}

/**
 * How a holder renews: often and briefly enough that after a good renewal three attempts end before the deadline, so that one
 * that hangs, and one more that only finds out that the connection is dead, cost nothing.
 */
export function renewalPace({ renewDeadlineMs, retryPeriodMs }: LeaseDurations): RenewalPace {
  const periodMs = Math.min(retryPeriodMs, renewDeadlineMs / 4);
  return { periodMs, attemptMs: (renewDeadlineMs - periodMs) / 3 };
}
