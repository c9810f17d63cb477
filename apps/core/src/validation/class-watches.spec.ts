import type { ClusterSecretStore, Provider, SecretStore } from '@eso/api/resources';
import type { KubeObject } from '@eso/kube';
import type { NamespaceLabels } from '../store/namespace-labels.ts';
import { Stores } from '../store/stores.ts';
import {
  clusterClass,
  clusterSecretStoreOf,
  CONFIG_REF as providerRef,
  ownClass,
  READY,
  ScriptedClasses,
  ScriptedInformer,
  secretStoreOf,
} from '../testing/store-objects.ts';
import { watchClassUsers } from './class-watches.ts';

const KINDS = [
  'Provider',
  'ClusterProvider',
  'SecretStore',
  'ClusterSecretStore',
  'ProviderClass',
  'ClusterProviderClass',
];
const serves = (...stores: string[]) => ({ spec: { serves: { stores } } });

function named<T extends KubeObject>(object: T, namespace: string | undefined, name: string): T {
  return { ...object, metadata: { ...object.metadata, ...(namespace && { namespace }), name } };
}

/** Stores of every tie, in two namespaces, with what is put on the work queues. */
function cluster(...classes: Parameters<ScriptedClasses['set']>[0][]) {
  const scripted = new ScriptedClasses(...classes);
  const secretStores = new ScriptedInformer<SecretStore>();
  const clusterSecretStores = new ScriptedInformer<ClusterSecretStore>();
  const namespaces = new ScriptedInformer<NamespaceLabels & KubeObject>();
  for (const namespace of ['team-a', 'team-b']) {
    secretStores.set(named(secretStoreOf({ provider: { aws: {} } }), namespace, 'aws'));
    secretStores.set(named(secretStoreOf({ provider: { vault: {} } }), namespace, 'vault'));
    const runtimeRef = { name: 'x' };
    secretStores.set(named(secretStoreOf({ providerRef, runtimeRef }), namespace, 'own-x'));
    const shared = { kind: 'ClusterProviderClass' as const, name: 'x' };
    secretStores.set(named(secretStoreOf({ providerRef, runtimeRef: shared }), namespace, 'shared-x'));
    secretStores.set(named(secretStoreOf({ provider: {} }), namespace, 'broken'));
    namespaces.set({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels: {} } });
  }
  clusterSecretStores.set(named(clusterSecretStoreOf({ provider: { aws: {} } }), undefined, 'aws'));
  clusterSecretStores.set(named(clusterSecretStoreOf({ providerRef, runtimeRef: { name: 'x' } }), undefined, 'x'));
  const stores = new Stores({
    providers: new ScriptedInformer<Provider>().informer,
    secretStores: secretStores.informer,
    clusterProviders: undefined,
    clusterSecretStores: clusterSecretStores.informer,
    classes: scripted.classes,
    namespace: (name) => ({ name, labels: {} }),
    services: new ScriptedInformer<never>().store,
    endpointSlices: new ScriptedInformer<never>().store,
  });
  const queued: string[] = [];
  const queues = new Map(KINDS.map((kind) => [kind, { add: (key: string) => void queued.push(`${kind} ${key}`) }]));
  watchClassUsers({ classes: scripted.classes, stores, namespaces: namespaces.informer, queues });
  return { scripted, namespaces, queued: () => queued.splice(0).sort() };
}

test('a ClusterProviderClass that comes concerns stores of its keys and those that name it, at both scopes, and not itself', () => {
  const { scripted, queued } = cluster();
  scripted.set(clusterClass('x', serves('aws')));
  expect(queued()).toEqual([
    'ClusterSecretStore aws',
    'ClusterSecretStore x',
    'SecretStore team-a/aws',
    'SecretStore team-a/shared-x',
    'SecretStore team-b/aws',
    'SecretStore team-b/shared-x',
  ]);
});

test('a ProviderClass concerns SecretStores of its namespace alone', () => {
  const { scripted, queued } = cluster();
  scripted.set(ownClass('team-a', 'x', serves('aws')));
  expect(queued()).toEqual(['SecretStore team-a/aws', 'SecretStore team-a/own-x']);
});

test('a key that is given up concerns its stores, those of the next key, and the classes that may get it', () => {
  const { scripted, queued } = cluster(
    clusterClass('x', serves('aws')),
    clusterClass('next', { ...serves('aws'), createdAt: '2026-02-01T00:00:00Z' }),
    ownClass('team-b', 'own', serves('aws')),
  );
  scripted.set(clusterClass('x', serves('vault')));
  expect(queued()).toEqual([
    'ClusterProviderClass next',
    'ClusterSecretStore aws',
    'ClusterSecretStore x',
    'ProviderClass team-b/own',
    ...['team-a', 'team-b'].flatMap((team) =>
      ['aws', 'shared-x', 'vault'].map((name) => `SecretStore ${team}/${name}`),
    ),
  ]);
});

test('a class that is ready, or is not, wakes its stores and no class', () => {
  const { scripted, queued } = cluster(clusterClass('x', serves('aws')), ownClass('team-a', 'own', serves('aws')));
  const failed = { conditions: [{ type: 'Ready', status: 'False' as const, reason: 'HealthCheckFailed' }] };
  scripted.set(clusterClass('x', { ...serves('aws'), status: failed }));
  expect(queued().filter((key) => key.includes('ProviderClass'))).toEqual([]);
});

test('a class that goes concerns whom it served, and not itself', () => {
  const { scripted, queued } = cluster(ownClass('team-a', 'x', serves('vault')));
  scripted.remove(ownClass('team-a', 'x'));
  expect(queued()).toEqual(['SecretStore team-a/own-x', 'SecretStore team-a/vault']);
});

test('a class that is not ready any more concerns its stores, and no class that claims the same', () => {
  const rival = { ...serves('aws'), createdAt: '2026-02-01T00:00:00Z' };
  const { scripted, queued } = cluster(ownClass('team-a', 'x', serves('aws')), ownClass('team-a', 'rival', rival));
  const status = { conditions: [{ type: 'Ready', status: 'False' as const, reason: 'HealthCheckFailed' }] };
  scripted.set(ownClass('team-a', 'x', { ...serves('aws'), status }));
  expect(queued()).toEqual(['SecretStore team-a/aws', 'SecretStore team-a/own-x']);
});

test('a class that was judged the same again concerns nobody', () => {
  const { scripted, queued } = cluster(clusterClass('x', serves('aws')));
  scripted.set(clusterClass('x', { ...serves('aws'), status: structuredClone(READY) }));
  expect(queued()).toEqual([]);
});

test('labels of a namespace concern all its stores that have a class, another annotation none', () => {
  const { namespaces, queued } = cluster();
  const namespace = (metadata: object) =>
    namespaces.set({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team-a', ...metadata } });
  namespace({ labels: {}, resourceVersion: '2' });
  expect(queued()).toEqual([]);
  namespace({ labels: { tier: 'gold' } });
  expect(queued()).toEqual(['aws', 'broken', 'own-x', 'shared-x', 'vault'].map((name) => `SecretStore team-a/${name}`));
});
