import { ManualClock } from '@eso/runtime';
import { type CircuitPermit, CircuitBreaker, type CircuitState } from './circuit-breaker.ts';

const clock = new ManualClock();
let states: CircuitState[];
let breaker: CircuitBreaker;
beforeEach(() => {
  states = [];
  breaker = new CircuitBreaker({ clock, spacingMs: 0, onChange: (state) => states.push(state) });
});

function admitted(admission: CircuitPermit): () => void {
  if (admission.kind !== 'admitted') throw new Error('not admitted');
  return admission.release;
}

function downs(count: number): void {
  for (let i = 0; i < count; i++) breaker.down();
}

test('five connections in a row that fail open it, and nothing goes through for a second', async () => {
  downs(4);
  expect(breaker.state).toBe('closed');
  downs(1);
  expect(breaker.state).toBe('open');
  expect(breaker.admit()).toEqual({ kind: 'rejected', retryAfterMs: 1_000 });
  await clock.advance(999);
  expect(breaker.admit()).toEqual({ kind: 'rejected', retryAfterMs: 1 });
  await clock.advance(1);
  expect(breaker.admit().kind).toBe('admitted');
  expect(states).toEqual(['open', 'halfOpen']);
});

test('one that comes about in between starts the count anew; what becomes of calls does not count', () => {
  downs(4);
  breaker.up();
  downs(4);
  for (let i = 0; i < 20; i++) admitted(breaker.admit())();
  expect(breaker.state).toBe('closed');
  downs(1);
  expect(breaker.state).toBe('open');
});

describe('the probe', () => {
  beforeEach(async () => {
    downs(5);
    await clock.advance(1_000);
  });

  test('is one call; the others are turned away meanwhile', () => {
    const release = admitted(breaker.admit());
    expect(breaker.state).toBe('halfOpen');
    expect(breaker.admit().kind).toBe('rejected');
    breaker.up();
    release();
    expect(breaker.state).toBe('closed');
    downs(4);
    expect(breaker.state).toBe('closed');
  });

  test('that fails keeps it open for twice as long, up to 30 s', async () => {
    for (const openMs of [2_000, 4_000, 8_000, 16_000, 30_000, 30_000]) {
      const release = admitted(breaker.admit());
      breaker.down();
      release();
      await clock.advance(openMs - 1);
      expect(breaker.admit()).toEqual({ kind: 'rejected', retryAfterMs: 1 });
      await clock.advance(1);
    }
    admitted(breaker.admit());
    breaker.up();
    downs(5);
    expect(breaker.admit()).toEqual({ kind: 'rejected', retryAfterMs: 1_000 });
  });

  test('that ends without telling anything leaves the place to the next call', () => {
    admitted(breaker.admit())();
    expect(breaker.admit().kind).toBe('admitted');
  });

  test('that ends after the answer is known changes nothing any more', () => {
    const release = admitted(breaker.admit());
    breaker.up();
    downs(5);
    release();
    expect(breaker.admit()).toEqual({ kind: 'rejected', retryAfterMs: 1_000 });
  });
});

test('a connection that comes about while it is open closes it: another instance is there', () => {
  downs(5);
  breaker.up();
  expect(breaker.state).toBe('closed');
});

test('a change at the provider ends the waiting', () => {
  downs(5);
  breaker.reconsider();
  expect(breaker.admit().kind).toBe('admitted');
  expect(breaker.admit().kind).toBe('rejected');
});

test('a closed one has nothing to reconsider', () => {
  downs(4);
  breaker.reconsider();
  downs(1);
  expect(breaker.state).toBe('open');
});

test('connections that fail at the same time are one failure', async () => {
  breaker = new CircuitBreaker({ clock });
  for (let i = 1; i < 5; i++) {
    downs(100);
    await clock.advance(249);
    downs(100);
    await clock.advance(1);
    expect(breaker.state).toBe('closed');
  }
  downs(1);
  expect(breaker.state).toBe('open');
});
