import fc from 'fast-check';
import { type ConditionLike, kubeTime, mergeCondition } from './conditions.ts';

const NOW = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
const EARLIER = '2025-12-31T00:00:00Z';
const ready: ConditionLike = { type: 'Ready', status: 'True', reason: 'A', message: 'm', lastTransitionTime: EARLIER };
const other: ConditionLike = { type: 'Other', status: 'True', lastTransitionTime: EARLIER };

test('time has whole seconds', () => {
  expect(kubeTime(NOW)).toBe('2026-01-02T03:04:05Z');
});

test('the first condition gets a time', () => {
  expect(mergeCondition(undefined, { type: 'Ready', status: 'True' }, NOW)).toEqual([
    { type: 'Ready', status: 'True', lastTransitionTime: '2026-01-02T03:04:05Z' },
  ]);
});

test('identical content leaves the very list [1.3.5]', () => {
  const list = [ready, other];
  expect(mergeCondition(list, { type: 'Ready', status: 'True', reason: 'A', message: 'm' }, NOW)).toBe(list);
});

test('another text keeps the time and moves to the end [1.3.6] [1.3.8]', () => {
  expect(mergeCondition([ready, other], { type: 'Ready', status: 'True', reason: 'A', message: 'n' }, NOW)).toEqual([
    other,
    { ...ready, message: 'n' },
  ]);
});

test('another status takes a new time [1.3.7]', () => {
  expect(mergeCondition([ready, other], { type: 'Ready', status: 'False', reason: 'B' }, NOW)).toEqual([
    other,
    { type: 'Ready', status: 'False', reason: 'B', lastTransitionTime: '2026-01-02T03:04:05Z' },
  ]);
});

test('a new generation is recorded without a new time', () => {
  const old = { ...ready, observedGeneration: 1 };
  const next = { type: 'Ready', status: 'True', reason: 'A', message: 'm', observedGeneration: 2 };
  expect(mergeCondition([old], next, NOW)).toEqual([{ ...old, observedGeneration: 2 }]);
});

test('merging twice is merging once, and each type is there once', () => {
  const condition = fc.record({
    type: fc.constantFrom('Ready', 'Validated', 'Other'),
    status: fc.constantFrom('True', 'False'),
    reason: fc.constantFrom('A', 'B'),
  });
  fc.assert(
    fc.property(fc.array(condition), condition, (history, next) => {
      const list = history.reduce<readonly ConditionLike[]>((all, item) => mergeCondition(all, item, 0), []);
      const once = mergeCondition(list, next, NOW);
      expect(mergeCondition(once, next, NOW + 60_000)).toBe(once);
      expect(new Set(once.map(({ type }) => type)).size).toBe(once.length);
    }),
  );
});
