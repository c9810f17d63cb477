import fc from 'fast-check';
import { splitTarget } from './request-target.ts';

test.each([
  ['/readyz', '/readyz', []],
  ['/readyz?verbose', '/readyz', ['verbose']],
  ['/readyz?a=1&verbose=true', '/readyz', ['a', 'verbose']],
  ['/metrics?', '/metrics', ['']],
  ['//', '//', []],
  ['//[', '//[', []],
  ['http://[', 'http://[', []],
  ['*', '*', []],
  ['', '', []],
])('%j', (target, path, parameters) => {
  const split = splitTarget(target);
  expect([split.path, [...split.parameters]]).toEqual([path, parameters]);
});

test('whatever is sent has a result, and the path is what was sent', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (target) => {
      expect(target.startsWith(splitTarget(target).path)).toBe(true);
    }),
  );
});
