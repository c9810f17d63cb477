import { encodeLogTime, type TimeEncoding } from './log-time.ts';
import { createLogger } from './logger.ts';

const NOW = Date.UTC(2026, 10, 28, 15, 0, 10, 120);

test.each<[TimeEncoding, string]>([
  ['epoch', '1795878010.12'],
  ['millis', '1795878010120'],
  ['nano', '1795878010120000000'],
  ['iso8601', '"2026-11-28T15:00:10.120Z"'],
  ['rfc3339', '"2026-11-28T15:00:10Z"'],
  ['rfc3339nano', '"2026-11-28T15:00:10.12Z"'],
])('--zap-time-encoding=%s writes %s [6.7.15]', (encoding, text) => {
  expect(encodeLogTime(NOW, encoding)).toBe(text);
});

test('a whole second has no fraction', () => {
  const second = NOW - 120;
  expect(encodeLogTime(second, 'rfc3339nano')).toBe('"2026-11-28T15:00:10Z"');
  expect(encodeLogTime(second, 'epoch')).toBe('1795878010');
});

test('each line of a logger carries its time so', () => {
  let line = '';
  const destination = { write: (text: string) => void (line = text) };
  createLogger({ name: 'sample', timeEncoding: 'millis', destination }).info('hello');
  expect(typeof (JSON.parse(line) as { time: unknown }).time).toBe('number');
  createLogger({ name: 'sample', destination }).info('hello');
  expect(line).toMatch(/"time":"\d{4}-\d\d-\d\dT[\d:]+\.\d{3}Z"/);
});
