import fc from 'fast-check';
import { type Line, LineSplitter } from './line-splitter.ts';

/** Pushes the bytes in pieces of these sizes, then the rest. */
function pushAll(splitter: LineSplitter, bytes: Buffer, cuts: readonly number[]): Line[] {
  const seen: Line[] = [];
  let at = 0;
  for (const cut of [...cuts, bytes.length]) {
    seen.push(...splitter.push(bytes.subarray(at, at + cut)));
    at += cut;
  }
  return seen;
}

test('lines are whole however the bytes are cut', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'grapheme' })), fc.array(fc.nat(8)), (texts, cuts) => {
      const lines = texts.map((text) => text.replaceAll('\n', ' '));
      const splitter = new LineSplitter(1_000_000);
      const seen = pushAll(splitter, Buffer.from(lines.map((line) => `${line}\n`).join('')), cuts);
      expect(seen).toEqual(lines.map((text) => ({ kind: 'line', text })));
      expect(splitter.pending).toBe(false);
    }),
  );
});

test('an unfinished line is pending', () => {
  const splitter = new LineSplitter(100);
  expect([...splitter.push(Buffer.from('a\nb'))]).toEqual([{ kind: 'line', text: 'a' }]);
  expect(splitter.pending).toBe(true);
});

test('a line that is too long is counted and not kept, however it comes; the next one is whole', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 5_000 })), (cuts) => {
      const splitter = new LineSplitter(10_000);
      const long = 'x'.repeat(10_001);
      const seen = pushAll(splitter, Buffer.from(`${'y'.repeat(10_000)}\n${long}\nshort\n`), cuts);
      expect(seen).toEqual([
        { kind: 'line', text: 'y'.repeat(10_000) },
        { kind: 'oversized', bytes: 10_001, head: 'x'.repeat(4_096) },
        { kind: 'line', text: 'short' },
      ]);
    }),
  );
});
