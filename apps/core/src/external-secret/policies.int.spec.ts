import { externalSecrets, type ExternalSecretTarget } from '@eso/api/resources';
import { type Secret, secrets } from '@eso/kube';
import { eventually, intercepting, onlyFirst } from '@eso/testing';
import { CoreProcess } from '../testing/core-process.ts';

let core: CoreProcess;
let namespace: string;
beforeAll(async () => {
  // One after the other: two passes at once would each see the damage that the first of two mends.
  core = await CoreProcess.start({ flags: ['--concurrent=1'] });
});
afterAll(() => core.stop());
beforeEach(async () => {
  core.backend.clear();
  core.broken.clear();
  core.backend.set('user', 'admin').set('password', 'first');
  namespace = await core.tenant();
});

const base64 = (text: string) => Buffer.from(text).toString('base64');
const create = (name: string, target: ExternalSecretTarget, keys: readonly string[] = ['user', 'password']) =>
  core.create(namespace, name, keys, { spec: { target: { name: 'app', ...target } } });
const patch = (name: string, body: object) => core.edit(namespace, name, body);
const forceSync = (name: string) =>
  patch(name, { metadata: { annotations: { 'external-secrets.io/force-sync': `${Math.random()}` } } });
const patchSecret = (body: object) =>
  core.admin.patch(secrets, { namespace, name: 'app' }, body, { type: 'merge', fieldManager: 'kubectl' });
const createSecret = (data: Record<string, string>): Promise<Secret> =>
  core.admin.create(
    secrets,
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { namespace, name: 'app' },
      data: Object.fromEntries(Object.entries(data).map(([key, value]) => [key, base64(value)])),
    },
    { fieldManager: 'kubectl' },
  );
const gone = () => eventually(async () => expect(await core.secret(namespace, 'app')).toBeUndefined());

async function condition(name: string): Promise<Record<string, string | undefined>> {
  const { status } = await core.admin.get(externalSecrets, { namespace, name });
  const { status: ready, reason, message } = status?.conditions?.find(({ type }) => type === 'Ready') ?? {};
  return { ready, reason, message };
}

const hasCondition = (name: string, wanted: object) =>
  eventually(async () => expect(await condition(name)).toMatchObject(wanted));

const reasons = () => core.happened(namespace);

describe('creationPolicy', () => {
  test('Owner: the Secret is controlled by its ExternalSecret, marked, and written under its field manager [1.9.1] [1.13.19] [1.13.26]', async () => {
    await create('es', { creationPolicy: 'Owner' });
    await core.holds(namespace, 'app', { user: 'admin', password: 'first' });
    const { metadata } = (await core.secret(namespace, 'app')) as Secret;
    expect(metadata.ownerReferences).toMatchObject([
      { apiVersion: 'external-secrets.io/v1', kind: 'ExternalSecret', name: 'es', controller: true },
    ]);
    expect(metadata.labels).toMatchObject({ 'reconcile.external-secrets.io/managed': 'true' });
    expect(metadata.managedFields?.map(({ manager }) => manager)).toEqual(['externalsecrets.external-secrets.io/es']);
    expect((await core.admin.get(externalSecrets, { namespace, name: 'es' })).status?.binding).toEqual({ name: 'app' });
  });

  test('Orphan: nobody owns the Secret, its edit stays until the next refresh, and the ExternalSecret may go [1.9.3] [1.8.1] [8.6]', async () => {
    await create('es', { creationPolicy: 'Orphan' });
    await core.holds(namespace, 'app', { user: 'admin', password: 'first' });
    expect((await core.secret(namespace, 'app'))?.metadata.ownerReferences).toBeUndefined();
    await patchSecret({ data: { user: base64('edited') } });
    await core.atRest();
    expect((await core.secret(namespace, 'app'))?.data).toMatchObject({ user: base64('edited') });
    await forceSync('es');
    await core.holds(namespace, 'app', { user: 'admin', password: 'first' });
    await core.admin.delete(externalSecrets, { namespace, name: 'es' });
    await core.atRest();
    await core.holds(namespace, 'app', { user: 'admin', password: 'first' });
  });

  test('Merge: a Secret that is not there is waited for; one that is keeps what others wrote [1.4.19] [1.4.25] [1.9.5] [1.9.6] [8.7]', async () => {
    await create('es', { creationPolicy: 'Merge' });
    await hasCondition('es', {
      ready: 'True',
      reason: 'SecretMissing',
      message: 'secret will not be created due to CreationPolicy=Merge',
    });
    await core.atRest();
    await createSecret({ theirs: 'kept', user: 'old' });
    await forceSync('es');
    await core.holds(namespace, 'app', { theirs: 'kept', user: 'admin', password: 'first' });
    await hasCondition('es', { ready: 'True', reason: 'SecretSynced', message: 'secret synced' });
    // What leaves the manifest leaves the Secret, and nothing else does.
    await patch('es', { spec: { data: [{ secretKey: 'user', remoteRef: { key: 'user' } }] } });
    await core.holds(namespace, 'app', { theirs: 'kept', user: 'admin' });
    // Somebody takes away what it wrote: drift, at once.
    await patchSecret({ data: { user: null } });
    await core.holds(namespace, 'app', { theirs: 'kept', user: 'admin' });
    await core.admin.delete(externalSecrets, { namespace, name: 'es' });
    await core.atRest();
    await core.holds(namespace, 'app', { theirs: 'kept', user: 'admin' });
  });

  test('CreateOrMerge: makes the Secret, and merges into it when somebody adds to it [1.9.4]', async () => {
    await create('es', { creationPolicy: 'CreateOrMerge' });
    await core.holds(namespace, 'app', { user: 'admin', password: 'first' });
    await patchSecret({ data: { theirs: base64('kept') } });
    await core.holds(namespace, 'app', { user: 'admin', password: 'first', theirs: 'kept' });
    await core.deleteSecret(namespace, 'app');
    await core.holds(namespace, 'app', { user: 'admin', password: 'first' });
    expect((await core.secret(namespace, 'app'))?.metadata.ownerReferences).toBeUndefined();
  });

  test('None: fetches, writes nothing, and leaves a Secret of that name as it is [1.9.7] [1.6.8] [8.8]', async () => {
    const theirs = await createSecret({ theirs: 'kept' });
    const before = core.fetches;
    await create('es', { creationPolicy: 'None' });
    await hasCondition('es', { ready: 'True', reason: 'SecretSynced', message: 'secret synced' });
    await core.atRest();
    expect(core.fetches).toBeGreaterThan(before);
    expect(await core.secret(namespace, 'app')).toEqual(theirs);
    expect((await core.admin.get(externalSecrets, { namespace, name: 'es' })).status?.binding).toBeUndefined();
    expect(await reasons()).toEqual([]);
  });

  test('a change from Owner to Orphan gives the Secret up, and back takes it again [1.13.22] [1.13.19]', async () => {
    await create('es', {});
    await core.holds(namespace, 'app', { user: 'admin', password: 'first' });
    const owners = async () => (await core.secret(namespace, 'app'))?.metadata.ownerReferences?.length ?? 0;
    await patch('es', { spec: { target: { creationPolicy: 'Orphan' } } });
    await eventually(async () => expect(await owners()).toBe(0));
    await patch('es', { spec: { target: { creationPolicy: 'Owner' } } });
    await eventually(async () => expect(await owners()).toBe(1));
  });
});

describe('two on one Secret', () => {
  test('that merge keep both sets of keys, each under its own manager, without a loop [8.9] [1.13.28]', async () => {
    await createSecret({ theirs: 'kept' });
    await create('one', { creationPolicy: 'Merge' }, ['user']);
    await create('two', { creationPolicy: 'Merge' }, ['password']);
    const both = { theirs: 'kept', user: 'admin', password: 'first' };
    await core.holds(namespace, 'app', both);
    await core.atRest();
    const writes = core.proxy.writes.length;
    const { fetches } = core;
    // An annotation would be copied to the Secret.
    for (const [name, refreshInterval] of Object.entries({ one: '61m', two: '62m' })) {
      await patch(name, { spec: { refreshInterval } });
      await core.atRest();
    }
    expect(core.fetches).toBe(fetches + 2);
    await core.holds(namespace, 'app', both);
    // A refresh that changes nothing writes the status of its own ExternalSecret and not the Secret.
    expect(core.proxy.writes.slice(writes).filter(({ resource }) => resource === 'secrets')).toEqual([]);
    const { managedFields = [] } = (await core.secret(namespace, 'app'))?.metadata ?? {};
    const keysOf = (name: string) =>
      Object.keys(managedFields.find(({ manager }) => manager === name)?.fieldsV1?.['f:data'] ?? {});
    expect(keysOf('externalsecrets.external-secrets.io/one')).toEqual(['f:user']);
    expect(keysOf('externalsecrets.external-secrets.io/two')).toEqual(['f:password']);
    core.backend.set('user', 'second');
    await forceSync('one');
    await core.holds(namespace, 'app', { ...both, user: 'second' });
    // Damage to the keys of both is mended by both.
    await patchSecret({ data: { user: null, password: base64('forged') } });
    await core.holds(namespace, 'app', { ...both, user: 'second' });
  });

  test('that is deleted, also while nobody looks, gets the keys of both back', async () => {
    await create('one', { creationPolicy: 'CreateOrMerge' }, ['user']);
    await create('two', { creationPolicy: 'CreateOrMerge' }, ['password']);
    const both = { user: 'admin', password: 'first' };
    await core.holds(namespace, 'app', both);
    await core.atRest();
    await core.deleteSecret(namespace, 'app');
    await core.holds(namespace, 'app', both);
    await core.atRest();
    await core.restart({ whileStopped: () => core.deleteSecret(namespace, 'app') });
    await core.holds(namespace, 'app', both);
  });

  test('that is deleted under the hands of one of them gets the keys of both back', async () => {
    core.backend.set('more', 'third');
    await create('one', { creationPolicy: 'CreateOrMerge' }, ['user']);
    await create('two', { creationPolicy: 'CreateOrMerge' }, ['password']);
    await core.holds(namespace, 'app', { user: 'admin', password: 'first' });
    await core.atRest();
    // It has seen a whole Secret, finds none when it reads it, and makes one with its own keys alone.
    const before = async (): Promise<undefined> => {
      await core.deleteSecret(namespace, 'app');
      return undefined;
    };
    core.proxy.intercept(onlyFirst(intercepting({ verb: 'get', resource: 'secrets', name: 'app' }, { before })));
    await patch('two', { spec: { data: [{ secretKey: 'more', remoteRef: { key: 'more' } }] } });
    await core.holds(namespace, 'app', { user: 'admin', more: 'third' });
  });

  test('of which one cannot be fetched when it is damaged gets its keys back when it can', async () => {
    await create('one', { creationPolicy: 'CreateOrMerge' }, ['user']);
    await create('two', { creationPolicy: 'CreateOrMerge' }, ['password']);
    const both = { user: 'admin', password: 'first' };
    await core.holds(namespace, 'app', both);
    await core.atRest();
    core.broken.add('user');
    await patchSecret({ data: { user: null, password: base64('forged') } });
    // The other one mends what is its own, and the Secret looks whole.
    await core.holds(namespace, 'app', { password: 'first' });
    await hasCondition('one', { ready: 'False' });
    core.broken.delete('user');
    await core.holds(namespace, 'app', both);
    await hasCondition('one', { ready: 'True' });
  });

  test('of which one owns it: the other is refused, and syncs when it has its own name [1.13.23] [1.4.32] [8.10]', async () => {
    await create('owner', {}, ['user']);
    await core.holds(namespace, 'app', { user: 'admin' });
    await create('second', { creationPolicy: 'Merge' }, ['password']);
    await hasCondition('second', { ready: 'False', reason: 'SecretSyncedError' });
    expect((await condition('second'))['message']).toMatch(
      /^target is owned by another ExternalSecret: .*\[TARGET_NOT_OWNED\]/,
    );
    await core.holds(namespace, 'app', { user: 'admin' });
    await patch('second', { spec: { target: { name: 'other', creationPolicy: 'Owner' } } });
    await core.holds(namespace, 'other', { password: 'first' });
    await hasCondition('second', { ready: 'True' });
  });
});

test('taking over a Secret that somebody made by hand names the keys that it lost', async () => {
  await createSecret({ user: 'old', 'tls.key': 'precious', 'by-hand': 'x' });
  await create('es', {});
  await core.holds(namespace, 'app', { user: 'admin', password: 'first' });
  const said = await reasons();
  expect(said).toContain(
    'Warning Adopted: app existed already and was taken over; keys that it lost: by-hand, tls.key',
  );
  expect(JSON.stringify(said)).not.toMatch(/precious|old/);
});

describe('deletionPolicy', () => {
  test('Retain: one that is absent fails the sync, and the Secret stays whole [1.12.2] [8.19]', async () => {
    await create('es', { deletionPolicy: 'Retain' });
    await core.holds(namespace, 'app', { user: 'admin', password: 'first' });
    core.backend.delete('password');
    core.backend.set('user', 'second');
    await forceSync('es');
    await hasCondition('es', { ready: 'False', reason: 'SecretSyncedError' });
    expect((await condition('es'))['message']).toMatch(/^could not get secret data from provider: spec.data\[1\]/);
    await core.holds(namespace, 'app', { user: 'admin', password: 'first' });
    core.backend.set('password', 'again');
    await core.holds(namespace, 'app', { user: 'second', password: 'again' });
  });

  test('Delete: what is absent goes, all absent deletes the Secret, what comes back makes it anew [1.12.4] [1.12.6] [1.4.18] [1.4.24] [1.4.39] [1.4.40] [8.49]', async () => {
    await create('es', { deletionPolicy: 'Delete' });
    await core.holds(namespace, 'app', { user: 'admin', password: 'first' });
    core.backend.delete('password');
    await forceSync('es');
    await core.holds(namespace, 'app', { user: 'admin' });
    expect(await reasons()).toContain(
      'Normal MissingProviderSecret: secret does not exist at provider using spec.data[1] (key=password)',
    );
    core.backend.delete('user');
    await forceSync('es');
    await gone();
    await hasCondition('es', {
      ready: 'True',
      reason: 'SecretDeleted',
      message: 'secret deleted due to DeletionPolicy=Delete',
    });
    expect(await reasons()).toContain('Normal Deleted: secret deleted due to DeletionPolicy=Delete');
    // Its own deletion is no drift: nothing is asked again before the next refresh.
    const { fetches } = core;
    await core.restart();
    await core.atRest();
    expect(core.fetches).toBe(fetches);
    core.backend.set('user', 'back');
    await forceSync('es');
    await core.holds(namespace, 'app', { user: 'back' });
  });

  test.each(['Delete', 'Merge'] as const)(
    '%s: a source that fails is not absent, and nothing is taken away [1.12.9] [1.12.10]',
    async (policy) => {
      await create('es', { deletionPolicy: policy });
      await core.holds(namespace, 'app', { user: 'admin', password: 'first' });
      core.backend.delete('user');
      core.broken.add('password');
      await forceSync('es');
      await hasCondition('es', { ready: 'False' });
      await core.holds(namespace, 'app', { user: 'admin', password: 'first' });
      core.broken.delete('password');
      await core.holds(namespace, 'app', { password: 'first' });
    },
  );

  test('Delete: a Secret that is not its own stays, and the condition says so [1.4.27]', async () => {
    core.backend.clear();
    const theirs = await createSecret({ theirs: 'kept' });
    await create('es', { deletionPolicy: 'Delete' });
    await hasCondition('es', { ready: 'False' });
    expect((await condition('es'))['message']).toMatch(
      /^could not delete secret: spec.target.name: unable to delete secret app/,
    );
    expect(await core.secret(namespace, 'app')).toEqual(theirs);
  });

  test('Delete: one that somebody made anew meanwhile is not deleted', async () => {
    await create('es', { deletionPolicy: 'Delete' });
    await core.holds(namespace, 'app', { user: 'admin', password: 'first' });
    const before = async (): Promise<undefined> => {
      await core.deleteSecret(namespace, 'app');
      await createSecret({ theirs: 'kept' });
      return undefined;
    };
    core.proxy.intercept(onlyFirst(intercepting({ verb: 'delete', resource: 'secrets', name: 'app' }, { before })));
    core.backend.clear();
    await forceSync('es');
    await hasCondition('es', { ready: 'False' });
    await core.holds(namespace, 'app', { theirs: 'kept' });
  });

  test('Delete after a rename: what stands under the earlier name goes, too', async () => {
    await create('es', { deletionPolicy: 'Delete' });
    await core.holds(namespace, 'app', { user: 'admin', password: 'first' });
    core.backend.clear();
    await patch('es', { spec: { target: { name: 'renamed' } } });
    await hasCondition('es', { ready: 'True', reason: 'SecretDeleted' });
    await gone();
  });

  test('Merge: all absent leaves the Secret, without its keys [1.12.7] [1.12.8]', async () => {
    await createSecret({ theirs: 'kept' });
    await create('es', { creationPolicy: 'Merge', deletionPolicy: 'Merge' });
    await core.holds(namespace, 'app', { theirs: 'kept', user: 'admin', password: 'first' });
    core.backend.clear();
    await forceSync('es');
    await core.holds(namespace, 'app', { theirs: 'kept' });
    await hasCondition('es', { ready: 'True', reason: 'SecretSynced' });
  });
});

describe('immutable', () => {
  test('a new Secret is made so, and keeps its first values [1.13.30] [1.13.32]', async () => {
    await create('es', { immutable: true });
    await core.holds(namespace, 'app', { user: 'admin', password: 'first' });
    expect((await core.secret(namespace, 'app'))?.immutable).toBe(true);
    core.backend.set('user', 'second');
    await forceSync('es');
    await core.atRest();
    await core.holds(namespace, 'app', { user: 'admin', password: 'first' });
    await hasCondition('es', { ready: 'True', message: 'secret synced' });
  });

  test('one that somebody else froze is refused by name when its data would change [1.4.30] [1.13.33] [8.17]', async () => {
    await create('es', {});
    await core.holds(namespace, 'app', { user: 'admin', password: 'first' });
    await patchSecret({ immutable: true });
    core.backend.set('user', 'second');
    await forceSync('es');
    await hasCondition('es', { ready: 'False' });
    expect((await condition('es'))['message']).toMatch(
      /^could not update secret, target is immutable: .*\[TARGET_IMMUTABLE\]/,
    );
    await core.holds(namespace, 'app', { user: 'admin', password: 'first' });
    await core.deleteSecret(namespace, 'app');
    await core.holds(namespace, 'app', { user: 'second', password: 'first' });
    await hasCondition('es', { ready: 'True' });
  });
});

test('the token of a ServiceAccount stays whose it is, and the ExternalSecret says so', async () => {
  const NAME = 'kubernetes.io/service-account.name';
  await core.admin.create(secrets, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { namespace, name: 'app', annotations: { [NAME]: 'reader' } },
    type: 'kubernetes.io/service-account-token',
  });
  const metadata = { annotations: { [NAME]: 'admin' } };
  await core.create(namespace, 'thief', ['user'], {
    metadata,
    spec: { target: { name: 'app', creationPolicy: 'Merge' } },
  });
  expect(await core.ready(namespace, 'thief', 'False')).toContain('[TARGET_NOT_OWNED]');
  const secret = await core.secret(namespace, 'app');
  expect(secret?.metadata.annotations).toEqual({ [NAME]: 'reader' });
  expect(secret?.data).toBeUndefined();
});
