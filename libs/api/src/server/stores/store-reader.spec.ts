import { KubeError } from '@eso/kube';
import { ManualClock } from '@eso/runtime';
import { ProviderError } from '../../contract/provider-error.ts';
import { MemoryObjects } from '../../testing/memory-objects.ts';
import type { KubeReader } from './kube-reader.ts';
import { type NamedStore, StoreReader } from './store-reader.ts';

const { signal } = new AbortController();
const recent = { freshness: 'recent', signal } as const;
const now = { freshness: 'now', signal } as const;
const named: NamedStore = { kind: 'Provider', namespace: 'team-a', name: 'main', uid: '', generation: 0 };

let clock: ManualClock;
let objects: MemoryObjects;
let reader: StoreReader;
beforeEach(() => {
  clock = new ManualClock();
  objects = new MemoryObjects();
  reader = new StoreReader({ kube: objects, clock });
});
afterEach(() => reader.close());

function apply(config = 'one') {
  const spec = { providerRef: { apiVersion: 'g/v1', kind: 'Probe', name: config } };
  const metadata = { namespace: 'team-a', name: 'main' };
  return objects.apply({ apiVersion: 'external-secrets.io/v1', kind: 'Provider', metadata, spec });
}

async function codeOf(run: Promise<unknown>): Promise<string> {
  return run.then(
    () => 'read',
    (error: unknown) => ProviderError.from(error).code,
  );
}

test('a store is read once for many, for five seconds, and for half a second by Validate', async () => {
  apply();
  await Promise.all(Array.from({ length: 20 }, () => reader.read(named, recent)));
  expect(objects.reads).toBe(1);
  apply('two');
  await clock.advance(600);
  expect((await reader.read(named, recent)).providerRef?.name).toBe('one');
  expect((await reader.read(named, now)).providerRef?.name).toBe('two');
  apply('three');
  await clock.advance(5_100);
  expect((await reader.read(named, recent)).providerRef?.name).toBe('three');
});

test('what core knows in a later version is read again, once', async () => {
  apply();
  await reader.read(named, recent);
  const { metadata } = apply('two');
  expect((await reader.read({ ...named, generation: 2 }, recent)).providerRef?.name).toBe('two');
  expect(objects.reads).toBe(2);
  expect(await codeOf(reader.read({ ...named, uid: metadata.uid ?? '', generation: 3 }, recent))).toBe('CONFLICT');
  expect(objects.reads).toBe(3);
});

test('what core knows by another UID is another store', async () => {
  const first = apply().metadata.uid ?? '';
  await reader.read({ ...named, uid: first, generation: 1 }, recent);
  objects.remove('Provider', { namespace: 'team-a', name: 'main' });
  const second = apply('two').metadata.uid ?? '';
  expect((await reader.read({ ...named, uid: second, generation: 1 }, recent)).providerRef?.name).toBe('two');
  expect(await codeOf(reader.read({ ...named, uid: first, generation: 1 }, recent))).toBe('CONFLICT');
});

test('an absent store is not remembered', async () => {
  expect(await codeOf(reader.read(named, recent))).toBe('STORE_NOT_FOUND');
  apply();
  expect(await codeOf(reader.read(named, recent))).toBe('read');
});

function failing(error: KubeError): StoreReader {
  const kube: KubeReader = {
    get: () => Promise.reject(error),
    createToken: () => Promise.reject(error),
    isReachable: () => true,
  };
  return new StoreReader({ kube, clock });
}

async function errorOf(kind: NamedStore['kind'], error: KubeError): Promise<ProviderError> {
  const { name, uid, generation } = named;
  const store = kind === 'Provider' ? named : { kind, name, uid, generation };
  try {
    await failing(error).read(store, recent);
  } catch (thrown) {
    if (thrown instanceof ProviderError) return thrown;
    throw thrown;
  }
  throw new Error('read');
}

test('a missing right is named, with where it has to be given', async () => {
  const forbidden = new KubeError('FORBIDDEN', 'no', { status: 403, reason: 'Forbidden' });
  expect(await errorOf('Provider', forbidden)).toMatchObject({
    code: 'STORE_NOT_READABLE',
    publicMessage: 'the provider may not read Provider team-a/main',
    nextStep:
      "grant the provider get on providers.external-secrets.io in namespace team-a: add it to tenantNamespaces of the provider's chart",
  });
  expect(await errorOf('ClusterSecretStore', forbidden)).toMatchObject({
    code: 'STORE_NOT_READABLE',
    nextStep: "grant the provider's ServiceAccount get on clustersecretstores.external-secrets.io in the cluster",
  });
});

test('a cluster without that kind of store says so', async () => {
  const noResource = new KubeError('NOT_FOUND', '404 page not found', { status: 404 });
  expect(await errorOf('ClusterSecretStore', noResource)).toMatchObject({
    code: 'STORE_NOT_FOUND',
    publicMessage: 'ClusterSecretStore main: the cluster has no resource clustersecretstores.external-secrets.io',
    nextStep: 'install the CRD of ClusterSecretStore, or use another kind of store',
  });
  const absent = new KubeError('NOT_FOUND', 'no', { status: 404, reason: 'NotFound' });
  expect((await errorOf('ClusterSecretStore', absent)).publicMessage).toBe('ClusterSecretStore main does not exist');
});

test('an API server that is away is no verdict on the store', async () => {
  objects.setReachable(false);
  expect(await codeOf(reader.read(named, recent))).toBe('BACKEND_UNAVAILABLE');
});

test('a caller that gives up gets its own reason, and the others their answer', async () => {
  apply();
  const gone = new AbortController();
  const waiting = reader.read(named, { freshness: 'recent', signal: gone.signal });
  const other = reader.read(named, recent);
  gone.abort(new Error('gone'));
  await expect(waiting).rejects.toThrow('gone');
  expect((await other).name).toBe('main');
});

describe('labels of a namespace', () => {
  const label = (value: string) =>
    objects.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team-a', labels: { tier: value } } });

  test('are read once for a while, and anew where that is asked for', async () => {
    label('gold');
    const read = (anew: boolean) => reader.namespaceLabels('team-a', { anew, signal });
    expect(await read(false)).toEqual({ tier: 'gold' });
    label('iron');
    expect(await read(false)).toEqual({ tier: 'gold' });
    expect(await read(true)).toEqual({ tier: 'iron' });
    expect(objects.reads).toBe(2);
  });

  test('that are not there or not readable admit nobody', async () => {
    expect(await codeOf(reader.namespaceLabels('team-a', { anew: false, signal }))).toBe('STORE_NOT_ALLOWED');
    const forbidden = failing(new KubeError('FORBIDDEN', 'no'));
    const problem = forbidden.namespaceLabels('team-a', { anew: false, signal });
    await expect(problem).rejects.toMatchObject({
      code: 'STORE_NOT_READABLE',
      nextStep: expect.stringContaining('get on namespaces') as string,
    });
  });
});
