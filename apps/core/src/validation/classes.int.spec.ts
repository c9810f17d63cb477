import { setTimeout as sleep } from 'node:timers/promises';
import {
  type ClusterProviderClass,
  clusterProviderClasses,
  clusterSecretStores,
  type ProviderClass,
  providerClasses,
  type ProviderStatus,
  type SecretStore,
  secretStores,
} from '@eso/api/resources';
import { events, isKubeError, type KubeObject, namespaces, type ResourceType, services } from '@eso/kube';
import { eventually, LAB_SERVICE } from '@eso/testing';
import { byClass, labClusterClass, labClusterStore, labOwnClass, labStore } from '../testing/class-manifests.ts';
import { LABELLED, OTHER_ADDRESS, service } from '../testing/lab-provider.ts';
import { ProviderBench } from '../testing/provider-bench.ts';
import { conditionOf } from './status.ts';

const ABSENT_ADDRESS = 'absent.provider-fake.svc:8080';

let bench: ProviderBench;
let namespace: string;
let name: string;
beforeAll(async () => {
  bench = await ProviderBench.start();
  const ports = [8080, 8081].map((port) => ({ name: `p${port}`, port }));
  await bench.admin.patch(
    services,
    { namespace: LAB_SERVICE.namespace, name: LAB_SERVICE.service },
    { spec: { ports } },
    { type: 'merge' },
  );
});
afterAll(() => bench.stop());
beforeEach(async () => {
  bench.hold = () => Promise.resolve();
  bench.validation = { kind: 'valid' };
  namespace = await bench.own.cluster.createNamespace('tenant');
  name = namespace;
  bench.config(namespace);
});
afterEach(async () => {
  // The provider serves one key, so that what is left would have the next test's, or be asked about in it.
  const types: ResourceType[] = [secretStores, clusterSecretStores, clusterProviderClasses, providerClasses];
  for (const type of types) {
    const { items } = await bench.admin.list(type);
    for (const { metadata } of items) await bench.admin.delete(type, metadata);
  }
  const left = () => bench.stores.registry.kinds.flatMap(({ informer }) => informer.store.list());
  await eventually(() => expect(left()).toEqual([]));
});

const createClass = (object: ClusterProviderClass) => bench.admin.create(clusterProviderClasses, object);
const createOwnClass = (object: ProviderClass) => bench.admin.create(providerClasses, object);
const createStore = (spec: SecretStore['spec'] = {}, of = namespace) =>
  bench.admin.create(secretStores, labStore(of, 'store', spec));
const patchClass = (of: string, spec: object) =>
  bench.admin.patch(clusterProviderClasses, { name: of }, { spec }, { type: 'merge' });

interface Expected {
  readonly status: 'True' | 'False';
  readonly reason: string;
  readonly message?: string | RegExp;
}

async function untilReady(read: () => Promise<KubeObject>, expected: Expected) {
  return eventually(async () => {
    const { status } = (await read()) as { readonly status?: ProviderStatus };
    const condition = conditionOf(status, 'Ready');
    expect(condition).toMatchObject({ status: expected.status, reason: expected.reason });
    if (typeof expected.message === 'string') expect(condition?.message).toContain(expected.message);
    else if (expected.message) expect(condition?.message).toMatch(expected.message);
    return condition;
  });
}
const readStore = (of = namespace) => bench.admin.get(secretStores, { namespace: of, name: 'store' });
const store = (expected: Expected, of = namespace) => untilReady(() => readStore(of), expected);
const clusterClass = (of: string, expected: Expected) =>
  untilReady(() => bench.admin.get(clusterProviderClasses, { name: of }), expected);
const ownClass = (of: string, expected: Expected) =>
  untilReady(() => bench.admin.get(providerClasses, { namespace, name: of }), expected);
const VALID = { status: 'True', reason: 'Valid', message: /^store validated$/ } as const;
const HEALTHY = { status: 'True', reason: 'Healthy', message: 'the provider is healthy' } as const;
const refused = (message: string | RegExp): Expected => ({ status: 'False', reason: 'InvalidProviderConfig', message });
const endpointOf = (of = namespace): unknown => {
  const endpoint = bench.stores.find({ kind: 'SecretStore', name: 'store' }, of)?.resolveEndpoint();
  return endpoint?.kind === 'endpoint' ? endpoint.endpoint.id : endpoint?.problem.code;
};

describe('a class that comes after its stores', () => {
  test('by its key: the stores say what is missing, and are valid by themselves [3.1.13] [3.2.3] [3.3.2] [3.3.6] [3.4.4]', async () => {
    await createStore();
    await store(refused('spec.provider.lab: no ClusterProviderClass claims the key "lab" [KEY_NOT_SERVED]. Install '));
    await createClass(labClusterClass(name));
    const { metadata } = await bench.admin.get(clusterProviderClasses, { name });
    const healthy = await clusterClass(name, HEALTHY);
    expect(healthy?.observedGeneration).toBe(metadata.generation);
    await store(VALID);
    expect(await readStore()).toMatchObject({ status: { capabilities: 'ReadOnly' } });
  });

  test.each([
    ['ProviderClass', undefined],
    ['ClusterProviderClass', 'ClusterProviderClass'],
  ] as const)('by its name: a %s', async (kind, written) => {
    await createStore(byClass(name, written));
    await store(refused(`spec.runtimeRef: ${kind} "${name}" does not exist`));
    await (kind === 'ProviderClass'
      ? createOwnClass(labOwnClass(namespace, name))
      : createClass(labClusterClass(name)));
    await store(VALID);
  });
});

test('a class that goes leaves its stores not ready; one that comes in its place serves them where it listens', async () => {
  await createClass(labClusterClass(name));
  await createStore();
  await store(VALID);
  await bench.admin.delete(clusterProviderClasses, { name });
  await store(refused('[KEY_NOT_SERVED]'));
  await createClass(labClusterClass(name, { address: OTHER_ADDRESS }));
  await store(VALID);
  expect(endpointOf()).toMatch(/:8081$/);
});

test('a class that cannot be used is not asked for its stores, which say why and come back with it [3.3.5]', async () => {
  await createClass(labClusterClass(name));
  await createStore();
  await store(VALID);
  const asked = bench.validations;
  await patchClass(name, { address: ABSENT_ADDRESS });
  await clusterClass(name, {
    status: 'False',
    reason: 'ServiceNotFound',
    message:
      /^the provider cannot be used: spec\.address: Service provider-fake\/absent does not exist \[SERVICE_NOT_FOUND\]\. Create it/,
  });
  await store(
    refused(
      `unable to create client: spec.provider.lab: ClusterProviderClass "${name}" is not ready: ServiceNotFound [CLASS_NOT_READY]. Its Ready condition says more.`,
    ),
  );
  expect(bench.validations).toBe(asked);
  await patchClass(name, { address: OTHER_ADDRESS });
  await store(VALID);
  expect(bench.validations).toBe(asked + 1);
});

test('two changes of a class in a row leave its stores as the last one says', async () => {
  await createClass(labClusterClass(name));
  await createStore();
  await store(VALID);
  await patchClass(name, { address: ABSENT_ADDRESS });
  await patchClass(name, { address: OTHER_ADDRESS });
  await clusterClass(name, HEALTHY);
  await eventually(() => expect(endpointOf()).toMatch(/:8081$/));
  await store(VALID);
  await patchClass(name, { address: OTHER_ADDRESS, conditions: [{ namespaces: ['elsewhere'] }] });
  await patchClass(name, { address: ABSENT_ADDRESS, conditions: null });
  await store(refused('[CLASS_NOT_READY]'));
});

describe('claims', () => {
  /** Ages are counted in whole seconds. */
  const nextSecond = () => sleep(1_050);

  test('of two ClusterProviderClasses the older has it, and the younger gets it when that one goes', async () => {
    const [older, younger] = [`z-${name}`, `a-${name}`];
    await createClass(labClusterClass(older));
    await createStore();
    await store(VALID);
    await nextSecond();
    await createClass(labClusterClass(younger, { address: OTHER_ADDRESS }));
    await clusterClass(younger, {
      status: 'False',
      reason: 'ClaimTaken',
      message: `spec.serves.stores[0]: ClusterProviderClass "${older}" claims the key "lab" already [CLAIM_TAKEN]. Take it out of spec.serves`,
    });
    await clusterClass(older, HEALTHY);
    expect(endpointOf()).toMatch(/:8080$/);
    await bench.admin.delete(clusterProviderClasses, { name: older });
    await clusterClass(younger, HEALTHY);
    await store(VALID);
    await eventually(() => expect(endpointOf()).toMatch(/:8081$/));
    expect((await readStore()).status?.conditions).toHaveLength(1);
  });

  test('a holder that cannot be used keeps it: no store goes to the younger one', async () => {
    const [older, younger] = [`z-${name}`, `a-${name}`];
    await createClass(labClusterClass(older, { address: ABSENT_ADDRESS }));
    await nextSecond();
    await createClass(labClusterClass(younger));
    await createStore();
    await store(refused(`ClusterProviderClass "${older}" is not ready`));
    await clusterClass(younger, { status: 'False', reason: 'ClaimTaken' });
  });

  test('a ProviderClass gives way to a ClusterProviderClass, whatever its age, until that one gives the key up', async () => {
    await createOwnClass(labOwnClass(namespace, 'own', { address: OTHER_ADDRESS }));
    await createStore();
    await store(VALID);
    expect(endpointOf()).toMatch(/:8081$/);
    await nextSecond();
    await createClass(labClusterClass(name));
    await ownClass('own', { status: 'False', reason: 'ClaimTaken', message: `ClusterProviderClass "${name}" claims` });
    await store(VALID);
    await eventually(() => expect(endpointOf()).toMatch(/:8080$/));
    await patchClass(name, { serves: { stores: ['other'] } });
    await ownClass('own', HEALTHY);
    await eventually(() => expect(endpointOf()).toMatch(/:8081$/));
    await store(VALID);
  });

  test('a ProviderClass serves its own namespace and no other', async () => {
    const victim = await bench.own.cluster.createNamespace('victim');
    await createOwnClass(labOwnClass(namespace, 'own'));
    await createStore({}, victim);
    await createStore();
    await store(VALID);
    await store(refused('[KEY_NOT_SERVED]'), victim);
    const cluster = labClusterStore(name);
    await bench.admin.create(clusterSecretStores, cluster);
    await untilReady(() => bench.admin.get(clusterSecretStores, cluster.metadata), refused('[KEY_NOT_SERVED]'));
  });
});

test('a class admits namespaces by label, as it is now [3.3.6]', async () => {
  const label = (tier: string | null) =>
    bench.admin.patch(namespaces, { name: namespace }, { metadata: { labels: { tier } } }, { type: 'merge' });
  await createClass(labClusterClass(name, { conditions: [{ namespaceSelector: { matchLabels: { tier: 'gold' } } }] }));
  await createStore();
  await store(
    refused(
      /spec\.provider\.lab: ClusterProviderClass "\S+" does not admit namespace "\S+" \[CLASS_NOT_ALLOWED\]\. .*spec\.conditions of the class/,
    ),
  );
  await label('gold');
  await store(VALID);
  const asked = bench.validations;
  await label(null);
  await store(refused('[CLASS_NOT_ALLOWED]'));
  expect(bench.validations).toBe(asked);
  await patchClass(name, { conditions: [{ namespaces: [namespace] }] });
  await store(VALID);
});

describe('a class that changes while a store of it is being validated', () => {
  /** Lets the provider answer nothing until it is released. */
  function held(): { readonly asked: Promise<unknown>; readonly release: () => void } {
    const { promise: released, resolve } = Promise.withResolvers<undefined>();
    const { promise: asked, resolve: ask } = Promise.withResolvers<undefined>();
    bench.hold = () => {
      ask(undefined);
      return released;
    };
    return { asked, release: () => resolve(undefined) };
  }

  test('what the old process said counts for nothing: the new one is asked', async () => {
    await createClass(labClusterClass(name));
    await clusterClass(name, HEALTHY);
    const { asked, release } = held();
    bench.validation = { kind: 'invalid', message: 'said by the old one' };
    await createStore();
    await asked;
    bench.hold = () => {
      bench.validation = { kind: 'valid' };
      return Promise.resolve();
    };
    const before = bench.validations;
    await patchClass(name, { address: OTHER_ADDRESS });
    await eventually(() => expect(endpointOf()).toMatch(/:8081$/));
    release();
    await store(VALID);
    expect(bench.validations).toBe(before + 1);
    const { items } = await bench.admin.list(events, { namespace });
    expect(items.map(({ reason }) => reason)).toEqual(['Valid']);
  });

  test('one that went meanwhile leaves the store not ready', async () => {
    await createClass(labClusterClass(name));
    await clusterClass(name, HEALTHY);
    const { asked, release } = held();
    await createStore();
    await asked;
    await bench.admin.delete(clusterProviderClasses, { name });
    await eventually(() => expect(endpointOf()).toBe('KEY_NOT_SERVED'));
    release();
    await store(refused('[KEY_NOT_SERVED]'));
  });
});

describe('what a tenant’s class may dial', () => {
  test.each([
    ['an IP address', () => '10.0.0.1:8080', 'InvalidAddress', '[ADDRESS_INVALID]'],
    ['the API server', () => 'kubernetes.default.svc:443', 'ServiceNotAllowed', 'is not a provider'],
    [
      'a provider of another tenant',
      (other: string) => `theirs.${other}.svc:8080`,
      'ServiceNotAllowed',
      'is not shared',
    ],
  ])('not %s [P2.6.4]', async (_, addressIn, reason, message) => {
    const other = await bench.own.cluster.createNamespace('victim');
    await bench.admin.create(services, service(other, 'theirs', LABELLED));
    const asked = bench.validations;
    await createOwnClass(labOwnClass(namespace, 'own', { address: addressIn(other) }));
    await createStore();
    await ownClass('own', { status: 'False', reason, message });
    await store(refused('[CLASS_NOT_READY]'));
    expect(bench.validations).toBe(asked);
  });
});

describe('events of stores', () => {
  const told = async () => {
    const { items } = await bench.admin.list(events, { namespace });
    return items.map(({ type, reason, count, message }) => `${type} ${reason} ${count}: ${message}`).sort();
  };
  const validateAgain = async () => {
    const asked = bench.validations;
    const reference = bench.stores.find({ kind: 'SecretStore', name: 'store' }, namespace)?.reference(namespace);
    if (reference?.kind !== 'reference') throw new Error('expected a reference');
    bench.controllers.revalidation.request(reference.providerRef);
    await eventually(() => expect(bench.validations).toBe(asked + 1));
  };

  test('come with a change of the condition, not with a pass; its own status is no reason for one [3.2.7] [3.2.8] [3.3.4]', async () => {
    await createClass(labClusterClass(name));
    await clusterClass(name, HEALTHY);
    const asked = bench.validations;
    await createStore();
    await store(VALID);
    await eventually(() =>
      expect(bench.stores.find({ kind: 'SecretStore', name: 'store' }, namespace)?.ready.status).toBe('True'),
    );
    const { resourceVersion } = (await readStore()).metadata;
    // Two more passes, behind anything that the status could have put on the queue.
    await validateAgain();
    await validateAgain();
    expect(bench.validations).toBe(asked + 3);
    expect((await readStore()).metadata.resourceVersion).toBe(resourceVersion);
    await eventually(async () => expect(await told()).toEqual(['Normal Valid 1: store validated']));
    bench.validation = { kind: 'invalid', message: 'no such region' };
    await validateAgain();
    const condition = await store(refused('no such region'));
    await eventually(() => expect(bench.validations).toBeGreaterThanOrEqual(asked + 6));
    expect(await told()).toEqual([
      'Normal Valid 1: store validated',
      `Warning InvalidProviderConfig 1: ${condition?.message}`,
    ]);
  });

  test('what a provider warns about stands in the condition, whatever annotation the store has [1.4.5] [3.2.9] [3.2.10]', async () => {
    bench.validation = { kind: 'valid', warnings: ['auth.jwt is deprecated'] };
    await createClass(labClusterClass(name));
    await clusterClass(name, HEALTHY);
    const object = labStore(namespace, 'store');
    const annotations = { 'external-secrets.io/ignore-maintenance-checks': 'true' };
    await bench.admin.create(secretStores, { ...object, metadata: { ...object.metadata, annotations } });
    const message = 'store validated; warning: the provider said: "auth.jwt is deprecated"';
    await store({ status: 'True', reason: 'Valid', message });
    await eventually(async () => expect(await told()).toEqual([`Normal Valid 1: ${message}`]));
  });
});

describe('stores', () => {
  test('of another controller class have no status [3.3.1] [P2.5.6]', async () => {
    await createClass(labClusterClass(name));
    await createStore({ controller: 'somebody-else' });
    await bench.admin.create(secretStores, labStore(namespace, 'ours', { controller: 'default' }));
    await untilReady(() => bench.admin.get(secretStores, { namespace, name: 'ours' }), VALID);
    expect((await readStore()).status).toBeUndefined();
  });

  const FINALIZER = 'secretstore.externalsecrets.io/finalizer';
  test.each<[string, ResourceType, () => KubeObject]>([
    ['SecretStore', secretStores, () => labStore(namespace, name)],
    ['ClusterSecretStore', clusterSecretStores, () => labClusterStore(name)],
  ])(
    '%s: the finalizer of an earlier installation goes when it is deleted, those of others stay [1.4.10] [3.5.2]',
    async (_, type, object) => {
      const others = 'example.org/theirs';
      const { metadata, ...rest } = object();
      await bench.admin.create(type, { ...rest, metadata: { ...metadata, finalizers: [FINALIZER, others] } });
      const read = () => bench.admin.get(type, metadata);
      await untilReady(read, refused('[KEY_NOT_SERVED]'));
      expect((await read()).metadata.finalizers).toEqual([FINALIZER, others]);
      await bench.admin.delete(type, metadata);
      await eventually(async () => expect((await read()).metadata.finalizers).toEqual([others]));
      await bench.admin.patch(type, metadata, { metadata: { finalizers: null } }, { type: 'merge' });
      await eventually(async () => {
        const error: unknown = await read().catch((caught: unknown) => caught);
        expect(isKubeError(error, 'NOT_FOUND')).toBe(true);
      });
    },
  );
});

test('of a config in a store core keeps its key and nothing else, also after it has written the status', async () => {
  await createClass(labClusterClass(name));
  const written = { lab: { of: 'marker-of-a-tenant' } };
  const { spec, metadata, ...rest } = labStore(namespace, 'store', { provider: written });
  const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': 'marker-of-a-tenant', team: 'red' };
  await bench.admin.create(secretStores, { ...rest, spec, metadata: { ...metadata, annotations } });
  await bench.admin.create(clusterSecretStores, labClusterStore(name, { provider: written }));
  const kept = (kind: string, of: string | undefined, store: string) =>
    bench.stores.registry.get(kind)?.informer.store.get(of, store);
  await eventually(() => {
    for (const object of [kept('SecretStore', namespace, 'store'), kept('ClusterSecretStore', undefined, name)]) {
      expect(object?.status?.conditions).toHaveLength(1);
      expect(object?.spec).toMatchObject({ provider: { lab: {} } });
      expect(JSON.stringify(object)).not.toContain('marker-of-a-tenant');
    }
  });
  const stored = await bench.admin.get(secretStores, { namespace, name: 'store' });
  expect([stored.spec.provider, stored.metadata.annotations]).toEqual([written, annotations]);
});
