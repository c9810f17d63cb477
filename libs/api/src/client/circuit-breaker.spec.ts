import { ManualClock } from '@eso/runtime';
import { type Admission, CircuitBreaker, type Outcome } from './circuit-breaker.ts';

const clock = new ManualClock();
let breaker: CircuitBreaker;
beforeEach(() => (breaker = new CircuitBreaker({ clock })));

function admitted(admission: Admission): (outcome: Outcome) => void {
  if (admission.kind !== 'admitted') throw new Error('not admitted');
  return admission.settle;
}

function calls(...outcomes: Outcome[]): void {
  for (const outcome of outcomes) admitted(breaker.admit())(outcome);
}

const failures = (count: number): Outcome[] => Array<Outcome>(count).fill('failure');

test('five failures in a row open it, and nothing goes through for 30 s', async () => {
  calls(...failures(4));
  expect(breaker.state).toBe('closed');
  calls('failure');
  expect(breaker.state).toBe('open');
  expect(breaker.admit()).toEqual({ kind: 'rejected', retryAfterMs: 30_000 });
  await clock.advance(29_999);
  expect(breaker.admit()).toEqual({ kind: 'rejected', retryAfterMs: 1 });
  await clock.advance(1);
  expect(breaker.admit().kind).toBe('admitted');
});

test('a success in between starts the count anew; a caller who gave up does not count', () => {
  calls(...failures(4), 'success', ...failures(4), 'neutral');
  expect(breaker.state).toBe('closed');
  calls('failure');
  expect(breaker.state).toBe('open');
});

describe('the probe', () => {
  beforeEach(async () => {
    calls(...failures(5));
    await clock.advance(30_000);
  });

  test('is one call; the others are turned away meanwhile', () => {
    const settle = admitted(breaker.admit());
    expect(breaker.state).toBe('halfOpen');
    expect(breaker.admit().kind).toBe('rejected');
    settle('success');
    expect(breaker.state).toBe('closed');
    calls(...failures(4));
    expect(breaker.state).toBe('closed');
  });

  test('that fails keeps it open for another 30 s', async () => {
    admitted(breaker.admit())('failure');
    await clock.advance(29_999);
    expect(breaker.admit().kind).toBe('rejected');
    await clock.advance(1);
    expect(breaker.admit().kind).toBe('admitted');
  });

  test('that was given up leaves the place to the next call', () => {
    admitted(breaker.admit())('neutral');
    expect(breaker.admit().kind).toBe('admitted');
  });
});

test('calls that began before it opened change nothing any more', async () => {
  const late = admitted(breaker.admit());
  const later = admitted(breaker.admit());
  calls(...failures(5));
  late('success');
  expect(breaker.state).toBe('open');
  await clock.advance(30_000);
  const probe = admitted(breaker.admit());
  later('failure');
  expect(breaker.state).toBe('halfOpen');
  probe('success');
  expect(breaker.state).toBe('closed');
});

test('a change at the provider ends the waiting', () => {
  calls(...failures(5));
  breaker.reconsider();
  expect(breaker.admit().kind).toBe('admitted');
  expect(breaker.admit().kind).toBe('rejected');
});

test('a closed one has nothing to reconsider', () => {
  calls(...failures(4));
  breaker.reconsider();
  calls('failure');
  expect(breaker.state).toBe('open');
});
