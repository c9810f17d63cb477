import { formatDuration, parseDuration } from './duration.ts';

/** Texts, milliseconds and what Go's `time.Duration.String` prints for them (checked against Go 1.26). */
const cases: [text: string, ms: number, printed: string][] = [
  ['0', 0, '0s'],
  ['0s', 0, '0s'],
  ['1h', 3_600_000, '1h0m0s'],
  ['1h30m', 5_400_000, '1h30m0s'],
  ['90s', 90_000, '1m30s'],
  ['1.5s', 1_500, '1.5s'],
  ['.5s', 500, '500ms'],
  ['1.s', 1_000, '1s'],
  ['300ms', 300, '300ms'],
  ['100us', 0.1, '100µs'],
  ['100µs', 0.1, '100µs'],
  ['100μs', 0.1, '100µs'],
  ['15ns', 0.000_015, '15ns'],
  ['-5s', -5_000, '-5s'],
  ['+5s', 5_000, '5s'],
  ['720h', 2_592_000_000, '720h0m0s'],
  ['1m1s1ms', 61_001, '1m1.001s'],
  ['24h0m0.000001s', 86_400_000.001, '24h0m0.000001s'],
];

test.each(cases)('%s is %d ms and prints as %s', (text, ms, printed) => {
  expect(parseDuration(text)).toBeCloseTo(ms, 6);
  expect(formatDuration(ms)).toBe(printed);
});

test.each(['', '5', 's', '1d', '1w', '1h 30m', '-', '1e3s', '--5s', '1h-30m', '9999999h', 'NaN', '5S'])(
  '%j is refused with an example',
  (text) => {
    expect(() => parseDuration(text)).toThrow(
      expect.objectContaining({
        code: 'INVALID_DURATION',
        retryable: false,
        message: expect.stringContaining('"30s"') as string,
      }) as Error,
    );
    expect(() => parseDuration(text)).toThrow(JSON.stringify(text));
  },
);
