/** Classes go, come, and are told of late, under SecretStores that are validated and ExternalSecrets that are synced once an hour. */
import { type ClusterProviderClass, clusterProviderClasses, secretStores } from '@eso/api/resources';
import { namespaces } from '@eso/kube';
import { eventually } from '@eso/testing';
import { labClusterClass, labStore } from '../testing/class-manifests.ts';
import { CoreProcess } from '../testing/core-process.ts';

const ABSENT_ADDRESS = 'absent.provider-fake.svc:8080';
const PLURAL = 'clusterproviderclasses';

let core: CoreProcess;
let namespace: string;
beforeAll(async () => {
  core = await CoreProcess.start();
});
afterAll(() => core.stop());
beforeEach(async () => {
  core.backend.set('user', 'admin');
  namespace = await core.own.cluster.createNamespace('tenant');
});
afterEach(async () => {
  await core.admin.delete(namespaces, { name: namespace });
  for (const { metadata } of (await core.admin.list(secretStores)).items)
    await core.admin.delete(secretStores, metadata);
  for (const { metadata } of (await core.admin.list(clusterProviderClasses)).items)
    await core.admin.delete(clusterProviderClasses, metadata);
});

const createClass = (spec: Partial<ClusterProviderClass['spec']> = {}) =>
  core.admin.create(clusterProviderClasses, labClusterClass('lab', spec));
const patchClass = (spec: object) =>
  core.admin.patch(clusterProviderClasses, { name: 'lab' }, { spec }, { type: 'merge' });
const createStore = () => core.admin.create(secretStores, labStore(namespace, 'store'));
const createSecret = (name: string) =>
  core.create(namespace, name, ['user'], { spec: { secretStoreRef: { name: 'store' } } });
const readyOf = async () => {
  const { status } = await core.admin.get(secretStores, { namespace, name: 'store' });
  return status?.conditions?.find(({ type }) => type === 'Ready');
};
const valid = () => eventually(async () => expect(await readyOf()).toMatchObject({ status: 'True', reason: 'Valid' }));
const refused = (code: string) =>
  eventually(async () =>
    expect(await readyOf()).toMatchObject({
      status: 'False',
      reason: 'InvalidProviderConfig',
      message: expect.stringContaining(`[${code}]`) as string,
    }),
  );

test('a class that cannot be used: what is synced stays, what is due says why, and all goes on when it can', async () => {
  await createClass();
  await createStore();
  await createSecret('before');
  await core.holds(namespace, 'before', { user: 'admin' });
  await core.ready(namespace, 'before');
  await patchClass({ address: ABSENT_ADDRESS });
  await refused('CLASS_NOT_READY');
  const { fetches } = core;
  core.backend.set('user', 'root');
  await createSecret('after');
  const message = await core.ready(namespace, 'after', 'False');
  expect(message).toMatch(
    /^could not get secret data from provider: .*SecretStore "store" is not ready: .*spec\.provider\.lab: ClusterProviderClass "lab" is not ready: ServiceNotFound.*\[STORE_NOT_READY\]\. /,
  );
  expect(await core.secret(namespace, 'after')).toBeUndefined();
  await core.holds(namespace, 'before', { user: 'admin' });
  expect(core.fetches).toBe(fetches);
  await patchClass({ address: labClusterClass('lab').spec.address });
  await core.holds(namespace, 'after', { user: 'root' });
  await core.ready(namespace, 'after');
});

test('an ExternalSecret is not served by a class that has just gone, although its store still says that it is valid', async () => {
  await createClass();
  await createStore();
  await valid();
  await core.atRest();
  // Core is told of no write to the store, so that its last word on it is that it is valid.
  const hold = core.proxy.hold({ resource: 'secretstores', namespace });
  await core.admin.delete(clusterProviderClasses, { name: 'lab' });
  await refused('KEY_NOT_SERVED');
  await createSecret('app');
  expect(await core.ready(namespace, 'app', 'False')).toContain('no ClusterProviderClass claims the key "lab"');
  await createClass();
  await valid();
  hold.release();
  await core.holds(namespace, 'app', { user: 'admin' });
});

describe('what core is told of classes', () => {
  test('comes late: stores are refused until then', async () => {
    const hold = core.proxy.hold({ resource: PLURAL });
    await createClass();
    await createStore();
    await createSecret('app');
    await refused('KEY_NOT_SERVED');
    await eventually(() => expect(hold.size).toBe(1));
    hold.release();
    await valid();
    await core.holds(namespace, 'app', { user: 'admin' });
  });

  test.each(['expire', 'close'] as const)(
    'is lost with its watch (%s), and found by what comes after it',
    async (end) => {
      await createClass();
      await createStore();
      await valid();
      await core.atRest();
      const hold = core.proxy.hold({ resource: PLURAL });
      await core.admin.delete(clusterProviderClasses, { name: 'lab' });
      await createClass({ address: ABSENT_ADDRESS });
      await eventually(() => expect(hold.size).toBe(2));
      hold[end]();
      await refused('CLASS_NOT_READY');
      await patchClass({ address: labClusterClass('lab').spec.address });
      await valid();
    },
  );
});

describe('a restart', () => {
  test('writes nothing where nothing changed', async () => {
    await createClass();
    await createStore();
    await createSecret('app');
    await core.holds(namespace, 'app', { user: 'admin' });
    await core.atRest();
    const writes = core.proxy.writes.length;
    await core.restart();
    await core.atRest();
    expect(core.proxy.writes.slice(writes)).toEqual([]);
  });

  test.each([
    ['went', () => core.admin.delete(clusterProviderClasses, { name: 'lab' }), 'KEY_NOT_SERVED'],
    ['cannot be used any more', () => patchClass({ address: ABSENT_ADDRESS }), 'CLASS_NOT_READY'],
    [
      'does not admit the namespace any more',
      () => patchClass({ conditions: [{ namespaces: ['x'] }] }),
      'CLASS_NOT_ALLOWED',
    ],
  ])('finds a class that %s meanwhile', async (_, change, code) => {
    await createClass();
    await createStore();
    await valid();
    await core.restart({ whileStopped: change });
    await refused(code);
  });

  test('finds a class that came meanwhile', async () => {
    await createStore();
    await refused('KEY_NOT_SERVED');
    await core.restart({ whileStopped: createClass });
    await valid();
  });
});
