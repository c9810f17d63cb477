import { Code } from '@connectrpc/connect';
import type { SecretFixture } from '../config/fixtures.ts';
import { expectAnswer, expectBytes, expectEntries, expectRefusal, refusalOf } from '../expect.ts';
import { demand, BrokenRule } from '../broken-rule.ts';
import type { AskedSecret, Lab } from '../lab.ts';
import type { Check } from './check.ts';

/** GetSecret and GetSecretMap: what is there, what is not, and what cannot be known. */
export const readingChecks = {
  'get.1': (lab) => values(lab, lab.fixture('secrets')),
  'get.2': async (lab) => {
    await expectRefusal(get(lab, lab.fixture('absent')), [Code.NotFound], 'an absent secret');
  },
  'get.3': async (lab) => {
    const { detail } = await expectRefusal(
      get(lab, lab.fixture('absentProperty')),
      [Code.FailedPrecondition],
      'an absent property',
    );
    demand(detail?.code === 'PROPERTY_NOT_FOUND', `its code is ${detail?.code ?? 'none'}, not PROPERTY_NOT_FOUND`);
  },
  'get.4': async (lab) => {
    const version = get(lab, lab.fixture('absentVersion'));
    await expectRefusal(version, [Code.FailedPrecondition, Code.NotFound], 'an absent version');
  },
  'get.5': (lab) => values(lab, lab.fixture('versions')),
  'get.6': (lab) => values(lab, lab.fixture('properties')),
  'get.7': async (lab) => {
    for (const { contains, ...reference } of lab.fixture('metadata')) {
      const request = lab.ask(reference);
      const remoteRef = { ...request.remoteRef, metadataPolicy: 'Fetch' };
      const { value } = await expectAnswer(lab.connection.store.getSecret({ ...request, remoteRef }), 'metadata');
      expectPart(jsonObject(value), contains);
    }
  },
  'get.8': withoutKey('getSecret'),
  'get.9': async (lab) => {
    await expectRefusal(get(lab, lab.fixture('forbidden')), [Code.PermissionDenied], 'a forbidden secret');
  },
  'get.10': missingConfig('getSecret'),
  'get.11': transient('throttled', Code.ResourceExhausted),
  'get.12': transient('unavailable', Code.Unavailable),
  'get.13': async (lab) => {
    const refusal = await refusalOf(get(lab, lab.fixture('garbled')));
    demand(refusal !== undefined, 'a garbled answer was passed on as a value');
    demand(refusal.status !== Code.NotFound, 'a garbled answer was taken for an absent secret');
  },

  'map.1': async (lab) => {
    for (const { entries, ...reference } of lab.fixture('maps')) {
      const { secrets } = await expectAnswer(lab.connection.store.getSecretMap(lab.ask(reference)), reference.key);
      expectEntries(secrets, entries, reference.key);
    }
  },
  'map.2': async (lab) => {
    await expectRefusal(map(lab, lab.fixture('absent')), [Code.NotFound], 'an absent secret');
  },
  'map.3': async (lab) => {
    await expectRefusal(map(lab, lab.fixture('notAnObject')), [Code.FailedPrecondition], 'a secret of one value');
  },
  'map.4': withoutKey('getSecretMap'),
  'map.5': missingConfig('getSecretMap'),
} as const satisfies Readonly<Record<string, Check>>;

const get = (lab: Lab, reference: AskedSecret) => lab.connection.store.getSecret(lab.ask(reference));
const map = (lab: Lab, reference: AskedSecret) => lab.connection.store.getSecretMap(lab.ask(reference));

async function values(lab: Lab, secrets: readonly SecretFixture[]): Promise<void> {
  for (const { value: wanted, ...reference } of secrets) {
    const name = [reference.key, reference.version, reference.property].filter(Boolean).join(' ');
    const { value } = await expectAnswer(get(lab, reference), name);
    expectBytes(value, wanted, name);
  }
}

function withoutKey(method: 'getSecret' | 'getSecretMap'): Check {
  return async (lab) => {
    const store = lab.through();
    const call = lab.connection.store[method];
    await expectRefusal(call({ ...store, remoteRef: {} }), [Code.InvalidArgument], 'a reference without a key');
    await expectRefusal(call(store), [Code.InvalidArgument], 'a request without a reference');
  };
}

function missingConfig(method: 'getSecret' | 'getSecretMap'): Check {
  return async (lab) => {
    const request = lab.ask({ key: 'any', store: lab.missingStore() });
    await expectRefusal(lab.connection.store[method](request), [Code.FailedPrecondition], 'a missing config');
  };
}

function transient(fixture: 'throttled' | 'unavailable', status: Code): Check {
  return async (lab) => {
    const { detail } = await expectRefusal(get(lab, lab.fixture(fixture)), [status], 'the failure of the backend');
    demand(detail?.retryable === true, 'it is not said to be retryable');
  };
}

function jsonObject(value: Uint8Array): Readonly<Record<string, unknown>> {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(value).toString());
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed))
      return parsed as Record<string, unknown>;
  } catch {
    // It is none.
  }
  throw new BrokenRule('what was answered for metadata is no JSON object');
}

function expectPart(seen: Readonly<Record<string, unknown>>, wanted: Readonly<Record<string, unknown>>): void {
  for (const [key, value] of Object.entries(wanted)) {
    const own = seen[key];
    if (typeof value === 'object' && value !== null && typeof own === 'object' && own !== null)
      expectPart(own as Record<string, unknown>, value as Record<string, unknown>);
    else demand(JSON.stringify(own) === JSON.stringify(value), `metadata has another ${key} than is expected, or none`);
  }
}
