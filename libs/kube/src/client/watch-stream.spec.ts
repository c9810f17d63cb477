import fc from 'fast-check';
import { LineSplitter, parseWatchLine } from './watch-stream.ts';

test('lines are whole however the bytes are cut', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'grapheme' })), fc.array(fc.nat(8)), (texts, cuts) => {
      const lines = texts.map((text) => text.replaceAll('\n', ' '));
      const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
      const splitter = new LineSplitter();
      const seen: string[] = [];
      let at = 0;
      for (const cut of cuts) {
        seen.push(...splitter.push(bytes.subarray(at, at + cut)));
        at += cut;
      }
      seen.push(...splitter.push(bytes.subarray(at)));
      expect(seen).toEqual(lines);
      expect(splitter.pending).toBe(false);
    }),
  );
});

test('an unfinished line is pending', () => {
  const splitter = new LineSplitter();
  expect(splitter.push(Buffer.from('a\nb'))).toEqual(['a']);
  expect(splitter.pending).toBe(true);
});

test.each([
  ['no JSON', '{"type":"ADDED","object":{"data":{"password":"s3cret"'],
  ['no object', '"s3cret"'],
  ['an unknown type', '{"type":"RENAMED","object":{"metadata":{"resourceVersion":"1"},"data":"s3cret"}}'],
  ['no resource version', '{"type":"ADDED","object":{"metadata":{"name":"s3cret"}}}'],
])('%s is an error that does not quote the line', (_name, line) => {
  let failed: unknown;
  try {
    parseWatchLine('a watch of secrets', line);
  } catch (error) {
    failed = error;
  }
  expect(failed).toMatchObject({ code: 'PROTOCOL', retryable: true });
  expect((failed as Error).message).not.toContain('s3cret');
});

test('an ERROR event is thrown as what it says', () => {
  const object = { kind: 'Status', code: 410, reason: 'Expired', message: 'too old resource version' };
  expect(() => parseWatchLine('a watch', JSON.stringify({ type: 'ERROR', object }))).toThrow(
    expect.objectContaining({ code: 'GONE', message: 'too old resource version' }) as Error,
  );
});
