import { Repairs } from './repairs.ts';

const SHARED = 'ns/shared';
let writers: readonly string[];
const repairs = (): Repairs =>
  new Repairs({
    countWriters: (target) => (target === SHARED ? writers.length : 1),
    writers: (target) => (target === SHARED ? writers : []),
  });

beforeEach(() => {
  writers = ['ns/a', 'ns/b'];
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
  found.left('ns/c', SHARED);
  expect(found.size).toBe(1);
  writers = ['ns/a'];
  found.left('ns/b', SHARED);
  expect(found.size).toBe(0);
});

test('who mended it and then left does not count for one who has not', () => {
  writers = ['ns/a', 'ns/b', 'ns/c'];
  const found = repairs();
  const damage = found.damaged(SHARED);
  found.mended('ns/a', damage);
  writers = ['ns/b', 'ns/c'];
  found.left('ns/a', SHARED);
  found.mended('ns/b', damage);
  expect(found.pending('ns/c', SHARED)).toBe(damage);
  found.mended('ns/c', damage);
  expect(found.size).toBe(0);
});

test('nor does who left while it was mending', () => {
  writers = ['ns/a', 'ns/b', 'ns/c'];
  const found = repairs();
  const damage = found.damaged(SHARED);
  writers = ['ns/b', 'ns/c'];
  found.left('ns/a', SHARED);
  found.mended('ns/a', damage);
  found.mended('ns/b', damage);
  expect(found.pending('ns/c', SHARED)).toBe(damage);
});

test('what is not damaged is neither mended nor left', () => {
  const found = repairs();
  found.mended('ns/a', undefined);
  found.left('ns/a', SHARED);
  expect([found.size, found.pending('ns/a', SHARED)]).toEqual([0, undefined]);
});

test('the last one that had not mended it ends it by leaving', () => {
  writers = ['ns/a', 'ns/b', 'ns/c'];
  const found = repairs();
  const damage = found.damaged(SHARED);
  found.mended('ns/a', damage);
  found.mended('ns/b', damage);
  writers = ['ns/a', 'ns/b'];
  found.left('ns/c', SHARED);
  expect(found.size).toBe(0);
});

test('a damage costs the same however many share the target', () => {
  writers = Array.from({ length: 10_000 }, (_, index) => `ns/${index}`);
  let listed = 0;
  const found = new Repairs({
    countWriters: () => writers.length,
    writers: () => {
      listed++;
      return writers;
    },
  });
  const damage = found.damaged(SHARED);
  for (const key of writers.slice(1)) found.mended(key, found.pending(key, SHARED));
  expect([found.pending('ns/0', SHARED), listed]).toEqual([damage, 0]);
  // And however many of those who mended it leave.
  for (let last = 9_999; last >= 9_000; last--) {
    writers = writers.slice(0, last);
    found.left(`ns/${last}`, SHARED);
  }
  expect([found.pending('ns/0', SHARED), listed]).toEqual([damage, 0]);
  found.mended('ns/0', damage);
  expect([found.size, listed]).toEqual([0, 1]);
});
