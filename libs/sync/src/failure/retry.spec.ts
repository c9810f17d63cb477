import { errorCodes } from '@eso/api/contract';
import { syncErrorCodes } from '../error.ts';
import { attemptsPerDay, remedyFor, retryAfter } from './retry.ts';

const every = (refreshInterval: string) => ({ spec: { refreshInterval } });

test.each<[string, string, ReturnType<typeof retryAfter>]>([
  ['INVALID_SPEC', '1s', { kind: 'change' }],
  ['STORE_NOT_ALLOWED', '1h', { kind: 'change' }],
  ['KEY_COLLISION', '24h', { kind: 'after', ms: 86_400_000 }],
  ['KEY_COLLISION', '1h', { kind: 'after', ms: 3_600_000 }],
  ['KEY_COLLISION', '10m', { kind: 'after', ms: 600_000 }],
  ['KEY_COLLISION', '1s', { kind: 'after', ms: 600_000 }],
  ['KEY_COLLISION', '0', { kind: 'change' }],
  ['TARGET_NOT_OWNED', '-1s', { kind: 'change' }],
  ['SECRET_NOT_FOUND', '24h', { kind: 'backoff', maxMs: 300_000 }],
  ['VERSION_NOT_FOUND', '24h', { kind: 'backoff', maxMs: 300_000 }],
  ['PROPERTY_NOT_FOUND', '0', { kind: 'backoff', maxMs: 300_000 }],
  ['PROVIDER_UNREACHABLE', '24h', { kind: 'backoff', maxMs: 60_000 }],
  ['STORE_NOT_READY', '24h', { kind: 'backoff', maxMs: 60_000 }],
  ['A_CODE_OF_TOMORROW', '24h', { kind: 'backoff', maxMs: 60_000 }],
])('%s at interval %s [1.10.6] [8.10] [8.58]', (code, interval, expected) => {
  expect(retryAfter(code, every(interval))).toEqual(expected);
});

test('what the contract or the library calls passing is never left until a change', () => {
  const passing = [...Object.entries(errorCodes), ...Object.entries(syncErrorCodes)]
    .filter(([, { retryable }]) => retryable)
    .map(([code]) => code);
  expect(passing.filter((code) => remedyFor(code) !== 'time')).toEqual([]);
});

test('what only the spec or the content can mend is not asked for every minute', () => {
  const lasting = Object.entries(syncErrorCodes).filter(([code, { retryable }]) => !retryable && code !== 'UNEXPECTED');
  expect(lasting.map(([code]) => code).filter((code) => remedyFor(code) === 'time')).toEqual([]);
});

test.each([
  ['spec', 3_600_000, 0],
  ['content', 0, 0],
  ['content', 1_000, 144],
  ['content', 3_600_000, 24],
  ['content', 86_400_000, 1],
  ['absent', 86_400_000, 288],
  ['time', 0, 1_440],
] as const)(
  'a failure that %s mends at an interval of %i ms is looked at %i times a day',
  (remedy, interval, times) => {
    expect(attemptsPerDay(remedy, interval)).toBe(times);
  },
);
