import {
  clusterProviderClasses,
  clusterProviders,
  clusterSecretStores,
  providers,
  type ProviderStatus,
  secretStores,
} from '@eso/api/resources';
import type { KubeClient, KubeObject, ResourceType } from '@eso/kube';
import { eventually, intercepting, onlyFirst } from '@eso/testing';
import { labClusterClass, labClusterStore, labStore } from '../testing/class-manifests.ts';
import { CoreProcess } from '../testing/core-process.ts';
import { ADDRESS, REF } from '../testing/lab-provider.ts';

let core: CoreProcess;
let namespace: string;
beforeAll(async () => {
  core = await CoreProcess.start();
  await core.admin.create(clusterProviderClasses, labClusterClass('lab'));
});
afterAll(() => core.stop());
beforeEach(async () => {
  core.backend.set('user', 'admin');
  namespace = await core.own.cluster.createNamespace('tenant');
  core.config(namespace);
});

/** A kind of store, in one hand: the tests are the same for all. */
interface StoreKind {
  readonly kind: 'Provider' | 'ClusterProvider' | 'SecretStore' | 'ClusterSecretStore';
  readonly plural: string;
  create(): Promise<unknown>;
  patch(body: object): Promise<unknown>;
  delete(): Promise<unknown>;
  get(): Promise<KubeObject & { status?: ProviderStatus }>;
  /** Replaces the status. */
  emptyStatus(): Promise<unknown>;
}

const admin = (): KubeClient => core.admin;

function kindOf<T extends KubeObject & { status?: ProviderStatus }>(type: ResourceType<T>, object: () => T): StoreKind {
  const ref = () => {
    const { namespace: of, name } = object().metadata;
    return { name, ...(of !== undefined && { namespace: of }) };
  };
  return {
    kind: type.kind as StoreKind['kind'],
    plural: type.plural,
    create: () => admin().create(type, object()),
    patch: (body) => admin().patch(type, ref(), body, { type: 'merge' }),
    delete: () => admin().delete(type, ref()),
    get: () => admin().get(type, ref()),
    emptyStatus: () => admin().patch(type, ref(), { status: null }, { type: 'merge', subresource: 'status' }),
  };
}

const apiVersion = 'external-secrets.io/v1';
const provider = kindOf(providers, () => ({
  apiVersion,
  kind: 'Provider',
  metadata: { namespace, name: `store-${namespace}` },
  spec: { address: ADDRESS, providerRef: REF },
}));
const clusterProvider = kindOf(clusterProviders, () => ({
  apiVersion,
  kind: 'ClusterProvider',
  metadata: { name: `store-${namespace}` },
  spec: { address: ADDRESS, providerRef: { ...REF, namespace } },
}));
const secretStore = kindOf(secretStores, () => labStore(namespace, `store-${namespace}`));
const clusterSecretStore = kindOf(clusterSecretStores, () => labClusterStore(`store-${namespace}`));

/** Of SecretStores as dashboards of External Secrets have them. */
const METRIC: Readonly<Record<StoreKind['kind'], string>> = {
  Provider: 'provider_status_condition',
  ClusterProvider: 'clusterprovider_status_condition',
  SecretStore: 'secretstore_status_condition',
  ClusterSecretStore: 'clustersecretstore_status_condition',
};

describe.each([
  ['Provider', provider],
  ['ClusterProvider', clusterProvider],
  ['SecretStore', secretStore],
  ['ClusterSecretStore', clusterSecretStore],
])('%s', (_, store) => {
  const ready = (): Promise<void> =>
    eventually(async () => {
      const { status } = await store.get();
      expect(status?.conditions).toContainEqual(expect.objectContaining({ type: 'Ready', status: 'True' }));
    });
  const series = (): string => `${METRIC[store.kind]}{name="store-${namespace}"`;

  test('serves an ExternalSecret, whose Secret comes back when it is deleted', async () => {
    await store.create();
    const secretStoreRef = { kind: store.kind, name: `store-${namespace}` };
    await core.create(namespace, 'app', ['user'], { spec: { secretStoreRef } });
    await core.holds(namespace, 'app', { user: 'admin' });
    await core.ready(namespace, 'app');
    expect(await core.metrics()).toContain(`${series()},namespace="`);
    await core.deleteSecret(namespace, 'app');
    await core.holds(namespace, 'app', { user: 'admin' });
  });

  test('whose status somebody emptied is judged again at once', async () => {
    await store.create();
    await ready();
    await core.atRest();
    await store.emptyStatus();
    await ready();
  });

  test('a status that meets a newer store is no failure: the pass starts over [3.3.3]', async () => {
    const errors = await core.reconcileErrors(store.kind);
    const before = async (): Promise<undefined> => {
      await store.patch({ metadata: { labels: { edited: 'meanwhile' } } });
      return undefined;
    };
    core.proxy.intercept(
      onlyFirst(intercepting({ verb: 'update', resource: store.plural, name: `store-${namespace}` }, { before })),
    );
    await store.create();
    await ready();
    expect(await core.reconcileErrors(store.kind)).toBe(errors);
  });

  test('deleted before the answer to its status leaves no series [3.3.3] [6.1.12] [6.1.14]', async () => {
    const after = async (): Promise<undefined> => {
      const told = new Promise<void>((resolve) => {
        const remove = core.proxy.onEvent((watch, { type, name }) => {
          if (type === 'DELETED' && watch.resource === store.plural && name === `store-${namespace}`) {
            remove();
            setTimeout(resolve, 100);
          }
          return 'pass';
        });
      });
      await store.delete();
      await told;
      return undefined;
    };
    const selector = { verb: 'update', resource: store.plural, name: `store-${namespace}` } as const;
    let answered = false;
    core.proxy.intercept(onlyFirst(intercepting(selector, { after: () => after().finally(() => (answered = true)) })));
    await store.create();
    await eventually(() => expect(answered).toBe(true));
    await core.atRest();
    expect(await core.metrics()).not.toContain(series());
  });
});
