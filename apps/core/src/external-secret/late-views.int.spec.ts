/** What core sees comes late, or as a list that does not tell what happened in between; at an interval of an hour. */
import { externalSecrets, type ExternalSecretSpec, type ExternalSecretTarget } from '@eso/api/resources';
import { configMaps, namespaces, type Secret, secrets } from '@eso/kube';
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
  core.hold = () => Promise.resolve();
  core.backend.set('user', 'admin').set('password', 'first').set('token', 'abc').set('more', 'third');
  namespace = await core.tenant();
});

const base64 = (text: string) => Buffer.from(text).toString('base64');
/** An ExternalSecret with the Secret `app` as its target. */
const create = (name: string, target: ExternalSecretTarget, keys: readonly string[] = ['user', 'password']) =>
  core.create(namespace, name, keys, { spec: { target: { name: 'app', ...target } } });
const edit = (name: string, spec: Partial<ExternalSecretSpec>) => core.edit(namespace, name, { spec });
const forceSync = (name: string) =>
  core.edit(namespace, name, { metadata: { annotations: { 'external-secrets.io/force-sync': `${Math.random()}` } } });
const patchSecret = (body: object) =>
  core.admin.patch<Secret>(secrets, { namespace, name: 'app' }, body, { type: 'merge' });
const holdSecrets = () => core.proxy.hold({ resource: 'secrets', namespace, name: 'app' });
const reasonOf = async (name: string): Promise<string | undefined> => {
  const { status } = await core.admin.get(externalSecrets, { namespace, name });
  return status?.conditions?.find(({ type }) => type === 'Ready')?.reason;
};
/** How many ExternalSecrets core has in its store. */
const objectsSeen = async (): Promise<number> =>
  Number(/^informer_objects\{resource="externalsecrets[^"]*"[^}]*\} (\d+)$/m.exec(await core.metrics())?.[1]);
const secretWrites = () =>
  core.proxy.writes.filter((write) => write.resource === 'secrets' && write.namespace === namespace).length;

describe('several on one Secret', () => {
  test('one that mended it and is deleted does not answer for one that could not mend it yet', async () => {
    for (const [name, key] of Object.entries({ one: 'user', two: 'password', three: 'token' }))
      await create(name, { creationPolicy: 'CreateOrMerge' }, [key]);
    await core.holds(namespace, 'app', { user: 'admin', password: 'first', token: 'abc' });
    await core.atRest();
    for (const key of ['password', 'token']) core.broken.add(key);
    await patchSecret({ data: { password: null, token: null, user: base64('forged') } });
    await core.holds(namespace, 'app', { user: 'admin' });
    for (const name of ['two', 'three']) await core.ready(namespace, name, 'False');
    await core.atRest();
    await core.admin.delete(externalSecrets, { namespace, name: 'one' });
    core.broken.delete('password');
    await core.ready(namespace, 'two');
    await core.holds(namespace, 'app', { user: 'admin', password: 'first' });
    core.broken.delete('token');
    await core.ready(namespace, 'three');
    await core.holds(namespace, 'app', { user: 'admin', password: 'first', token: 'abc' });
  });

  test('one of them makes it anew while nobody is told of its end: the others write theirs, too', async () => {
    await create('one', { creationPolicy: 'CreateOrMerge' }, ['user']);
    await create('two', { creationPolicy: 'CreateOrMerge' }, ['password']);
    await core.holds(namespace, 'app', { user: 'admin', password: 'first' });
    await core.atRest();
    const hold = holdSecrets();
    await core.deleteSecret(namespace, 'app');
    await edit('two', { data: [{ secretKey: 'more', remoteRef: { key: 'more' } }] });
    await eventually(async () =>
      expect((await core.secret(namespace, 'app'))?.data).toMatchObject({ more: base64('third') }),
    );
    // It lists again and finds another Secret of that name, whole as it is.
    hold.expire();
    await core.holds(namespace, 'app', { user: 'admin', more: 'third' });
  });

  test('who writes the same key as another comes to rest, be the value the same or not', async () => {
    const from = (key: string) => ({ data: [{ secretKey: 'user', remoteRef: { key } }] });
    const target: ExternalSecretTarget = { name: 'app', creationPolicy: 'CreateOrMerge' };
    for (const [name, key] of Object.entries({ one: 'user', two: 'user', three: 'token' }))
      await core.create(namespace, name, [], { spec: { target, ...from(key) } });
    for (const name of ['one', 'two', 'three']) await core.ready(namespace, name);
    await core.atRest();
    const [writes, { fetches }] = [secretWrites(), core];
    await core.admin.patch(
      namespaces,
      { name: namespace },
      { metadata: { labels: { looked: 'again' } } },
      { type: 'merge' },
    );
    await core.atRest();
    // Each is looked at once.
    expect(core.fetches - fetches).toBeLessThanOrEqual(3);
    expect(secretWrites() - writes).toBeLessThanOrEqual(2);
  });

  test('one is deleted while it is asked for: what it would have written is not written, and the other goes on', async () => {
    await create('one', { creationPolicy: 'CreateOrMerge' }, ['user']);
    await core.holds(namespace, 'app', { user: 'admin' });
    const held = Promise.withResolvers<undefined>();
    const asked = Promise.withResolvers<undefined>();
    core.hold = (key) => {
      if (key !== 'password') return Promise.resolve();
      asked.resolve(undefined);
      return held.promise;
    };
    await create('two', { creationPolicy: 'CreateOrMerge' }, ['password']);
    await asked.promise;
    const writes = secretWrites();
    const seen = await objectsSeen();
    await core.admin.delete(externalSecrets, { namespace, name: 'two' });
    await eventually(async () => expect(await objectsSeen()).toBe(seen - 1));
    core.hold = () => Promise.resolve();
    held.resolve(undefined);
    await core.atRest();
    expect(secretWrites()).toBe(writes);
    core.backend.set('user', 'root');
    await forceSync('one');
    await core.holds(namespace, 'app', { user: 'root' });
  });
});

describe('the event of its own write comes late', () => {
  test('from Owner to Merge and back meanwhile: the keys stay, and the owner goes and comes', async () => {
    const hold = holdSecrets();
    const owners = async () => (await core.secret(namespace, 'app'))?.metadata.ownerReferences?.length ?? 0;
    await create('es', {});
    await core.ready(namespace, 'es');
    expect(await owners()).toBe(1);
    await edit('es', { target: { creationPolicy: 'Merge' } });
    await eventually(async () => expect(await owners()).toBe(0));
    const marks = (await core.secret(namespace, 'app'))?.metadata.labels;
    expect(marks).not.toHaveProperty(['reconcile.external-secrets.io/created-by']);
    await patchSecret({ data: { theirs: base64('kept') } });
    core.backend.set('user', 'root');
    await forceSync('es');
    await core.holds(namespace, 'app', { user: 'root', password: 'first', theirs: 'kept' });
    const writes = secretWrites();
    hold.release();
    await core.atRest();
    // What it is told now it knows already.
    expect(secretWrites()).toBe(writes);
    expect(await reasonOf('es')).toBe('SecretSynced');
    await patchSecret({ data: { user: null } });
    await core.holds(namespace, 'app', { user: 'root', password: 'first', theirs: 'kept' });
    await edit('es', { target: { creationPolicy: 'Owner' } });
    await eventually(async () => expect(await owners()).toBe(1));
    await core.holds(namespace, 'app', { user: 'root', password: 'first' });
  });

  test('Delete, and the status meets a newer ExternalSecret: it is deleted once, and said once', async () => {
    await create('es', { deletionPolicy: 'Delete' });
    await core.holds(namespace, 'app', { user: 'admin', password: 'first' });
    await core.atRest();
    core.backend.clear();
    const hold = holdSecrets();
    const before = async (): Promise<undefined> => {
      await core.edit(namespace, 'es', { metadata: { labels: { edited: 'meanwhile' } } });
      return undefined;
    };
    core.proxy.intercept(
      onlyFirst(intercepting({ verb: 'update', resource: 'externalsecrets', name: 'es' }, { before })),
    );
    const errors = await core.reconcileErrors();
    await forceSync('es');
    await eventually(async () => expect(await reasonOf('es')).toBe('SecretDeleted'));
    expect(await core.secret(namespace, 'app')).toBeUndefined();
    const { fetches } = core;
    hold.release();
    expect((await core.happened(namespace)).filter((text) => text.startsWith('Normal Deleted'))).toHaveLength(1);
    expect(await core.reconcileErrors()).toBe(errors);
    // Its own deletion, told late, is no drift.
    expect(core.fetches).toBe(fetches);
    expect(await core.secret(namespace, 'app')).toBeUndefined();
  });

  test('a rename before its making was told: what stands under the earlier name goes when it is seen', async () => {
    const hold = holdSecrets();
    await create('es', {});
    await core.ready(namespace, 'es');
    await edit('es', { target: { name: 'renamed' } });
    await core.holds(namespace, 'renamed', { user: 'admin', password: 'first' });
    await core.atRest();
    const { fetches } = core;
    hold.release();
    await eventually(async () => expect(await core.secret(namespace, 'app')).toBeUndefined());
    expect(await core.happened(namespace)).toContain('Normal Deleted: secret deleted because it was orphaned');
    expect(core.fetches).toBe(fetches);
    await core.holds(namespace, 'renamed', { user: 'admin', password: 'first' });
  });

  test('a Secret that it found as it should be, and that goes before it was told, comes back', async () => {
    await create('es', { creationPolicy: 'CreateOrMerge' });
    await core.holds(namespace, 'app', { user: 'admin', password: 'first' });
    const { metadata, data = {} } = (await core.secret(namespace, 'app')) as Secret;
    const { labels = {}, annotations = {} } = metadata;
    const hold = core.proxy.hold({ resource: 'secrets', namespace, name: 'twin' });
    const twin = { namespace, name: 'twin', labels, annotations };
    await core.admin.create(secrets, { apiVersion: 'v1', kind: 'Secret', metadata: twin, data });
    const writes = core.proxy.writes.length;
    await create('second', { name: 'twin', creationPolicy: 'CreateOrMerge' });
    await core.ready(namespace, 'second');
    // Its create was refused, and nothing was left to change.
    expect(core.proxy.writes.slice(writes).filter(({ verb, name }) => verb !== 'create' && name === 'twin')).toEqual(
      [],
    );
    await core.deleteSecret(namespace, 'twin');
    hold.expire();
    await core.holds(namespace, 'twin', { user: 'admin', password: 'first' });
  });

  test('a Secret that is deleted before its making was told comes back', async () => {
    const hold = holdSecrets();
    await create('es', {});
    await core.ready(namespace, 'es');
    await core.deleteSecret(namespace, 'app');
    // A list that shows neither its coming nor its end.
    hold.expire();
    await core.holds(namespace, 'app', { user: 'admin', password: 'first' });
  });
});

describe('what a template reads changes between the reading and the writing', () => {
  const text = (word: string): string => `out: "${word} {{ .user }}"`;
  const target: ExternalSecretTarget = {
    template: {
      engineVersion: 'v2',
      mergePolicy: 'Replace',
      templateFrom: [
        { target: 'Data', configMap: { name: 'source', items: [{ key: 't', templateAs: 'KeysAndValues' }] } },
      ],
    },
  };
  const ref = () => ({ namespace, name: 'source' });
  const change = (word: string) => core.admin.patch(configMaps, ref(), { data: { t: text(word) } }, { type: 'merge' });

  beforeEach(async () => {
    await core.admin.create(configMaps, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: ref(),
      data: { t: text('one') },
    });
  });

  test.each(['release', 'expire'] as const)('and is told after the write (%s): it renders once more', async (end) => {
    await create('es', target, ['user']);
    await core.holds(namespace, 'app', { out: 'one admin' });
    await core.atRest();
    const hold = core.proxy.hold({ resource: 'configmaps', namespace, name: 'source' });
    core.backend.set('user', 'root');
    const before = (): Promise<undefined> => change('two').then(() => undefined);
    core.proxy.intercept(onlyFirst(intercepting({ verb: 'update', resource: 'secrets', name: 'app' }, { before })));
    await forceSync('es');
    await core.holds(namespace, 'app', { out: 'one root' });
    await core.atRest();
    hold[end]();
    await core.holds(namespace, 'app', { out: 'two root' });
  });

  test('and is told before the write is answered: it renders once more', async () => {
    await create('es', target, ['user']);
    await core.holds(namespace, 'app', { out: 'one admin' });
    await core.atRest();
    core.backend.set('user', 'root');
    const after = async (): Promise<undefined> => {
      const seen = core.proxy.hold({ resource: 'configmaps', namespace, name: 'source' });
      await change('two');
      await eventually(() => expect(seen.size).toBe(1));
      seen.release();
      return undefined;
    };
    core.proxy.intercept(onlyFirst(intercepting({ verb: 'update', resource: 'secrets', name: 'app' }, { after })));
    await forceSync('es');
    await core.holds(namespace, 'app', { out: 'two root' });
  });

  test('and goes: the target stays as it was written, and the ExternalSecret says what is missing', async () => {
    await create('es', target, ['user']);
    await core.holds(namespace, 'app', { out: 'one admin' });
    await core.atRest();
    const hold = core.proxy.hold({ resource: 'configmaps', namespace, name: 'source' });
    core.backend.set('user', 'root');
    const before = (): Promise<undefined> => core.admin.delete(configMaps, ref()).then(() => undefined);
    core.proxy.intercept(onlyFirst(intercepting({ verb: 'update', resource: 'secrets', name: 'app' }, { before })));
    await forceSync('es');
    await core.holds(namespace, 'app', { out: 'one root' });
    await core.atRest();
    hold.expire();
    expect(await core.ready(namespace, 'es', 'False')).toContain('[TEMPLATE_SOURCE_NOT_FOUND]');
    await core.holds(namespace, 'app', { out: 'one root' });
  });
});
