import { Repairs } from './repairs.ts';

const repairs = (): Repairs =>
  new Repairs({ sharers: (target) => (target === 'ns/shared' ? ['ns/a', 'ns/b'] : ['ns/c']) });

test('each of those that share a damaged target has to mend it, once', () => {
  const found = repairs();
  found.damaged('ns/shared');
  found.mended('ns/a', found.pending('ns/a'));
  expect([found.pending('ns/a'), found.pending('ns/b')]).toEqual([undefined, 1]);
  found.mended('ns/b', found.pending('ns/b'));
  expect(found.size).toBe(0);
});

test('what was mended before a later damage does not count for it', () => {
  const found = repairs();
  found.damaged('ns/shared');
  const seen = found.pending('ns/a');
  found.damaged('ns/shared');
  found.mended('ns/a', seen);
  expect(found.pending('ns/a')).toBe(2);
  found.mended('ns/a', undefined);
  expect(found.pending('ns/a')).toBe(2);
});

test('who is about to mend it needs no reminder', () => {
  const found = repairs();
  found.damaged('ns/shared', 'ns/a');
  expect([found.pending('ns/a'), found.pending('ns/b')]).toEqual([undefined, 1]);
});

test('nothing is kept of a target with one writer, nor of an ExternalSecret that is gone', () => {
  const found = repairs();
  found.damaged('ns/own');
  expect(found.size).toBe(0);
  found.damaged('ns/shared');
  found.forget('ns/a');
  found.forget('ns/b');
  expect(found.size).toBe(0);
});
