import type { SecretStore } from '@eso/api/resources';
import { storeConfig } from './store-route.ts';
import { storeSnapshot } from './store-snapshot.ts';

const MARKER = 'marker-of-a-tenant';
const store: SecretStore = {
  apiVersion: 'external-secrets.io/v1',
  kind: 'SecretStore',
  metadata: {
    name: 's',
    namespace: 'n',
    uid: 'u',
    generation: 2,
    resourceVersion: '7',
    annotations: { 'kubectl.kubernetes.io/last-applied-configuration': MARKER, team: 'red' },
    managedFields: [{ manager: MARKER }],
  },
  spec: { controller: 'c', provider: { fake: { data: [{ key: 'k', value: MARKER }] } } },
  status: { conditions: [{ type: 'Ready', status: 'True' }] },
};

test('nothing of the config is kept but its key, and all that a pass looks at', () => {
  const kept = storeSnapshot(store);
  expect(JSON.stringify(kept)).not.toContain(MARKER);
  expect(kept).toEqual({
    ...store,
    metadata: {
      name: 's',
      namespace: 'n',
      uid: 'u',
      generation: 2,
      resourceVersion: '7',
      annotations: { team: 'red' },
    },
    spec: { controller: 'c', provider: { fake: {} } },
  });
});

test.each<[string, SecretStore['spec']]>([
  ['one key', { provider: { fake: { data: [] } } }],
  ['a key with nothing in it', { provider: { fake: null } }],
  ['two keys', { provider: { fake: {}, aws: {} } }],
  ['none', { provider: {} }],
  ['no config', {}],
  ['a config object', { runtimeRef: { name: 'c' }, providerRef: { apiVersion: 'g/v1', kind: 'K', name: 'o' } }],
])('a store with %s is judged alike', (_name, spec) => {
  const bare = { ...store, spec };
  expect(storeConfig(storeSnapshot(bare))).toEqual(storeConfig(bare));
});
