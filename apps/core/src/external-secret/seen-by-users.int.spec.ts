/** What users, dashboards and GitOps tools see of an ExternalSecret under the default policies, as the API server keeps it. */
import { createHash } from 'node:crypto';
import { type ExternalSecret, externalSecrets, providers } from '@eso/api/resources';
import { type CoreEvent, events, type Secret, secrets } from '@eso/kube';
import { eventually, intercepting } from '@eso/testing';
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
  core.backend.set('user', 'admin');
  namespace = await core.tenant();
});

// Written anew, as the format says: nothing of what is tested is used.
const sha3 = (text: string): string => createHash('sha3-224').update(text).digest('hex');
const hashOf = (value: string): string => sha3(`map[user:[${[...Buffer.from(value)].join(' ')}]]`);

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';
const get = (name = 'app'): Promise<ExternalSecret> => core.admin.get(externalSecrets, { namespace, name });
const target = (name = 'app'): Promise<Secret> => core.admin.get(secrets, { namespace, name });
const patch = (body: object, name = 'app'): Promise<unknown> => core.edit(namespace, name, body);

async function eventsOf(name: string): Promise<CoreEvent[]> {
  const { items } = await core.admin.list(events, { namespace, fieldSelector: `involvedObject.name=${name}` });
  return items;
}

describe('after the first sync', () => {
  let es: ExternalSecret;
  let secret: Secret;
  beforeEach(async () => {
    await core.create(namespace, 'app', ['user'], {
      metadata: { labels: { team: 'red' }, annotations: { note: 'hi' } },
    });
    await core.ready(namespace, 'app');
    es = await get();
    secret = await target();
  });

  test('the Secret carries the marks of External Secrets, and what the ExternalSecret carries [1.4.1] [1.4.2] [1.4.3] [1.13.3] [1.13.7] [1.13.13]', () => {
    expect(secret.metadata.labels).toEqual({
      team: 'red',
      'reconcile.external-secrets.io/managed': 'true',
      'reconcile.external-secrets.io/created-by': sha3(`${namespace}/app`),
    });
    expect(secret.metadata.annotations).toEqual({
      note: 'hi',
      'reconcile.external-secrets.io/data-hash': hashOf('admin'),
    });
    expect(secret.data).toEqual({ user: 'YWRtaW4=' });
  });

  test('garbage collection removes it with the ExternalSecret, whatever deletionPolicy says [1.9.1] [1.9.2] [1.13.19] [1.14.4] [8.1]', () => {
    expect(es.spec.target?.deletionPolicy).toBe('Retain');
    expect(secret.metadata.ownerReferences).toEqual([
      {
        apiVersion: 'external-secrets.io/v1',
        kind: 'ExternalSecret',
        name: 'app',
        uid: es.metadata.uid,
        controller: true,
        blockOwnerDeletion: true,
      },
    ]);
  });

  test('it was written by an update of the known manager, not by apply [1.13.26] [1.4.15]', () => {
    expect(secret.metadata.managedFields).toEqual([
      expect.objectContaining({ manager: 'externalsecrets.external-secrets.io/app', operation: 'Update' }),
    ]);
  });

  test('the status names Secret, time and version, and one condition [1.4.16] [1.4.22] [1.6.12] [1.6.13] [1.13.29] [1.3.2] [1.15.1]', () => {
    expect(es.status).toEqual({
      refreshTime: expect.stringMatching(/Z$/) as string,
      syncedResourceVersion: `1-${sha3('{annotations:map[note:hi] labels:map[team:red]}')}`,
      binding: { name: 'app' },
      conditions: [
        {
          type: 'Ready',
          status: 'True',
          reason: 'SecretSynced',
          message: 'secret synced',
          lastTransitionTime: expect.stringMatching(/Z$/) as string,
        },
      ],
    });
  });

  test('one event says that it was created, by external-secrets [1.4.37] [1.4.43] [1.4.44]', async () => {
    await core.atRest();
    expect(await eventsOf('app')).toEqual([
      expect.objectContaining({
        type: 'Normal',
        reason: 'Created',
        message: 'secret created',
        source: expect.objectContaining({ component: 'external-secrets' }) as unknown,
        involvedObject: expect.objectContaining({ kind: 'ExternalSecret', uid: es.metadata.uid }) as unknown,
      }),
    ]);
  });

  test('no finalizer is put on it, and none is needed [1.4.6] [1.6.4]', async () => {
    expect(es.metadata.finalizers).toBeUndefined();
    await core.admin.delete(externalSecrets, { namespace, name: 'app' });
    await expect(get()).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test('one that is made again under the same name takes over the Secret of the one before [1.13.21] [1.7.10] [8.4]', async () => {
    await core.admin.delete(externalSecrets, { namespace, name: 'app' });
    core.backend.set('user', 'second');
    await core.create(namespace, 'app', ['user'], { spec: { refreshPolicy: 'CreatedOnce' } });
    await core.holds(namespace, 'app', { user: 'second' });
    const [reference] = (await target()).metadata.ownerReferences ?? [];
    expect(reference?.uid).toBe((await get()).metadata.uid);
    expect(reference?.uid).not.toBe(es.metadata.uid);
  });

  test('a refresh that changes nothing writes no Secret and says nothing [1.13.27] [1.4.38]', async () => {
    const before = core.fetches;
    await patch({ spec: { refreshPolicy: 'OnChange' } });
    await eventually(async () => expect((await get()).status?.syncedResourceVersion).toMatch(/^2-/));
    expect(core.fetches).toBeGreaterThan(before);
    await core.atRest();
    expect((await target()).metadata.resourceVersion).toBe(secret.metadata.resourceVersion);
    expect(await eventsOf('app')).toHaveLength(1);
  });
});

describe('labels and annotations of the Secret', () => {
  test("follow the ExternalSecret, but for kubectl's copy of the manifest; those of others stay [1.13.3] [1.13.28] [8.56]", async () => {
    const metadata = { labels: { team: 'red', old: 'x' }, annotations: { [LAST_APPLIED]: '{}', note: 'hi' } };
    await core.create(namespace, 'app', ['user'], { metadata });
    await core.ready(namespace, 'app');
    const theirs = { metadata: { labels: { theirs: 'y' } } };
    await core.admin.patch(secrets, { namespace, name: 'app' }, theirs, { type: 'merge' });
    await patch({ metadata: { labels: { team: 'blue', old: null }, annotations: { note: null } } });
    await eventually(async () => {
      const { labels, annotations } = (await target()).metadata;
      expect(labels).toMatchObject({ team: 'blue', theirs: 'y' });
      expect(labels).not.toHaveProperty('old');
      expect(Object.keys(annotations ?? {})).toEqual(['reconcile.external-secrets.io/data-hash']);
    });
  });

  test.each([27, 28, 40, 63, 64])(
    'of an ExternalSecret whose name has %d characters go when they are stale [8.12] [8.11]',
    async (length) => {
      const name = 'n'.repeat(length);
      await core.create(namespace, name, ['user'], { metadata: { labels: { old: 'x' } } });
      await core.ready(namespace, name);
      expect((await target(name)).metadata.labels).toMatchObject({ old: 'x' });
      await patch({ metadata: { labels: { old: null } } }, name);
      await eventually(async () => expect((await target(name)).metadata.labels).not.toHaveProperty('old'));
    },
  );

  test('are known for ours by managedFields alone: where a tool strips these, what is stale stays [8.13]', async () => {
    await core.create(namespace, 'app', ['user'], { metadata: { labels: { old: 'x' } } });
    await core.ready(namespace, 'app');
    const stripped = { metadata: { managedFields: [{}] } };
    await core.admin.patch(secrets, { namespace, name: 'app' }, stripped, { type: 'merge' });
    core.backend.set('user', 'second');
    await patch({ metadata: { labels: { old: null } } });
    await core.holds(namespace, 'app', { user: 'second' });
    expect((await target()).metadata.labels).toMatchObject({ old: 'x' });
  });
});

describe('a failure under the default policies', () => {
  test('one absent secret fails the whole: cause, event, counter; the Secret and what the last success recorded stay [1.4.17] [1.4.26] [1.4.36] [1.4.41] [1.6.11] [1.6.16] [1.6.17] [1.12.1] [1.12.2] [8.19]', async () => {
    await core.create(namespace, 'app', ['user'], {});
    await core.ready(namespace, 'app');
    const [before, secret] = [await get(), await target()];
    const errors = await core.reconcileErrors();
    core.backend.set('user', 'second');
    const data = ['user', 'gone'].map((key) => ({ secretKey: key, remoteRef: { key } }));
    await patch({ spec: { data } });
    const message = await core.ready(namespace, 'app', 'False');
    expect(message).toMatch(
      /^could not get secret data from provider: spec\.data\[1\].*gone.*\[SECRET_NOT_FOUND\]\. ./,
    );
    const { status } = await get();
    expect(status?.conditions).toEqual([expect.objectContaining({ reason: 'SecretSyncedError', status: 'False' })]);
    expect(status).toMatchObject({
      refreshTime: before.status?.refreshTime,
      syncedResourceVersion: before.status?.syncedResourceVersion,
    });
    expect(await target()).toEqual(secret);
    expect(await core.reconcileErrors()).toBeGreaterThan(errors);
    await eventually(async () =>
      expect(await eventsOf('app')).toContainEqual(
        expect.objectContaining({
          type: 'Warning',
          reason: 'UpdateFailed',
          message: expect.stringContaining('[SECRET_NOT_FOUND]') as unknown,
        }),
      ),
    );
    core.backend.set('gone', 'back');
    await core.holds(namespace, 'app', { user: 'second', gone: 'back' });
    await core.ready(namespace, 'app');
  });

  test.each(['Retain', 'Delete', 'Merge'] as const)(
    'a provider that fails otherwise is no absent secret under deletionPolicy %s: the Secret stays whole [1.12.9] [1.12.10]',
    async (deletionPolicy) => {
      await core.create(namespace, 'app', ['user'], { spec: { target: { deletionPolicy } } });
      await core.ready(namespace, 'app');
      const secret = await target();
      core.backend.set('user', 'second');
      // The provider has a defect there: that is neither an answer nor an absent secret.
      await patch({ spec: { dataFrom: [{ extract: { key: 'user' } }] } });
      const message = await core.ready(namespace, 'app', 'False');
      expect(message).toMatch(/^could not get secret data from provider: spec\.dataFrom\[0\]\.extract: /);
      expect(message).not.toContain('NOT_FOUND');
      await core.atRest();
      expect(await target()).toEqual(secret);
    },
  );

  test('a Secret that the API server does not take says so, with the known beginning [1.4.29]', async () => {
    core.backend.set('user', 'x'.repeat(1024 * 1024 + 1));
    await core.create(namespace, 'app', ['user']);
    expect(await core.ready(namespace, 'app', 'False')).toMatch(/^could not update secret: .*\[SECRET_TOO_LARGE\]/);
  });
});

describe('a store of another controller class', () => {
  const createTheirs = (): Promise<unknown> =>
    core.admin.create(providers, {
      apiVersion: 'external-secrets.io/v1',
      kind: 'Provider',
      metadata: { namespace, name: 'theirs' },
      spec: { address: ADDRESS, providerRef: REF, controller: 'theirs' },
    });
  const storeRef = { kind: 'Provider', name: 'theirs' } as const;

  test.each<[string, Partial<ExternalSecret['spec']>]>([
    ['the store of all', { secretStoreRef: storeRef }],
    ['the store of one value', { data: [{ secretKey: 'user', remoteRef: { key: 'user' }, sourceRef: { storeRef } }] }],
    ['the store of one entry', { dataFrom: [{ find: {}, sourceRef: { storeRef } }] }],
  ])('leaves no trace on the ExternalSecret when it is %s [1.6.6] [1.17.1] [1.17.3] [8.33]', async (_, spec) => {
    await createTheirs();
    await core.create(namespace, 'theirs', ['user'], { spec });
    await core.create(namespace, 'ours', ['user']);
    await core.ready(namespace, 'ours');
    await core.atRest();
    const { status, metadata } = await get('theirs');
    expect({ status, finalizers: metadata.finalizers }).toEqual({ status: undefined, finalizers: undefined });
    expect(await eventsOf('theirs')).toEqual([]);
  });

  test('does not hide behind one that is not there: that one is told when it is looked for [1.17.3] [1.17.4]', async () => {
    const nobody = { kind: 'ClusterProvider', name: 'nobody' } as const;
    const data = [{ secretKey: 'user', remoteRef: { key: 'user' }, sourceRef: { storeRef: nobody } }];
    await core.create(namespace, 'app', [], { spec: { data } });
    expect(await core.ready(namespace, 'app', 'False')).toContain('[STORE_NOT_FOUND]');
    // A cluster-scoped store before it changes nothing about how one of the namespace is looked up.
    await createTheirs();
    const then = { secretKey: 'other', remoteRef: { key: 'user' }, sourceRef: { storeRef } };
    await core.create(namespace, 'both', [], { spec: { data: [...data, then] } });
    await core.create(namespace, 'ours', ['user']);
    await core.ready(namespace, 'ours');
    await core.atRest();
    expect((await get('both')).status).toBeUndefined();
  });
});

describe('where nothing, or not all, can be done', () => {
  test('nothing fetched under Retain is no error: the Secret stays, none is made [1.4.16] [1.4.23] [1.12.3] [8.20]', async () => {
    // An entry with a store alone contributes nothing.
    const nothing = { dataFrom: [{ sourceRef: { storeRef: { kind: 'Provider' as const, name: 'backend' } } }] };
    await core.create(namespace, 'none', [], { spec: nothing });
    expect(await core.ready(namespace, 'none')).toBe('secret retained due to DeletionPolicy=Retain');
    expect(await core.secret(namespace, 'none')).toBeUndefined();
    await core.create(namespace, 'app', ['user']);
    await core.ready(namespace, 'app');
    const before = await target();
    await patch({ spec: { data: null, ...nothing } });
    await eventually(async () => expect((await get()).status?.conditions?.[0]?.message).toMatch(/^secret retained/));
    expect((await get()).status?.conditions).toEqual([
      expect.objectContaining({ reason: 'SecretSynced', status: 'True' }),
    ]);
    expect(await target()).toEqual(before);
  });

  test('an earlier target that cannot be deleted says so, and goes as soon as it can [1.4.28]', async () => {
    await core.create(namespace, 'app', ['user']);
    await core.ready(namespace, 'app');
    const undo = core.proxy.intercept(
      intercepting(
        { verb: 'delete', resource: 'secrets', name: 'app' },
        { before: () => ({ kind: 'refuse', status: 500, reason: 'InternalError' }) },
      ),
    );
    await patch({ spec: { target: { name: 'renamed' } } });
    expect(await core.ready(namespace, 'app', 'False')).toMatch(/^could not delete orphaned secrets: /);
    await core.holds(namespace, 'renamed', { user: 'admin' });
    undo();
    await core.ready(namespace, 'app');
    expect(await core.secret(namespace, 'app')).toBeUndefined();
  });

  test.each(['Retain', 'Delete', 'Merge'] as const)(
    'an ExternalSecret with deletionPolicy %s goes at once; its Secret is left to garbage collection [1.14.1] [1.14.2] [1.14.5]',
    async (deletionPolicy) => {
      await core.create(namespace, 'app', ['user'], { spec: { target: { deletionPolicy } } });
      await core.ready(namespace, 'app');
      const before = await target();
      await core.admin.delete(externalSecrets, { namespace, name: 'app' });
      await expect(get()).rejects.toMatchObject({ code: 'NOT_FOUND' });
      await core.atRest();
      // There is no garbage collector here.
      expect(await target()).toEqual(before);
      expect(before.metadata.ownerReferences).toHaveLength(1);
    },
  );

  const closed = { kind: 'deny' as const, windows: [{ schedule: '* * * * *', duration: '1h' }] };
  test.each<[string, Partial<ExternalSecret['spec']>]>([
    ['CreatedOnce', { refreshPolicy: 'CreatedOnce' }],
    ['an interval of 0', { refreshInterval: '0' }],
    ['a window that is closed', { syncWindows: closed }],
  ])('an edited Secret is put right whatever %s says [8.5] [1.8.6]', async (_, spec) => {
    await core.create(namespace, 'app', ['user'], { spec });
    await core.holds(namespace, 'app', { user: 'admin' });
    core.backend.set('user', 'second');
    const edit = { data: { user: 'Zm9yZ2Vk' } };
    await core.admin.patch(secrets, { namespace, name: 'app' }, edit, { type: 'merge' });
    await core.holds(namespace, 'app', { user: 'second' });
  });
});

describe('a template', () => {
  const templated = (data: Record<string, string>, more: ExternalSecret['spec']['target'] = {}): object => ({
    spec: { target: { ...more, template: { data } } },
  });

  test('makes the target, and one that misses a vanished key fails; with no key left the Secret goes first [1.2.24] [1.12.12] [8.14]', async () => {
    const spec = templated({ login: '{{ .user }}/{{ .password }}' }, { deletionPolicy: 'Delete' });
    core.backend.set('password', 'p');
    await core.create(namespace, 'app', ['user', 'password'], spec);
    await core.holds(namespace, 'app', { login: 'admin/p' });
    core.backend.delete('password');
    await patch({ metadata: { annotations: { 'external-secrets.io/force-sync': '1' } } });
    expect(await core.ready(namespace, 'app', 'False')).toMatch(
      /spec\.target\.template\.data\.login.*\[TEMPLATE_FAILED\]/,
    );
    await core.holds(namespace, 'app', { login: 'admin/p' });
    core.backend.delete('user');
    await patch({ metadata: { annotations: { 'external-secrets.io/force-sync': '2' } } });
    await eventually(async () => expect(await core.secret(namespace, 'app')).toBeUndefined());
    expect(await core.ready(namespace, 'app')).toBe('secret deleted due to DeletionPolicy=Delete');
  });

  test('with functions of chance writes another value at each refresh; one that cannot decode writes why [8.28] [8.29]', async () => {
    const spec = templated({ chance: '{{ randAlphaNum 20 }}', text: '{{ .user | b64dec }}' });
    core.backend.set('user', '!');
    await core.create(namespace, 'app', ['user'], spec);
    await core.ready(namespace, 'app');
    const text = (secret: Secret, key: string): string => Buffer.from(secret.data?.[key] ?? '', 'base64').toString();
    const before = await target();
    expect(text(before, 'text')).toBe('illegal base64 data at input byte 0');
    await patch({ metadata: { annotations: { 'external-secrets.io/force-sync': '1' } } });
    await eventually(async () => expect(text(await target(), 'chance')).not.toBe(text(before, 'chance')));
    expect(text(await target(), 'chance')).toMatch(/^[A-Za-z0-9]{20}$/);
  });
});
