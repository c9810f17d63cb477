import { Repairs } from './repairs.ts';

const SHARED = 'ns/shared';
const writers = new Map<string, number>();
const repairs = (): Repairs => new Repairs({ writers: (target) => writers.get(target) ?? 1 });

beforeEach(() => {
  writers.clear();
  writers.set(SHARED, 2);
});

test('each of those that share a damaged target has to mend it, once', () => {
  const found = repairs();
  const damage = found.damaged(SHARED);
  found.mended('ns/a', found.pending('ns/a', SHARED));
  expect([found.pending('ns/a', SHARED), found.pending('ns/b', SHARED)]).toEqual([undefined, damage]);
  found.mended('ns/b', damage);
  expect(found.size).toBe(0);
});

test('what was mended before a later damage does not count for it', () => {
  const found = repairs();
  const earlier = found.damaged(SHARED);
  const later = found.damaged(SHARED);
  found.mended('ns/a', earlier);
  found.mended('ns/b', earlier);
  expect([found.pending('ns/a', SHARED), found.pending('ns/b', SHARED)]).toEqual([later, later]);
});

test('who found it and then failed to mend it has to come back', () => {
  const found = repairs();
  const damage = found.damaged(SHARED);
  found.mended('ns/b', found.pending('ns/b', SHARED));
  expect(found.pending('ns/a', SHARED)).toBe(damage);
});

test('nothing is kept of a target with one writer, nor of one that has one left', () => {
  const found = repairs();
  expect(found.damaged('ns/own')).toBeUndefined();
  expect(found.size).toBe(0);
  found.damaged(SHARED);
  found.left(SHARED);
  expect(found.size).toBe(1);
  writers.set(SHARED, 1);
  found.left(SHARED);
  expect(found.size).toBe(0);
});

test('a damage costs the same however many share the target', () => {
  const found = repairs();
  writers.set(SHARED, 10_000);
  found.damaged(SHARED);
  for (let i = 0; i < 9_999; i++) found.mended(`ns/${i}`, found.pending(`ns/${i}`, SHARED));
  expect(found.size).toBe(1);
  found.mended('ns/last', found.pending('ns/last', SHARED));
  expect(found.size).toBe(0);
});
