import fc from 'fast-check';
import { bounded, errorText } from './text.ts';

test('a text within its bound stays as it is', () => {
  expect(bounded('ä'.repeat(256))).toBe('ä'.repeat(256));
});

test('a text is never longer than its bound, never cut inside a character, and its start is kept', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 80 }), fc.integer({ min: 3, max: 120 }), (text, max) => {
      const cut = bounded(text, max);
      expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(max);
      expect(cut).not.toContain('\uFFFD');
      expect(cut === text || (cut.endsWith('…') && text.startsWith(cut.slice(0, -1)))).toBe(true);
    }),
  );
});

test('a bound too small for the mark gives nothing rather than half of it', () => {
  expect(bounded('abcdef', 2)).toBe('');
});

test.each<[thrown: unknown, text: string]>([
  [new Error('outer', { cause: new Error('inner') }), 'outer: inner'],
  [new Error('outer: inner', { cause: new Error('inner') }), 'outer: inner'],
  [
    new AggregateError([new Error('connect ECONNREFUSED ::1:1'), new Error('connect ECONNREFUSED 127.0.0.1:1')], ''),
    'connect ECONNREFUSED ::1:1; connect ECONNREFUSED 127.0.0.1:1',
  ],
  [new TypeError(''), 'TypeError'],
  ['a\n  text', 'a text'],
  [{ password: 'hunter2' }, 'a thrown object'],
  [undefined, 'unknown error'],
])('errorText of %p', (thrown, text) => {
  expect(errorText(thrown)).toBe(text);
});

test('a circle of causes ends', () => {
  const error = new Error('round');
  error.cause = error;
  expect(errorText(error)).toBe('round');
});
