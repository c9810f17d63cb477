import { errorCodes } from '@eso/api/client';
import { syncErrorCodes } from '@eso/sync';
import { againAfter, remedyFor } from './again.ts';

const every = (refreshInterval: string) => ({ spec: { refreshInterval } });

test.each<[string, string, ReturnType<typeof againAfter>]>([
  ['INVALID_SPEC', '1s', { kind: 'change' }],
  ['KEY_COLLISION', '24h', { kind: 'after', ms: 86_400_000 }],
  ['KEY_COLLISION', '1h', { kind: 'after', ms: 3_600_000 }],
  ['KEY_COLLISION', '10m', { kind: 'after', ms: 600_000 }],
  ['KEY_COLLISION', '1s', { kind: 'after', ms: 600_000 }],
  ['KEY_COLLISION', '0', { kind: 'change' }],
  ['TARGET_NOT_OWNED', '-1s', { kind: 'change' }],
  ['SECRET_NOT_FOUND', '24h', { kind: 'backoff', maxMs: 300_000 }],
  ['PROPERTY_NOT_FOUND', '0', { kind: 'backoff', maxMs: 300_000 }],
  ['PROVIDER_UNREACHABLE', '24h', { kind: 'backoff', maxMs: 60_000 }],
  ['STORE_NOT_READY', '24h', { kind: 'backoff', maxMs: 60_000 }],
  ['A_CODE_OF_TOMORROW', '24h', { kind: 'backoff', maxMs: 60_000 }],
])('%s at interval %s', (code, interval, expected) => {
  expect(againAfter(code, every(interval))).toEqual(expected);
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
