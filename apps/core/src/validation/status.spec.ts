import type { ProviderStatus } from '@eso/api/resources';
import { conditionOf, storeStatusAfter } from './status.ts';
import { CLASS_WORDS, PROVIDER_WORDS, SECRET_STORE_WORDS } from './status-words.ts';
import type { StoreVerdict } from './verdict.ts';

const at = (minute: number, generation = 1) => ({
  words: PROVIDER_WORDS,
  generation,
  now: Date.UTC(2026, 0, 1, 0, minute),
});
const valid: StoreVerdict = { kind: 'valid', capabilities: 'ReadOnly', warnings: [] };
const unknown: StoreVerdict = { kind: 'unknown', capabilities: 'ReadWrite', warnings: [] };
const failed = (code: string): StoreVerdict => ({
  kind: 'invalid',
  problem: { code, field: 'spec.address', publicMessage: 'x', nextStep: 'Do y.' },
  told: false,
});
const down = failed('TLS_EXPIRED');
const leftAlone: StoreVerdict = { kind: 'circuitOpen', problem: { code: 'CIRCUIT_OPEN', publicMessage: 'y' } };

test('a valid store is ready, with what it can do and the generation that this is about [3.2.2] [3.2.3]', () => {
  expect(storeStatusAfter(undefined, valid, at(0, 4))).toEqual({
    capabilities: 'ReadOnly',
    conditions: [
      {
        type: 'Ready',
        status: 'True',
        reason: 'Valid',
        message: 'store validated',
        observedGeneration: 4,
        lastTransitionTime: '2026-01-01T00:00:00Z',
      },
    ],
  });
});

test('nothing is written when nothing changed', () => {
  const first = storeStatusAfter(undefined, valid, at(0));
  expect(storeStatusAfter(first, valid, at(5))).toBe(first);
});

test.each<[string, StoreVerdict, ReturnType<typeof at>]>([
  ['another generation', valid, at(5, 2)],
  ['other capabilities', { ...valid, capabilities: 'ReadWrite' }, at(5)],
  ['a warning', { ...valid, warnings: ['use v2'] }, at(5)],
])('%s is written without a new transition time', (_name, verdict, when) => {
  const first = storeStatusAfter(undefined, valid, at(0));
  const second = storeStatusAfter(first, verdict, when);
  expect(second).not.toBe(first);
  expect(conditionOf(second, 'Ready')?.lastTransitionTime).toBe('2026-01-01T00:00:00Z');
});

test('warnings stand in the message as the words of the provider, cut where they are endless [3.2.9] [3.4.6]', () => {
  const status = storeStatusAfter(
    undefined,
    { ...valid, warnings: ['use v2\n"', ' ', ...Array<string>(9).fill('x'.repeat(5_000))] },
    at(0),
  );
  const message = conditionOf(status, 'Ready')?.message ?? '';
  expect(message).toMatch(
    /^store validated; warning: the provider said: "use v2 '"; warning: the provider said: "x+…"; warning: .*…$/,
  );
  expect(Buffer.byteLength(message)).toBeLessThanOrEqual(1_024);
});

test('a failure turns it not ready at that time and keeps what it can do', () => {
  const status = storeStatusAfter(storeStatusAfter(undefined, valid, at(0)), down, at(5));
  expect(status?.capabilities).toBe('ReadOnly');
  expect(conditionOf(status, 'Ready')).toMatchObject({
    status: 'False',
    reason: 'TLSExpired',
    lastTransitionTime: '2026-01-01T00:05:00Z',
  });
});

test('unknown is ready, and says so in a condition of its own until more is known', () => {
  const first = storeStatusAfter(undefined, unknown, at(0));
  expect(conditionOf(first, 'Ready')).toMatchObject({ status: 'True', reason: 'ValidationUnknown' });
  expect(conditionOf(first, 'Validated')).toMatchObject({ status: 'Unknown', observedGeneration: 1 });
  expect(storeStatusAfter(first, unknown, at(5))).toBe(first);
  const second = storeStatusAfter(first, valid, at(5));
  expect(conditionOf(second, 'Validated')).toBeUndefined();
  expect(conditionOf(storeStatusAfter(first, down, at(5)), 'Validated')).toBeUndefined();
});

describe('a process that is left alone for a while', () => {
  test('keeps the failure that led there, which says more', () => {
    const first = storeStatusAfter(undefined, down, at(0));
    expect(storeStatusAfter(first, leftAlone, at(1))).toBe(first);
  });

  test.each([
    ['nothing is known', undefined, 1],
    ['it was ready', storeStatusAfter(undefined, valid, at(0)), 1],
    ['the failure was about another generation', storeStatusAfter(undefined, down, at(0)), 2],
    ['the failure was not about reaching it', storeStatusAfter(undefined, failed('ADDRESS_INVALID'), at(0)), 1],
  ])('is unavailable when %s', (_name, before: ProviderStatus | undefined, generation) => {
    expect(conditionOf(storeStatusAfter(before, leftAlone, at(1, generation)), 'Ready')).toMatchObject({
      status: 'False',
      reason: 'Unavailable',
    });
  });
});

test('a capability that is no longer told is kept', () => {
  const first = storeStatusAfter(undefined, valid, at(0));
  expect(storeStatusAfter(first, { kind: 'valid', warnings: [] }, at(1))).toBe(first);
});

describe('what it can do', () => {
  const told: StoreVerdict = { kind: 'valid', capabilities: 'ReadOnly', features: ['get', 'map'], warnings: [] };
  const first = storeStatusAfter(undefined, told, at(0));

  test('stands in the status in detail', () => {
    expect(first).toMatchObject({ capabilities: 'ReadOnly', features: ['get', 'map'] });
    expect(storeStatusAfter(first, { ...told, features: ['get', 'map'] }, at(1))).toBe(first);
    expect(storeStatusAfter(first, { ...told, features: ['get'] }, at(1))?.features).toEqual(['get']);
  });

  test.each<[string, StoreVerdict]>([
    ['says nothing', { kind: 'valid', warnings: [] }],
    ['fails', down],
    ['is not asked for', leftAlone],
  ])('stays as it is known when an answer %s', (_what, verdict) => {
    expect(storeStatusAfter(first, verdict, at(1))).toMatchObject({
      capabilities: 'ReadOnly',
      features: ['get', 'map'],
    });
  });

  test('is one word where the process tells no details any more', () => {
    expect(storeStatusAfter(first, { ...unknown, capabilities: 'WriteOnly' }, at(1))).toMatchObject({
      capabilities: 'WriteOnly',
    });
    expect(storeStatusAfter(first, unknown, at(1))).not.toHaveProperty('features');
  });

  test('is not made up where nothing was ever told', () => {
    expect(storeStatusAfter(undefined, { kind: 'valid', warnings: [] }, at(0))).not.toHaveProperty('capabilities');
  });
});

describe('the words of a kind', () => {
  const ofSecretStore = { ...at(0), words: SECRET_STORE_WORDS };

  test('of v1 stores are those of External Secrets, whatever went wrong; the code says what [3.2.4] [3.2.5]', () => {
    expect(storeStatusAfter(undefined, down, ofSecretStore)?.conditions).toEqual([
      {
        type: 'Ready',
        status: 'False',
        reason: 'InvalidProviderConfig',
        message: 'unable to create client: spec.address: x [TLS_EXPIRED]. Do y.',
        observedGeneration: 1,
        lastTransitionTime: '2026-01-01T00:00:00Z',
      },
    ]);
    expect(storeStatusAfter(undefined, unknown, ofSecretStore)?.conditions).toMatchObject([
      { type: 'Ready', status: 'True', reason: 'ValidationUnknown', message: 'could not determine validation status' },
    ]);
  });

  test('of v1 stores keep the failure that is known while a process is left alone', () => {
    const first = storeStatusAfter(undefined, down, ofSecretStore);
    expect(storeStatusAfter(first, leftAlone, ofSecretStore)).toBe(first);
  });

  test('of a class say that it is healthy, or which check failed', () => {
    const ofClass = { ...at(0), words: CLASS_WORDS };
    const reasons = [
      { kind: 'valid', warnings: [] } as StoreVerdict,
      ...['CLAIM_TAKEN', 'PROVIDER_UNREACHABLE', 'TLS_UNTRUSTED', 'SERVICE_NOT_FOUND', 'INTERNAL'].map(failed),
    ].map((verdict) => conditionOf(storeStatusAfter(undefined, verdict, ofClass), 'Ready')?.reason);
    expect(reasons).toEqual([
      'Healthy',
      'ClaimTaken',
      'HealthCheckFailed',
      'TLSUntrusted',
      'ServiceNotFound',
      'HealthCheckFailed',
    ]);
  });

  test('what core itself warns about is not put into the mouth of the provider', () => {
    const status = storeStatusAfter(undefined, { ...valid, warnings: ['w'] }, { ...at(0), notes: ['n'] });
    expect(conditionOf(status, 'Ready')?.message).toBe('store validated; warning: n; warning: the provider said: "w"');
  });
});
