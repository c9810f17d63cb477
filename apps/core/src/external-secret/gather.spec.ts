import type { ExternalSecret } from '@eso/api/resources';
import type { StoreView } from '../store/store-view.ts';
import { gather } from './gather.ts';

const externalSecret = (spec: ExternalSecret['spec']): ExternalSecret => ({
  apiVersion: 'external-secrets.io/v1',
  kind: 'ExternalSecret',
  metadata: { name: 'es', namespace: 'team' },
  spec,
});

const store = (name: string, changes: Partial<StoreView> = {}): StoreView => ({
  kind: 'Provider',
  name,
  namespace: 'team',
  uid: `uid-${name}`,
  generation: 1,
  ready: { status: 'True', reason: 'Valid' },
  resolveEndpoint: () => ({
    kind: 'endpoint',
    endpoint: { id: `ns/${name}:8080`, serverName: `${name}.ns.svc`, addresses: [{ host: '127.0.0.1', port: 1 }] },
  }),
  reference: (namespace) => ({
    kind: 'reference',
    sourceNamespace: namespace,
    providerRef: {
      apiVersion: 'provider.external-secrets.io/v2alpha1',
      kind: 'Fake',
      name,
      namespace,
      storeRefKind: 'Provider',
      storeName: name,
      storeUid: `uid-${name}`,
      storeGeneration: 1n,
    },
  }),
  address: () => undefined,
  validationReference: () => ({ kind: 'refused', problem: { code: 'X', publicMessage: 'not asked here' } }),
  allows: () => true,
  ...changes,
});

function gathered(stores: readonly StoreView[], spec: ExternalSecret['spec']) {
  return gather({
    es: externalSecret(spec),
    findStore: ({ name }) => stores.find((candidate) => candidate.name === name),
    namespace: { name: 'team', labels: {} },
  });
}

const data = (name: string, kind = 'Provider') => ({
  secretStoreRef: { kind: kind as 'Provider', name },
  data: [{ secretKey: 'k', remoteRef: { key: 'r' } }],
});

test('each source gets its own store, dataFrom before data', () => {
  const result = gathered([store('a'), store('b')], {
    secretStoreRef: { kind: 'Provider', name: 'a' },
    data: [
      { secretKey: 'k', remoteRef: { key: 'r' } },
      { secretKey: 'l', remoteRef: { key: 's' }, sourceRef: { storeRef: { kind: 'Provider', name: 'b' } } },
    ],
    dataFrom: [{ extract: { key: 'all' } }],
  });
  if (result.kind !== 'calls') throw new Error(JSON.stringify(result));
  expect(result.calls.map(({ source, endpoint }) => [source.field, endpoint.id])).toEqual([
    ['spec.dataFrom[0].extract', 'ns/a:8080'],
    ['spec.data[0]', 'ns/a:8080'],
    ['spec.data[1]', 'ns/b:8080'],
  ]);
});

test.each<[string, StoreView[], string, string]>([
  [
    'forbidden [3.6.3] [P2.6.2]',
    [store('s', { allows: () => false })],
    'STORE_NOT_ALLOWED',
    'denied by spec.condition',
  ],
  [
    'broken [3.6.4] [P2.5.5]',
    [store('s', { ready: { status: 'False', message: 'why' } })],
    'STORE_NOT_READY',
    'is not ready: why',
  ],
  [
    'foreign config',
    [
      store('s', {
        reference: () => ({ kind: 'refused', problem: { code: 'REFERENCE_NOT_ALLOWED', publicMessage: 'no' } }),
      }),
    ],
    'STORE_REFUSED',
    'no',
  ],
  [
    'no endpoint',
    [
      store('s', {
        resolveEndpoint: () => ({ kind: 'refused', problem: { code: 'SERVICE_NOT_FOUND', publicMessage: 'gone' } }),
      }),
    ],
    'STORE_REFUSED',
    'gone',
  ],
])('a store that is %s is refused, naming the field', (_case, stores, code, text) => {
  const result = gathered(stores, data('s'));
  expect(result).toMatchObject({ kind: 'refused', problem: { code, field: 'spec.secretStoreRef' } });
  expect(result.kind === 'refused' && result.problem.publicMessage).toContain(text);
});

test('a store that nobody has looked at yet is pending, which may be no fault at all', () => {
  expect(gathered([store('s', { ready: { status: 'Absent' } })], data('s'))).toMatchObject({
    kind: 'pending',
    problem: { code: 'STORE_NOT_READY', publicMessage: 'Provider "s" is not ready: it is not validated yet' },
  });
});

test('so is a store that is not there at all [3.6.1]', () => {
  expect(gathered([], data('s'))).toMatchObject({
    kind: 'pending',
    problem: {
      code: 'STORE_NOT_FOUND',
      field: 'spec.secretStoreRef',
      publicMessage: 'could not get Provider "s": it does not exist',
    },
  });
});

test('a source without any store is refused', () => {
  expect(gathered([], { data: [{ secretKey: 'k', remoteRef: { key: 'r' } }] })).toMatchObject({
    kind: 'refused',
    problem: { code: 'STORE_NOT_NAMED' },
  });
});

test('a store that cannot do what is asked is not asked', () => {
  expect(gathered([store('s', { features: ['map'] })], data('s'))).toMatchObject({
    kind: 'refused',
    problem: {
      code: 'UNSUPPORTED',
      field: 'spec.data[0]',
      publicMessage: expect.stringContaining('capability get') as string,
    },
  });
});
