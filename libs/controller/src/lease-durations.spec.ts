import fc from 'fast-check';
import { durationProblem, renewalPace } from './lease-durations.ts';

test.each([
  [15_000, 10_000, 2_000, undefined],
  [15_000, 14_999, 2_000, undefined],
  [15_000, 15_000, 2_000, 'renewDeadlineMs'],
  [15_000, 40_000, 2_000, 'renewDeadlineMs'],
  [15_000, 10_000, 8_333, undefined],
  [15_000, 10_000, 8_334, 'retryPeriodMs'],
] as const)(
  'lease %d, renew deadline %d, retry period %d: %s',
  (leaseDurationMs, renewDeadlineMs, retryPeriodMs, which) => {
    expect(durationProblem({ leaseDurationMs, renewDeadlineMs, retryPeriodMs })?.[0]).toBe(which);
  },
);

test('after a good renewal three attempts that hang are over before the deadline, whatever the durations', () => {
  const duration = fc.integer({ min: 1_000, max: 3_600_000 });
  fc.assert(
    fc.property(duration, duration, (renewDeadlineMs, retryPeriodMs) => {
      const { periodMs, attemptMs } = renewalPace({ leaseDurationMs: 0, renewDeadlineMs, retryPeriodMs });
      expect(periodMs + 3 * attemptMs).toBeCloseTo(renewDeadlineMs);
      expect(periodMs).toBeLessThanOrEqual(retryPeriodMs);
      expect(attemptMs).toBeGreaterThanOrEqual(renewDeadlineMs / 4);
    }),
  );
});
