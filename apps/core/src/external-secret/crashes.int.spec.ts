/** Core ends in the middle of a pass: by kill -9 between two of its writes, or because it leads no more. At an interval of an hour. */
import {
  type ExternalSecret,
  externalSecrets,
  type ExternalSecretSpec,
  type ExternalSecretTarget,
} from '@eso/api/resources';
import { configMaps, type KubeObject, leases, secrets } from '@eso/kube';
import { type ApiRequest, eventually, intercepting, onlyFirst } from '@eso/testing';
import { CoreProcess } from '../testing/core-process.ts';

/** What an administrator grants with `genericTargets.resources`. */
const RIGHTS = `
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: generic-targets}
rules:
  - {apiGroups: [''], resources: [configmaps], verbs: [get, list, watch, create, patch, delete]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: generic-targets}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: generic-targets}
subjects: [{kind: ServiceAccount, name: external-secrets, namespace: external-secrets}]
`;
const LEASE = { namespace: 'external-secrets', name: 'external-secrets-controller' };

let core: CoreProcess;
let namespace: string;
beforeAll(async () => {
  core = await CoreProcess.start({
    flags: [
      '--unsafe-allow-generic-targets',
      '--enable-leader-election=true',
      '--leader-election-lease-duration=6s',
      '--leader-election-renew-deadline=4s',
      '--leader-election-retry-period=1s',
    ],
  });
  await core.own.cluster.apply(RIGHTS);
});
afterAll(() => core.stop());
beforeEach(async () => {
  core.backend.clear();
  core.hold = () => Promise.resolve();
  core.backend.set('user', 'first');
  namespace = await core.tenant();
});

const base64 = (text: string) => Buffer.from(text).toString('base64');
const create = (name: string, target: ExternalSecretTarget = {}) =>
  core.create(namespace, name, ['user'], { spec: { target } });
const edit = (name: string, spec: Partial<ExternalSecretSpec>) => core.edit(namespace, name, { spec });
const forceSync = (name: string) =>
  core.edit(namespace, name, { metadata: { annotations: { 'external-secrets.io/force-sync': `${Math.random()}` } } });
const get = (name: string): Promise<ExternalSecret> => core.admin.get(externalSecrets, { namespace, name });
const readyOf = async (name: string) => (await get(name)).status?.conditions?.find(({ type }) => type === 'Ready');
const isOfTarget = ({ resource, namespace: at }: ApiRequest): boolean =>
  at === namespace && (resource === 'secrets' || resource === 'configmaps');
const targetWrites = (): ApiRequest[] => core.proxy.writes.filter(isOfTarget);

/** Another process, which need not wait for a lease that nobody renews. */
const recover = () =>
  core.restart({
    whileStopped: async () => {
      await core.admin.delete(leases, LEASE);
    },
  });

/** Kills core when the statuses of so many ExternalSecrets of the namespace are about to be written, and none is; then starts another. */
async function killedBeforeStatus(act: () => Promise<void>, count = 1): Promise<void> {
  const waiting = new Set<string | undefined>();
  const dead = Promise.withResolvers<undefined>();
  const undo = core.proxy.intercept(
    intercepting(
      { verb: 'update', resource: 'externalsecrets', namespace },
      {
        before: async ({ name }) => {
          waiting.add(name);
          if (waiting.size === count) void core.crash().then(() => dead.resolve(undefined));
          await dead.promise;
          return { kind: 'cut' };
        },
      },
    ),
  );
  await act();
  await dead.promise;
  undo();
  expect(waiting.size).toBe(count);
  await recover();
}

const POLICIES: Readonly<Record<string, ExternalSecretTarget>> = {
  owner: { creationPolicy: 'Owner' },
  orphan: { creationPolicy: 'Orphan' },
  merge: { creationPolicy: 'Merge' },
  'create-or-merge': { creationPolicy: 'CreateOrMerge' },
  none: { creationPolicy: 'None' },
  manifest: { manifest: { apiVersion: 'v1', kind: 'ConfigMap' } },
};
const NAMES = Object.keys(POLICIES);

describe('killed between the target and the status', () => {
  /** The targets of all policies with their versions. */
  async function targets(): Promise<Record<string, KubeObject | undefined>> {
    const found: Record<string, KubeObject | undefined> = {};
    for (const name of NAMES)
      found[name] =
        name === 'manifest'
          ? await core.admin.get(configMaps, { namespace, name })
          : await core.secret(namespace, name);
    return found;
  }
  const show = async (user: string) => {
    const data = Object.fromEntries(
      Object.entries(await targets()).map(([name, target]) => [name, (target as { data?: object } | undefined)?.data]),
    );
    expect(data).toEqual({
      owner: { user: base64(user) },
      orphan: { user: base64(user) },
      merge: { user: base64(user), theirs: base64('kept') },
      'create-or-merge': { user: base64(user) },
      none: undefined,
      manifest: { user },
    });
  };

  test('of a first sync and of a refresh: what was written is not written again, and the status is made up for', async () => {
    await core.admin.create(secrets, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { namespace, name: 'merge' },
      stringData: { theirs: 'kept' },
    });
    const makeAll = async (): Promise<void> => {
      for (const [name, target] of Object.entries(POLICIES)) await create(name, target);
    };
    for (const [user, act] of [
      ['first', makeAll],
      [
        'second',
        async () => {
          for (const name of NAMES) await forceSync(name);
        },
      ],
    ] as const) {
      core.backend.set('user', user);
      let before: Record<string, KubeObject | undefined> = {};
      let writes = 0;
      await killedBeforeStatus(async () => {
        await act();
        await eventually(() => show(user));
        before = await targets();
        writes = targetWrites().length;
      }, NAMES.length);
      for (const name of NAMES)
        await eventually(async () => {
          const { status, metadata } = await get(name);
          expect(status?.syncedResourceVersion).toMatch(new RegExp(`^${metadata.generation}-`));
          expect((await readyOf(name))?.status).toBe('True');
        });
      await core.atRest();
      // The annotation of a forced sync was copied by the one that was killed.
      expect(await targets()).toEqual(before);
      const again = targetWrites().slice(writes);
      // Server-side apply is how it is found out that nothing is to be changed, where that was not seen before.
      expect(again.filter(({ resource }) => resource === 'secrets')).toEqual([]);
    }
    // And what happens afterwards is noticed.
    await core.deleteSecret(namespace, 'owner');
    await core.holds(namespace, 'owner', { user: 'second' });
  }, 180_000);

  test('of deletionPolicy Delete: the Secret stays away, and the status says why', async () => {
    await create('app', { deletionPolicy: 'Delete' });
    await core.holds(namespace, 'app', { user: 'first' });
    await core.atRest();
    core.backend.clear();
    let writes = 0;
    await killedBeforeStatus(async () => {
      await forceSync('app');
      await eventually(async () => expect(await core.secret(namespace, 'app')).toBeUndefined());
      writes = targetWrites().length;
    });
    await eventually(async () =>
      expect(await readyOf('app')).toMatchObject({ status: 'True', reason: 'SecretDeleted' }),
    );
    await core.atRest();
    expect(targetWrites()).toHaveLength(writes);
    expect(await core.secret(namespace, 'app')).toBeUndefined();
  }, 120_000);

  test('of a rename: the new Secret is there, and the old one goes', async () => {
    await create('app');
    await core.holds(namespace, 'app', { user: 'first' });
    await core.atRest();
    const dead = Promise.withResolvers<undefined>();
    const before = async () => {
      await core.crash();
      dead.resolve(undefined);
      return { kind: 'cut' } as const;
    };
    core.proxy.intercept(
      onlyFirst(intercepting({ verb: 'delete', resource: 'secrets', namespace, name: 'app' }, { before })),
    );
    await edit('app', { target: { name: 'renamed' } });
    await dead.promise;
    expect(await core.secret(namespace, 'app')).toBeDefined();
    await core.holds(namespace, 'renamed', { user: 'first' });
    await recover();
    await eventually(async () => expect(await core.secret(namespace, 'app')).toBeUndefined());
    await eventually(async () => expect((await get('app')).status?.binding).toEqual({ name: 'renamed' }));
  }, 120_000);

  test('of two that share it, one with damage to mend: both mend it after the start', async () => {
    core.backend.set('password', 'x');
    const shared: ExternalSecretTarget = { name: 'shared', creationPolicy: 'CreateOrMerge' };
    await create('one', shared);
    await core.create(namespace, 'two', ['password'], { spec: { target: shared } });
    await core.holds(namespace, 'shared', { user: 'first', password: 'x' });
    await core.atRest();
    // The first that mends it makes it look whole; who has not done so knows of it only in the process that is killed.
    const dead = Promise.withResolvers<undefined>();
    const before = async () => {
      await core.crash();
      dead.resolve(undefined);
      return { kind: 'cut' } as const;
    };
    const held = Promise.withResolvers<undefined>();
    core.hold = (key) => (key === 'password' ? held.promise : Promise.resolve());
    core.proxy.intercept(
      onlyFirst(intercepting({ verb: 'update', resource: 'externalsecrets', namespace, name: 'one' }, { before })),
    );
    await core.deleteSecret(namespace, 'shared');
    await dead.promise;
    core.hold = () => Promise.resolve();
    held.resolve(undefined);
    await core.holds(namespace, 'shared', { user: 'first' });
    await recover();
    await core.holds(namespace, 'shared', { user: 'first', password: 'x' });
  }, 120_000);
});

test('who loses the lease while it asks the backend writes nothing any more; the next one does', async () => {
  const asked = Promise.withResolvers<undefined>();
  const held = Promise.withResolvers<undefined>();
  core.hold = () => {
    asked.resolve(undefined);
    return held.promise;
  };
  await create('app');
  await asked.promise;
  const writes = core.proxy.writes.length;
  const renewTime = new Date().toISOString().replace('Z', '000Z');
  const spec = { holderIdentity: 'another', renewTime, leaseDurationSeconds: 3_600 };
  await core.admin.patch(leases, LEASE, { spec }, { type: 'merge' });
  await eventually(async () => expect(await core.metrics()).toMatch(/^leader_election_master_status\{.*\} 0$/m));
  core.hold = () => Promise.resolve();
  core.backend.set('user', 'second');
  held.resolve(undefined);
  await core.atRest();
  expect(core.proxy.writes).toHaveLength(writes);
  expect(await core.secret(namespace, 'app')).toBeUndefined();
  await recover();
  await core.holds(namespace, 'app', { user: 'second' });
  await core.ready(namespace, 'app');
}, 120_000);
