import { parseWatchLine } from './watch-stream.ts';

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
