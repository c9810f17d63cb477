import type { ExternalSecretSpec } from '@eso/api/resources';
import { syncErrorOf } from '../testing/failure.ts';
import { sourcesOf, storesOf } from './sources.ts';

const sources = (spec: ExternalSecretSpec) => sourcesOf({ spec });
const common = { secretStoreRef: { kind: 'Provider', name: 'main' } } as const;

test('dataFrom comes first, then data, each in order and with its field and store [1.11.1] [1.11.6]', () => {
  const spec: ExternalSecretSpec = {
    ...common,
    data: [
      { secretKey: 'k0', remoteRef: { key: 'r0' } },
      { secretKey: 'k1', remoteRef: { key: 'r1', property: 'p' }, sourceRef: { storeRef: { name: 'own' } } },
    ],
    dataFrom: [
      { find: { name: { regexp: '.*' } }, rewrite: [{ regexp: { source: 'a', target: 'b' } }] },
      { extract: { key: 'e' }, sourceRef: { storeRef: { kind: 'ClusterProvider', name: 'c' } } },
    ],
  };
  expect(sources(spec)).toEqual([
    {
      kind: 'find',
      field: 'spec.dataFrom[0].find',
      index: 0,
      store: { kind: 'Provider', name: 'main', field: 'spec.secretStoreRef' },
      find: { name: { regexp: '.*' } },
      rewrite: [{ regexp: { source: 'a', target: 'b' } }],
    },
    {
      kind: 'extract',
      field: 'spec.dataFrom[1].extract',
      index: 1,
      store: { kind: 'ClusterProvider', name: 'c', field: 'spec.dataFrom[1].sourceRef.storeRef' },
      ref: { key: 'e' },
      rewrite: [],
    },
    {
      kind: 'data',
      field: 'spec.data[0]',
      index: 0,
      store: { kind: 'Provider', name: 'main', field: 'spec.secretStoreRef' },
      secretKey: 'k0',
      ref: { key: 'r0' },
    },
    {
      kind: 'data',
      field: 'spec.data[1]',
      index: 1,
      store: { kind: 'SecretStore', name: 'own', field: 'spec.data[1].sourceRef.storeRef' },
      secretKey: 'k1',
      ref: { key: 'r1', property: 'p' },
    },
  ]);
});

test('an entry with a store alone gives nothing, and so does a generator [1.11.7]', () => {
  const spec: ExternalSecretSpec = {
    dataFrom: [
      { sourceRef: { storeRef: { name: 'x' } } },
      { sourceRef: { generatorRef: { kind: 'Password', name: 'p' } } },
    ],
  };
  expect(sources(spec)).toEqual([]);
});

test.each<[ExternalSecretSpec, string]>([
  [{ data: [{ secretKey: 'k', remoteRef: { key: 'r' } }] }, 'spec.secretStoreRef.name'],
  [{ dataFrom: [{ extract: { key: 'r' } }], secretStoreRef: { kind: 'Provider' } }, 'spec.secretStoreRef.name'],
  [
    { ...common, dataFrom: [{ find: {}, sourceRef: { storeRef: { kind: 'Provider' } } }] },
    'spec.dataFrom[0].sourceRef.storeRef.name',
  ],
])('a source without a store is an error that names the field', (spec, field) => {
  expect(syncErrorOf(() => sources(spec))).toMatchObject({ code: 'STORE_NOT_NAMED', field });
});

test('every store is listed once, whether a source uses it or not', () => {
  const spec: ExternalSecretSpec = {
    ...common,
    data: [
      { secretKey: 'a', remoteRef: { key: 'r' }, sourceRef: { storeRef: { name: 's' } } },
      { secretKey: 'b', remoteRef: { key: 'r' }, sourceRef: { storeRef: { name: 's', kind: 'SecretStore' } } },
      { secretKey: 'c', remoteRef: { key: 'r' }, sourceRef: { storeRef: {} } },
    ],
    dataFrom: [{ sourceRef: { storeRef: { name: 'c', kind: 'ClusterProvider' } } }],
  };
  expect(storesOf({ spec })).toEqual([
    { kind: 'Provider', name: 'main' },
    { kind: 'ClusterProvider', name: 'c' },
    { kind: 'SecretStore', name: 's' },
  ]);
});
