import {
  clusterProviders,
  type ExternalSecret,
  externalSecrets,
  FINALIZER_EXTERNAL_SECRET,
  providers,
} from '@eso/api/resources';
import type { Validation } from '@eso/api/server';
import { namespaces, type ObjectMeta, type Secret, secrets } from '@eso/kube';
import { eventually, intercepting, onlyFirst } from '@eso/testing';
import { CoreProcess } from '../testing/core-process.ts';
import { ADDRESS, REF } from '../testing/lab-provider.ts';

let core: CoreProcess;
let namespace: string;
beforeAll(async () => {
  core = await CoreProcess.start();
});
afterAll(() => core.stop());
beforeEach(async () => {
  core.backend.clear();
  core.backend.set('user', 'admin').set('password', 'first');
  namespace = await core.tenant();
});

/** An ExternalSecret `app` that is in sync, with nothing left to do. */
async function synced(spec: Partial<ExternalSecret['spec']> = {}): Promise<Secret> {
  await core.create(namespace, 'app', ['user', 'password'], { spec });
  await core.ready(namespace, 'app');
  await core.holds(namespace, spec.target?.name ?? 'app', { user: 'admin', password: 'first' });
  await core.atRest();
  return core.admin.get(secrets, { namespace, name: spec.target?.name ?? 'app' });
}

const patchSecret = (body: object, name = 'app') =>
  core.admin.patch(secrets, { namespace, name }, body, { type: 'merge' });
const patchExternalSecret = (body: object) => core.edit(namespace, 'app', body);
const deleteSecret = (name = 'app') => core.admin.delete(secrets, { namespace, name });
const inSync = (name = 'app') => core.holds(namespace, name, { user: 'admin', password: 'first' });

const reasons = () => core.happened(namespace);

async function createSecret(name: string, metadata: Partial<ObjectMeta> = {}): Promise<Secret> {
  const data = { theirs: Buffer.from('theirs').toString('base64') };
  return core.admin.create(secrets, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { ...metadata, namespace, name },
    data,
  });
}

describe('drift, at an interval of an hour', () => {
  test('a deleted Secret comes back [1.8.2] [1.8.6] [1.15.3]', async () => {
    const before = await synced();
    await deleteSecret();
    await inSync();
    expect((await core.secret(namespace, 'app'))?.metadata.uid).not.toBe(before.metadata.uid);
  });

  test('an edited Secret is put right, and it is the same one [1.8.4] [1.4.37] [1.4.38] [1.9.1]', async () => {
    const before = await synced();
    await patchSecret({ data: { password: 'Zm9yZ2Vk', more: 'eA==' } });
    await inSync();
    expect((await core.secret(namespace, 'app'))?.metadata.uid).toBe(before.metadata.uid);
    expect(await reasons()).toEqual(['Normal Created: secret created', 'Normal Updated: secret updated']);
  });

  test.each([
    ['label', { labels: { 'reconcile.external-secrets.io/managed': null } }],
    ['hash', { annotations: { 'reconcile.external-secrets.io/data-hash': 'forged' } }],
  ])('a Secret without its %s gets it back [1.8.3] [1.8.4] [1.15.6] [8.53]', async (_, metadata) => {
    const before = await synced();
    await patchSecret({ metadata });
    await eventually(async () => {
      const { labels, annotations } = (await core.secret(namespace, 'app'))?.metadata ?? {};
      expect({ labels, annotations }).toEqual({
        labels: before.metadata.labels,
        annotations: before.metadata.annotations,
      });
    });
  });

  test('neither an intact Secret nor a restart is a reason to ask the backend or to write [1.6.9] [1.6.10] [1.8.5]', async () => {
    await synced();
    await patchSecret({ metadata: { labels: { theirs: 'x' } } });
    await core.atRest();
    const before = { fetches: core.fetches, writes: core.proxy.writes.length };
    await core.restart();
    await core.atRest();
    expect({ fetches: core.fetches, writes: core.proxy.writes.length }).toEqual(before);
  });
});

describe('what the user changes', () => {
  test.each([
    ['an annotation', { metadata: { annotations: { 'external-secrets.io/force-sync': 'now' } } }],
    ['a label', { metadata: { labels: { team: 'red' } } }],
    ['the spec', { spec: { target: { template: null }, refreshPolicy: 'OnChange' } }],
  ])('%s of the ExternalSecret makes it fetch [1.15.2] [8.3]', async (_, body) => {
    await synced();
    core.backend.set('password', 'second');
    await patchExternalSecret(body);
    await core.holds(namespace, 'app', { user: 'admin', password: 'second' });
  });

  test('a store that turns ready runs those who wait for it at once [8.30] [8.31]', async () => {
    const other = await core.own.cluster.createNamespace('late');
    const gate = Promise.withResolvers<Validation>();
    const { validate } = core;
    core.validate = () => gate.promise;
    await core.createStore(other);
    await core.create(other, 'waiting', ['user']);
    await core.atRest();
    core.validate = validate;
    gate.resolve({ kind: 'valid' });
    // Left alone it would look again only ten seconds after it came.
    await core.holds(other, 'waiting', { user: 'admin' }, 5_000);
  });

  test('a store that nobody could look at while core was away turns nobody False at its start', async () => {
    await synced();
    const gate = Promise.withResolvers<Validation>();
    const { validate } = core;
    core.validate = () => gate.promise;
    core.backend.set('password', 'second');
    await core.restart({
      whileStopped: async () => {
        await core.admin.delete(providers, { namespace, name: 'backend' });
        await core.createStore(namespace);
        await patchExternalSecret({ metadata: { annotations: { 'external-secrets.io/force-sync': 'now' } } });
      },
    });
    await core.atRest();
    core.validate = validate;
    gate.resolve({ kind: 'valid' });
    await core.holds(namespace, 'app', { user: 'admin', password: 'second' });
    expect((await reasons()).filter((text) => text.startsWith('Warning'))).toEqual([]);
  });

  test('a changed spec of its store makes one that failed for what it was given try again', async () => {
    core.backend.set('password', '!');
    const remoteRef = { key: 'password', decodingStrategy: 'Base64' as const };
    await core.create(namespace, 'app', [], { spec: { data: [{ secretKey: 'password', remoteRef }] } });
    expect(await core.ready(namespace, 'app', 'False')).toContain('[DECODING_FAILED]');
    await core.atRest();
    core.backend.set('password', 'c2Vjb25k');
    const body = { spec: { refreshInterval: '7m' } };
    await core.admin.patch(providers, { namespace, name: 'backend' }, body, { type: 'merge' });
    await core.holds(namespace, 'app', { password: 'second' });
    await core.ready(namespace, 'app');
  });

  test('new labels of its namespace let in one that a ClusterProvider did not admit', async () => {
    const name = `red-only-${namespace}`;
    await core.admin.create(clusterProviders, {
      apiVersion: 'external-secrets.io/v1',
      kind: 'ClusterProvider',
      metadata: { name },
      spec: {
        address: ADDRESS,
        providerRef: { ...REF, namespace },
        conditions: [{ namespaceSelector: { matchLabels: { team: 'red' } } }],
      },
    });
    const spec = { secretStoreRef: { kind: 'ClusterProvider' as const, name } };
    await core.create(namespace, 'app', ['user'], { spec });
    expect(await core.ready(namespace, 'app', 'False')).toContain('[STORE_NOT_ALLOWED]');
    await core.atRest();
    await core.admin.patch(
      namespaces,
      { name: namespace },
      { metadata: { labels: { team: 'red' } } },
      { type: 'merge' },
    );
    await core.holds(namespace, 'app', { user: 'admin' });
    await core.ready(namespace, 'app');
  });

  test('the finalizer of an earlier installation is let go, those of others are not [1.4.6] [1.6.3]', async () => {
    const finalizers = ['example.org/theirs', FINALIZER_EXTERNAL_SECRET];
    await core.create(namespace, 'old', ['user'], { metadata: { finalizers } });
    await core.ready(namespace, 'old');
    await core.admin.delete(externalSecrets, { namespace, name: 'old' });
    await eventually(async () => {
      const { metadata } = await core.admin.get(externalSecrets, { namespace, name: 'old' });
      expect(metadata.finalizers).toEqual(['example.org/theirs']);
    });
  });
});

test('the finalizer of an earlier installation goes, and one that others let go meanwhile does not come back', async () => {
  const finalizers = ['example.org/theirs', FINALIZER_EXTERNAL_SECRET];
  await core.create(namespace, 'old', ['user'], { metadata: { finalizers } });
  await core.ready(namespace, 'old');
  const before = async (): Promise<undefined> => {
    await core.edit(namespace, 'old', { metadata: { finalizers: [FINALIZER_EXTERNAL_SECRET] } });
    return undefined;
  };
  core.proxy.intercept(
    onlyFirst(intercepting({ verb: 'patch', resource: 'externalsecrets', name: 'old', namespace }, { before })),
  );
  const errors = await core.reconcileErrors();
  await core.admin.delete(externalSecrets, { namespace, name: 'old' });
  await eventually(() =>
    expect(core.admin.get(externalSecrets, { namespace, name: 'old' })).rejects.toMatchObject({ code: 'NOT_FOUND' }),
  );
  expect(await core.reconcileErrors()).toBe(errors);
});

describe('a rename', () => {
  test('leaves nothing behind, and says so [1.9.8] [1.4.39]', async () => {
    await synced();
    await patchExternalSecret({ spec: { target: { name: 'renamed' } } });
    await inSync('renamed');
    await eventually(async () => expect(await core.secret(namespace, 'app')).toBeUndefined());
    expect(await reasons()).toContain('Normal Deleted: secret deleted because it was orphaned');
  });

  test('to a name that is somebody else’s keeps the Secret under the old name [1.13.24] [1.4.31]', async () => {
    const before = await synced();
    const owner = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'theirs', uid: 'some-uid', controller: true };
    const theirs = await createSecret('theirs', { ownerReferences: [owner] });
    await patchExternalSecret({ spec: { target: { name: 'theirs' } } });
    expect(await core.ready(namespace, 'app', 'False')).toContain('failed to take ownership of target secret');
    await core.atRest();
    expect(await core.secret(namespace, 'app')).toEqual(before);
    expect((await core.secret(namespace, 'theirs'))?.data).toEqual(theirs.data);
  });

  test('whose write fails keeps the Secret under the old name', async () => {
    const before = await synced();
    const undo = core.proxy.intercept(
      intercepting(
        { verb: 'create', resource: 'secrets', name: 'refused' },
        { before: () => ({ kind: 'refuse', status: 500, reason: 'InternalError' }) },
      ),
    );
    await patchExternalSecret({ spec: { target: { name: 'refused' } } });
    await core.ready(namespace, 'app', 'False');
    expect(await core.secret(namespace, 'app')).toEqual(before);
    undo();
    await inSync('refused');
    await eventually(async () => expect(await core.secret(namespace, 'app')).toBeUndefined());
  });

  test('does not delete what somebody else made meanwhile under the old name [1.9.8]', async () => {
    await synced();
    const before = async (): Promise<undefined> => {
      await deleteSecret();
      await createSecret('app');
      return undefined;
    };
    core.proxy.intercept(onlyFirst(intercepting({ verb: 'delete', resource: 'secrets', name: 'app' }, { before })));
    await patchExternalSecret({ spec: { target: { name: 'renamed' } } });
    await inSync('renamed');
    await core.atRest();
    expect((await core.secret(namespace, 'app'))?.data).toEqual({ theirs: 'dGhlaXJz' });
  });
});

describe('somebody else at the same time', () => {
  test('a status that meets a newer ExternalSecret is no failure: the pass starts over [1.6.15] [1.10.7]', async () => {
    const before = async (): Promise<undefined> => {
      await patchExternalSecret({ metadata: { annotations: { edited: 'meanwhile' } } });
      return undefined;
    };
    core.proxy.intercept(
      onlyFirst(intercepting({ verb: 'update', resource: 'externalsecrets', name: 'app' }, { before })),
    );
    const errors = await core.reconcileErrors();
    await synced();
    expect((await core.secret(namespace, 'app'))?.metadata.annotations).toMatchObject({ edited: 'meanwhile' });
    expect(await core.reconcileErrors()).toBe(errors);
    expect((await reasons()).filter((text) => text.startsWith('Warning'))).toEqual([]);
  });

  test('a write that meets a newer Secret is no failure: the pass starts over [1.10.7]', async () => {
    await synced();
    const before = async (): Promise<undefined> => {
      await patchSecret({ metadata: { labels: { theirs: 'x' } } });
      return undefined;
    };
    core.proxy.intercept(onlyFirst(intercepting({ verb: 'update', resource: 'secrets', name: 'app' }, { before })));
    const errors = await core.reconcileErrors();
    core.backend.set('password', 'second');
    await patchExternalSecret({ metadata: { annotations: { 'external-secrets.io/force-sync': 'now' } } });
    await core.holds(namespace, 'app', { user: 'admin', password: 'second' });
    expect(await core.reconcileErrors()).toBe(errors);
    expect((await reasons()).filter((text) => text.startsWith('Warning'))).toEqual([]);
    expect((await core.secret(namespace, 'app'))?.metadata.labels).toMatchObject({ theirs: 'x' });
  });

  test('a Secret that is there already, of nobody, is taken over [1.13.19]', async () => {
    await createSecret('app');
    const { metadata } = await synced();
    expect(metadata.ownerReferences).toMatchObject([{ kind: 'ExternalSecret', name: 'app', controller: true }]);
  });

  test('a Secret of another ExternalSecret is left to it [1.13.23] [1.4.32]', async () => {
    const before = await synced();
    await core.create(namespace, 'second', ['user'], { spec: { target: { name: 'app' } } });
    expect(await core.ready(namespace, 'second', 'False')).toContain('target is owned by another ExternalSecret');
    expect(await core.secret(namespace, 'app')).toEqual(before);
  });
});

test.each(['ConfigMap', 'Secret'])('a manifest of kind %s is refused without the flag [1.13b.1]', async (kind) => {
  await core.create(namespace, 'app', ['user'], { spec: { target: { manifest: { apiVersion: 'v1', kind } } } });
  expect(await core.ready(namespace, 'app', 'False')).toBe(
    'invalid generic target: spec.target.manifest: generic targets are disabled. Enable with --unsafe-allow-generic-targets flag ' +
      '[GENERIC_TARGETS_DISABLED]. Remove the field, or have an administrator start core with that flag.',
  );
  const { status } = await core.admin.get(externalSecrets, { namespace, name: 'app' });
  expect(status?.conditions).toMatchObject([{ reason: 'SecretSyncedError' }]);
  expect((await reasons())[0]).toContain('Warning UpdateFailed: spec.target.manifest: generic targets are disabled');
});

test('no value stays in the memory of core', async () => {
  const marker = `marker-${namespace}`;
  core.backend.set('user', marker);
  await core.create(namespace, 'app', ['user']);
  await core.holds(namespace, 'app', { user: marker });
  // Seen on the watch, too, and after a list.
  await patchSecret({ metadata: { labels: { theirs: 'x' } } });
  core.proxy.expire('secrets');
  await core.atRest();
  const heap = await core.heap();
  expect(heap.includes(namespace)).toBe(true);
  expect(heap.includes(marker)).toBe(false);
  expect(heap.includes(Buffer.from(marker).toString('base64'))).toBe(false);
});
