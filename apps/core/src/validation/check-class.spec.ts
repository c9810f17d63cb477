import type { ProviderClient } from '@eso/client';
import { ProviderError } from '@eso/api/contract';
import type { ClassObject } from '../store/class-view.ts';
import { classView } from '../store/class-view.ts';
import type { EndpointResolution } from '../store/store-view.ts';
import { clusterClass, ownClass, READY, ScriptedClasses } from '../testing/store-objects.ts';
import { checkClass, HEALTH_INTERVAL_MS } from './check-class.ts';

const endpoint = { id: 'fake/provider:8080', serverName: 'provider.fake.svc', addresses: [] };
const found: EndpointResolution = { kind: 'endpoint', endpoint };
const nowhere: EndpointResolution = { kind: 'refused', problem: { code: 'NO_ENDPOINT', publicMessage: 'none' } };
const spec = { serves: { stores: ['aws'] } };
const holder = clusterClass('holder', { spec });

function check(object: ClassObject, others: readonly ClassObject[] = [], where: EndpointResolution = found) {
  const { classes } = new ScriptedClasses(object, ...others);
  const kind = object.metadata.namespace === undefined ? 'ClusterProviderClass' : 'ProviderClass';
  return checkClass({ object, view: classView(kind, object), classes, resolveEndpoint: () => where });
}

test('a class whose claims are its own is asked whether it is well, twice a minute', () => {
  const younger = clusterClass('younger', { spec, createdAt: '2026-02-01T00:00:00Z' });
  expect(check(holder, [younger])).toEqual({
    kind: 'passed',
    endpoint,
    intervalMs: HEALTH_INTERVAL_MS,
    ask: expect.any(Function) as unknown,
  });
});

test.each([
  ['the older', clusterClass('late', { spec, createdAt: '2026-02-01T00:00:00Z' })],
  ['an administrator', ownClass('team-a', 'late', { spec, createdAt: '2025-01-01T00:00:00Z' })],
])('one that claims what %s claims is told so, before anything is asked about its process', (_, object) => {
  expect(check(object, [holder], nowhere)).toEqual({
    kind: 'refused',
    problem: {
      code: 'CLAIM_TAKEN',
      field: 'spec.serves.stores[0]',
      publicMessage: 'ClusterProviderClass "holder" claims the key "aws" already',
      nextStep: 'Take it out of spec.serves, or delete the other class. Stores can name this class in spec.runtimeRef.',
    },
  });
});

test('one whose process is not found is refused as the address says', () => {
  expect(check(holder, [], nowhere)).toBe(nowhere);
});

describe('what its process says', () => {
  async function asked(
    checkHealth: () => Promise<void>,
    {
      signal = new AbortController().signal,
      status = {},
    }: { signal?: AbortSignal; status?: ClassObject['status'] } = {},
  ): Promise<unknown> {
    const checked = check(clusterClass('holder', { spec, status }));
    if (checked.kind === 'refused') throw new Error('expected it to pass');
    return checked.ask({ checkHealth } as unknown as ProviderClient, signal);
  }

  test('that it is well', async () => {
    expect(await asked(() => Promise.resolve())).toEqual({ kind: 'valid', warnings: [] });
  });

  test('that it is not, with the code', async () => {
    const error = new ProviderError('PROVIDER_UNREACHABLE', 'it does not answer');
    expect(await asked(() => Promise.reject(error))).toMatchObject({
      kind: 'invalid',
      problem: { code: 'PROVIDER_UNREACHABLE', publicMessage: 'it does not answer' },
      told: false,
    });
  });

  test('one answer that is missing is not believed of one that was well, two are', async () => {
    const missing = new ProviderError('TIMEOUT', 'it does not answer in time');
    const answers: (() => Promise<void>)[] = [() => Promise.reject(missing), () => Promise.resolve()];
    expect(await asked(() => answers.shift()?.() ?? Promise.reject(missing), { status: READY })).toEqual({
      kind: 'valid',
      warnings: [],
    });
    let asks = 0;
    const never = (): Promise<void> => {
      asks++;
      return Promise.reject(missing);
    };
    expect(await asked(never, { status: READY })).toMatchObject({ kind: 'invalid', problem: { code: 'TIMEOUT' } });
    expect(asks).toBe(2);
    await asked(never);
    expect(asks).toBe(3);
  });

  test('nothing counts when core itself ends', async () => {
    const stopped = AbortSignal.abort(new Error('stopped'));
    await expect(asked(() => Promise.reject(new Error('cancelled')), { signal: stopped })).rejects.toThrow('stopped');
  });
});
