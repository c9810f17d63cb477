import { type ExternalSecret, externalSecrets } from '@eso/api/resources';
import { type ConfigMap, configMaps, isKubeError, type KubeObject, namespaces, resourceType } from '@eso/kube';
import { eventually, intercepting, onlyFirst } from '@eso/testing';
import { CoreProcess } from '../../../testing/core-process.ts';

interface Gadget extends KubeObject {
  spec?: { data?: Record<string, string>; replicas?: number; policy?: { mode?: string } };
}
const gadgets = resourceType<Gadget>('manifest.test', 'v1', 'gadgets', 'Gadget', 'Namespaced');
const GADGET = { apiVersion: 'manifest.test/v1', kind: 'Gadget' };
const CONFIG_MAP = { apiVersion: 'v1', kind: 'ConfigMap' };

/** A kind whose API server fills in fields, as Deployments have it. */
const definitionOf = (plural: string, kind: string, group = 'manifest.test', scope = 'Namespaced'): string => `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: ${plural}.${group}}
spec:
  group: ${group}
  scope: ${scope}
  names: {plural: ${plural}, kind: ${kind}}
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          properties:
            spec:
              type: object
              properties:
                data: {type: object, additionalProperties: {type: string, maxLength: 50}}
                replicas: {type: integer, default: 1}
                policy: {type: object, default: {}, properties: {mode: {type: string, default: Auto}}}
`;

/** What an administrator grants with `genericTargets.resources`. */
const rights = (
  resources: readonly string[],
  verbs = ['get', 'list', 'watch', 'create', 'patch', 'delete'],
): string => `
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: generic-targets}
rules:
  - apiGroups: ['', apps, manifest.test]
    resources: [${resources.join(', ')}]
    verbs: [${verbs.join(', ')}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: generic-targets}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: generic-targets}
subjects: [{kind: ServiceAccount, name: external-secrets, namespace: external-secrets}]
`;
const ALL = ['configmaps', 'deployments', 'gadgets'];

let core: CoreProcess;
let namespace: string;
beforeAll(async () => {
  core = await CoreProcess.start({ flags: ['--unsafe-allow-generic-targets'] });
  await core.own.cluster.apply(definitionOf('gadgets', 'Gadget'));
  await core.own.cluster.apply(rights(ALL));
});
afterAll(() => core.stop());
beforeEach(async () => {
  core.backend.clear();
  core.backend.set('user', 'admin').set('password', 'first');
  namespace = await core.tenant();
});

afterEach(() => core.admin.request('DELETE', `/apis/external-secrets.io/v1/namespaces/${namespace}/externalsecrets`));

type Target = NonNullable<ExternalSecret['spec']['target']>;
const create = (
  manifest: NonNullable<Target['manifest']>,
  target: Target = {},
  name = 'app',
  keys = ['user', 'password'],
) => core.create(namespace, name, keys, { spec: { target: { manifest, ...target } } });
const patch = (body: object, name = 'app') => core.edit(namespace, name, body);
const configMap = (name = 'app') => core.admin.get(configMaps, { namespace, name });
const patchConfigMap = (body: object) =>
  core.admin.patch<ConfigMap>(configMaps, { namespace, name: 'app' }, body, {
    type: 'merge',
    fieldManager: 'somebody',
  });
const holds = (data: Record<string, string>, name = 'app') =>
  eventually(async () => expect((await configMap(name)).data).toEqual(data));
const isGone = (read: Promise<unknown>): Promise<boolean> =>
  read.then(
    () => false,
    (error: unknown) => isKubeError(error, 'NOT_FOUND'),
  );

/** The Ready condition as `status reason: message`, once its text has this in it. */
const says = (text: string, name = 'app') =>
  eventually(async () => {
    const { status } = await core.admin.get(externalSecrets, { namespace, name });
    const ready = status?.conditions?.find(({ type }) => type === 'Ready');
    const line = `${ready?.status} ${ready?.reason}: ${ready?.message}`;
    expect(line).toContain(text);
    return line;
  });

/** A ConfigMap `app` that is in sync, with nothing left to do. */
async function synced(target: Target = {}): Promise<ConfigMap> {
  await create(CONFIG_MAP, target);
  await says('True ResourceSynced: secret synced');
  await holds({ user: 'admin', password: 'first' });
  await core.atRest();
  return configMap();
}

const happened = () => core.happened(namespace, 'app');

describe('a ConfigMap', () => {
  test('is made with what was fetched, the marks and an owner [1.13b.2] [1.13b.4] [1.13b.9] [1.13b.10] [1.13b.21] [1.4.20] [1.4.42] [1.13b.3]', async () => {
    const { metadata } = await synced();
    expect(metadata.labels).toMatchObject({ 'reconcile.external-secrets.io/managed': 'true' });
    expect(metadata.annotations).toHaveProperty(['reconcile.external-secrets.io/data-hash']);
    expect(metadata.ownerReferences).toMatchObject([{ kind: 'ExternalSecret', name: 'app', controller: true }]);
    expect(metadata.managedFields?.map(({ manager, operation }) => `${manager} ${operation}`)).toEqual([
      'externalsecrets.external-secrets.io/app Apply',
    ]);
    expect(await happened()).toEqual(['Normal Created: Created ConfigMap app']);
    // Service bindings read Secrets.
    expect((await core.admin.get(externalSecrets, { namespace, name: 'app' })).status).not.toHaveProperty('binding');
    expect(await core.secret(namespace, 'app')).toBeUndefined();
  });

  test('gets new values, loses keys that are not asked for, and keeps what others wrote [1.13b.12] [1.13b.13]', async () => {
    await synced();
    await patchConfigMap({ metadata: { labels: { theirs: 'x' } }, data: { theirs: 'y' } });
    core.backend.set('password', 'second');
    await patch({ spec: { data: [{ secretKey: 'password', remoteRef: { key: 'password' } }] } });
    await holds({ password: 'second', theirs: 'y' });
    expect((await configMap()).metadata.labels).toMatchObject({ theirs: 'x' });
    expect(await happened()).toEqual([
      'Normal Created: Created ConfigMap app',
      'Normal Updated: Updated ConfigMap app',
    ]);
  });

  test('a refresh without a change writes nothing but the status [1.13b.13]', async () => {
    const before = await synced();
    const [fetches, writes] = [core.fetches, core.proxy.writes.length];
    await patch({ metadata: { annotations: { 'external-secrets.io/force-sync': 'now' } } });
    await eventually(() => expect(core.fetches).toBeGreaterThan(fetches));
    await core.atRest();
    const written = core.proxy.writes.slice(writes).map(({ verb, resource }) => `${verb} ${resource}`);
    // The annotation is copied, as there is no template.
    expect(written.sort()).toEqual(['patch configmaps', 'update externalsecrets']);
    await patch({ metadata: { annotations: { 'external-secrets.io/force-sync': null } } });
    await core.atRest();
    expect((await configMap()).metadata.annotations).toEqual(before.metadata.annotations);
  });

  test.each([
    ['an edit', { data: { password: 'forged' } }],
    ['a key that is taken away', { data: { password: null } }],
    ['the label', { metadata: { labels: { 'reconcile.external-secrets.io/managed': null } } }],
    ['the hash', { metadata: { annotations: { 'reconcile.external-secrets.io/data-hash': 'forged' } } }],
  ])('%s is put right at an interval of an hour [1.13b.16] [1.13b.17] [1.15.4]', async (_, body) => {
    const before = await synced();
    await patchConfigMap(body);
    await eventually(async () => {
      const { data, metadata } = await configMap();
      expect({ data, labels: metadata.labels, annotations: metadata.annotations }).toEqual({
        data: before.data,
        labels: before.metadata.labels,
        annotations: before.metadata.annotations,
      });
    });
    expect((await configMap()).metadata.uid).toBe(before.metadata.uid);
  });

  test('comes back when it is deleted [1.13b.17]', async () => {
    const before = await synced();
    await core.admin.delete(configMaps, { namespace, name: 'app' });
    await eventually(async () => expect((await configMap()).metadata.uid).not.toBe(before.metadata.uid));
  });

  test('a restart costs nothing where all is in sync', async () => {
    await synced();
    const before = { fetches: core.fetches, writes: core.proxy.writes.length };
    await core.restart();
    await eventually(() => expect(core.proxy.watches.map(({ resource }) => resource)).toContain('configmaps'));
    await core.atRest();
    expect({ fetches: core.fetches, writes: core.proxy.writes.length }).toEqual(before);
    // And what happens afterwards is noticed.
    await patchConfigMap({ data: { password: 'forged' } });
    await holds({ user: 'admin', password: 'first' });
  });

  test('a Secret of the same name does not answer for it [1.13b.23]', async () => {
    await synced();
    await core.create(namespace, 'second', ['user'], { spec: { target: { name: 'app' } } });
    await core.holds(namespace, 'app', { user: 'admin' });
    await core.atRest();
    expect((await configMap()).data).toEqual({ user: 'admin', password: 'first' });
  });

  test('no value of it stays in the memory of core', async () => {
    const marker = `marker-${namespace}`;
    core.backend.set('user', marker);
    await create(CONFIG_MAP);
    await holds({ user: marker, password: 'first' });
    await patchConfigMap({ metadata: { labels: { theirs: 'x' } } });
    await core.atRest();
    const heap = await core.heap();
    expect(heap.includes(namespace)).toBe(true);
    expect(heap.includes(marker)).toBe(false);
  });
});

test('what External Secrets 2.x wrote by replacing it is left while it is as it should be; then it loses what goes', async () => {
  const { metadata } = await synced();
  const entries = metadata.managedFields?.map((entry) => ({
    ...entry,
    manager: 'external-secrets',
    operation: 'Update',
  }));
  const ref = { namespace, name: 'app' };
  const body = [{ op: 'replace', path: '/metadata/managedFields', value: entries }];
  const inherited = await core.admin.patch(configMaps, ref, body, { type: 'json' });
  const fetches = core.fetches;
  await patch({ spec: { refreshInterval: '2h' } });
  await eventually(() => expect(core.fetches).toBeGreaterThan(fetches));
  await core.atRest();
  expect((await configMap()).metadata.resourceVersion).toBe(inherited.metadata.resourceVersion);
  await patch({ spec: { data: [{ secretKey: 'password', remoteRef: { key: 'password' } }] } });
  await holds({ password: 'first' });
  expect(
    (await configMap()).metadata.managedFields?.map(({ manager, operation }) => `${manager} ${operation}`),
  ).toEqual(['externalsecrets.external-secrets.io/app Apply']);
});

describe('policies', () => {
  test('Merge waits for an object, and adds to it [1.13b.11]', async () => {
    await create(CONFIG_MAP, { creationPolicy: 'Merge' });
    await says('True ResourceMissing: resource will not be created due to CreationPolicy=Merge');
    await core.admin.create(configMaps, {
      ...CONFIG_MAP,
      metadata: { namespace, name: 'app' },
      data: { theirs: 'x', user: 'old' },
    });
    await patch({ metadata: { annotations: { 'external-secrets.io/force-sync': 'now' } } });
    await holds({ theirs: 'x', user: 'admin', password: 'first' });
    expect((await configMap()).metadata.ownerReferences).toBeUndefined();
  });

  test('two that merge into one keep their keys, and come to rest', async () => {
    await create(CONFIG_MAP, { creationPolicy: 'CreateOrMerge', name: 'shared' }, 'app', ['user']);
    await says('True');
    await create(CONFIG_MAP, { creationPolicy: 'Merge', name: 'shared' }, 'second', ['password']);
    await holds({ user: 'admin', password: 'first' }, 'shared');
    await says('True', 'second');
    await core.atRest();
    core.backend.set('user', 'root');
    await patch({ metadata: { annotations: { 'external-secrets.io/force-sync': 'now' } } });
    await holds({ user: 'root', password: 'first' }, 'shared');
    await core.atRest();
    await patch({ spec: { target: { creationPolicy: 'CreateOrMerge' } } }, 'second');
    await core.atRest();
    // Whichever of them comes first makes it look whole to the other.
    await core.admin.delete(configMaps, { namespace, name: 'shared' });
    await holds({ user: 'root', password: 'first' }, 'shared');
    await core.atRest();
  });

  test('one of them makes it anew while nobody is told of its end: the other writes its keys, too', async () => {
    const shared: Target = { creationPolicy: 'CreateOrMerge', name: 'shared' };
    await create(CONFIG_MAP, shared, 'app', ['user']);
    await create(CONFIG_MAP, shared, 'second', ['password']);
    await holds({ user: 'admin', password: 'first' }, 'shared');
    await core.atRest();
    const hold = core.proxy.hold({ resource: 'configmaps', namespace, name: 'shared' });
    await core.admin.delete(configMaps, { namespace, name: 'shared' });
    core.backend.set('more', 'third');
    await patch({ spec: { data: [{ secretKey: 'more', remoteRef: { key: 'more' } }] } }, 'second');
    await holds({ more: 'third' }, 'shared');
    hold.expire();
    await holds({ user: 'admin', more: 'third' }, 'shared');
  });

  test('None writes nothing, and needs neither rights nor the kind [1.13b.15]', async () => {
    await create(CONFIG_MAP, { creationPolicy: 'None' });
    await create({ apiVersion: 'apps/v1', kind: 'ReplicaSet' }, { creationPolicy: 'None' }, 'second');
    for (const name of ['app', 'second']) await says('True ResourceSynced: secret synced', name);
    expect(await isGone(configMap())).toBe(true);
  });

  test('Orphan has no owner; from Owner to Orphan the owner goes', async () => {
    await synced();
    await patch({ spec: { target: { creationPolicy: 'Orphan' } } });
    await eventually(async () => expect((await configMap()).metadata.ownerReferences).toBeUndefined());
    expect((await configMap()).metadata.labels).not.toHaveProperty(['reconcile.external-secrets.io/created-by']);
  });

  test('Delete takes the object away with the secret, and only then [1.13b.19]', async () => {
    await synced({ deletionPolicy: 'Delete' });
    core.backend.clear();
    await patch({ metadata: { annotations: { 'external-secrets.io/force-sync': 'now' } } });
    await says('True ResourceDeleted: secret deleted due to DeletionPolicy=Delete');
    expect(await isGone(configMap())).toBe(true);
    expect(await happened()).toContain('Normal Deleted: Deleted ConfigMap app');
  });

  test('an object of another ExternalSecret is left to it', async () => {
    const before = await synced();
    await create(CONFIG_MAP, { name: 'app' }, 'second', ['user']);
    expect(await says('False', 'second')).toMatch(
      /^False ResourceSyncedError: could not apply template to manifest: spec\.target\.name: ConfigMap app belongs to ExternalSecret app \[TARGET_NOT_OWNED\]/,
    );
    expect(await configMap()).toEqual(before);
  });

  test('what is not its own is not deleted with an ExternalSecret [1.13b.20] [1.14.3]', async () => {
    await synced({ creationPolicy: 'Orphan', deletionPolicy: 'Delete' });
    await core.admin.delete(externalSecrets, { namespace, name: 'app' });
    await core.atRest();
    expect(await isGone(configMap())).toBe(false);
  });
});

describe('the event of its own write comes late', () => {
  const hold = () => core.proxy.hold({ resource: 'configmaps', namespace, name: 'app' });
  const look = (label: string) =>
    core.admin.patch(namespaces, { name: namespace }, { metadata: { labels: { label } } }, { type: 'merge' });

  test('what it wrote is known until then: a look asks and writes nothing', async () => {
    const held = hold();
    await create(CONFIG_MAP);
    await says('True');
    const before = { fetches: core.fetches, writes: core.proxy.writes.length };
    await look('again');
    await core.atRest();
    expect({ fetches: core.fetches, writes: core.proxy.writes.length }).toEqual(before);
    held.release();
    await core.atRest();
    expect({ fetches: core.fetches, writes: core.proxy.writes.length }).toEqual(before);
  });

  test('an object that is deleted before its making was told comes back', async () => {
    const held = hold();
    await create(CONFIG_MAP);
    await says('True');
    await core.admin.delete(configMaps, { namespace, name: 'app' });
    // A list that shows neither its coming nor its end.
    held.expire();
    await holds({ user: 'admin', password: 'first' });
  });

  test('Delete: one that somebody made anew meanwhile is not deleted', async () => {
    await synced({ deletionPolicy: 'Delete' });
    const before = async (): Promise<undefined> => {
      await core.admin.delete(configMaps, { namespace, name: 'app' });
      await core.admin.create(configMaps, {
        ...CONFIG_MAP,
        metadata: { namespace, name: 'app' },
        data: { theirs: 'x' },
      });
      return undefined;
    };
    core.proxy.intercept(onlyFirst(intercepting({ verb: 'delete', resource: 'configmaps', name: 'app' }, { before })));
    core.backend.clear();
    await patch({ metadata: { annotations: { 'external-secrets.io/force-sync': 'now' } } });
    await says('False');
    expect((await configMap()).data).toEqual({ theirs: 'x' });
  });
});

describe('a kind of others', () => {
  const gadget = (): Promise<Gadget> => core.admin.get(gadgets, { namespace, name: 'app' });

  test('whose API server fills in fields comes to rest [8.51] [1.13b.4]', async () => {
    await create(GADGET);
    await eventually(async () =>
      expect((await gadget()).spec).toEqual({
        data: { user: 'admin', password: 'first' },
        replicas: 1,
        policy: { mode: 'Auto' },
      }),
    );
    await core.atRest();
    const before = (await gadget()).metadata.resourceVersion;
    const fetches = core.fetches;
    // Fields that it did not write are others' business, however often they change.
    for (const replicas of [2, 3, 4])
      await core.admin.patch(gadgets, { namespace, name: 'app' }, { spec: { replicas } }, { type: 'merge' });
    await core.atRest();
    expect(core.fetches).toBe(fetches);
    expect((await gadget()).metadata.resourceVersion).not.toBe(before);
    expect(await happened()).toEqual(['Normal Created: Created Gadget app']);
  });

  test('what its schema refuses is said by path, without keys and values from inside', async () => {
    core.backend.set('S3cretKey', 'hunter2'.repeat(20));
    await create(GADGET, {}, 'app', ['user']);
    await says('True');
    const before = await gadget();
    core.backend.set('user', 'hunter2'.repeat(20));
    await patch({ metadata: { annotations: { 'external-secrets.io/force-sync': 'now' } } });
    const line = await says('False ResourceSyncedError: could not update secret: spec.target.manifest');
    expect(line).toMatch(/the API server does not accept the Gadget because of spec\.data\.user \[INVALID\]/);
    expect(line).not.toContain('hunter2');
    expect((await gadget()).spec).toEqual(before.spec);
  });

  test('that is not there is named; it syncs when it is installed, without a restart; a victim beside it syncs [1.4.34]', async () => {
    await create({ apiVersion: 'late.manifest.test/v1', kind: 'Late' });
    const line = await says('could not get target resource');
    expect(line).toMatch(
      /^False ResourceSyncedError: could not get target resource: spec\.target\.manifest: .* \[TARGET_KIND_UNKNOWN\]\. Correct/,
    );
    await create(CONFIG_MAP, {}, 'victim');
    await holds({ user: 'admin', password: 'first' }, 'victim');
    expect(core.fetches).toBeGreaterThan(0);
    await core.own.cluster.apply(definitionOf('lates', 'Late', 'late.manifest.test'));
    await core.own.cluster.apply(
      rights([...ALL, 'lates']).replace('manifest.test]', 'manifest.test, late.manifest.test]'),
    );
    await says('True ResourceSynced');
  });

  test.each([
    ['rbac.authorization.k8s.io/v1', 'RoleBinding'],
    ['v1', 'Event'],
    ['v1', 'Namespace'],
    ['v1', 'ServiceAccount'],
    ['external-secrets.io/v1', 'Provider'],
  ])('%s %s is not written [1.4.33]', async (apiVersion, kind) => {
    await create({ apiVersion, kind });
    const line = await says('invalid generic target');
    expect(line).toMatch(
      /^False SecretSyncedError: invalid generic target: spec\.target\.manifest: .* \[TARGET_KIND_NOT_ALLOWED\]/,
    );
  });

  test('a manifest of kind Secret is a Secret [1.13b.4]', async () => {
    await create({ apiVersion: 'v1', kind: 'Secret' });
    await core.holds(namespace, 'app', { user: 'admin', password: 'first' });
    expect(await says('True')).toBe('True SecretSynced: secret synced');
    await patch({ spec: { target: { template: { data: { url: '{{ .user }}@db' } } } } });
    await core.holds(namespace, 'app', { url: 'admin@db' });
  });

  test('a manifest of kind Secret gets no type that gives rights', async () => {
    const template = { type: 'bootstrap.kubernetes.io/token', data: { a: 'b' } };
    // That core refuses it as well is shown where admission is off (admission-off.int.spec.ts).
    await expect(create({ apiVersion: 'v1', kind: 'Secret' }, { template })).rejects.toThrow(
      'template.type="bootstrap.kubernetes.io/token" is not allowed',
    );
    expect(await core.secret(namespace, 'app')).toBeUndefined();
  });
});

describe('templates', () => {
  const deployments = resourceType<Deployment>('apps', 'v1', 'deployments', 'Deployment', 'Namespaced');
  interface Deployment extends KubeObject {
    spec: { template: { spec: { containers: { resources: { requests: { cpu: string } } }[] } } };
  }
  const refresh = (): Promise<unknown> =>
    patch({ metadata: { annotations: { 'external-secrets.io/force-sync': String(performance.now()) } } });

  test('of a ConfigMap: template.data alone is its data, with labels of the template [1.13b.5] [1.13b.6] [1.13b.9]', async () => {
    await create(CONFIG_MAP, {
      template: {
        data: { url: 'https://{{ .user }}:{{ .password }}@db' },
        metadata: { labels: { team: '{{ .user }}' } },
        templateFrom: [{ literal: 'a: "{{ .user }}"\nb: "2"' }],
      },
    });
    await holds({ a: 'admin', b: '2', url: 'https://admin:first@db' });
    expect((await configMap()).metadata.labels).toMatchObject({ team: 'admin' });
    core.backend.set('password', 'second');
    await refresh();
    await holds({ a: 'admin', b: '2', url: 'https://admin:second@db' });
  });

  test('of a Deployment, whose API server fills in and rewrites fields: it comes to rest [8.51] [1.13b.7]', async () => {
    const container = (cpu: string): string => `
selector: {matchLabels: {app: x}}
template:
  metadata: {labels: {app: x}}
  spec:
    containers:
      - name: main
        image: example.org/x
        env: [{name: USER, value: "{{ .user }}"}]
        resources: {requests: {cpu: ${cpu}, memory: 1024Mi}}
`;
    const template = (cpu: string) => ({ templateFrom: [{ target: 'spec', literal: container(cpu) }] });
    await create({ apiVersion: 'apps/v1', kind: 'Deployment' }, { template: template('1000m') });
    const ref = { namespace, name: 'app' };
    const cpuOf = ({ spec }: Deployment): string | undefined =>
      spec.template.spec.containers[0]?.resources.requests.cpu;
    await eventually(async () => expect(cpuOf(await core.admin.get(deployments, ref))).toBe('1'));
    await says('True');
    await core.atRest();
    const before = await core.admin.get(deployments, ref);
    const fetches = core.fetches;
    await refresh();
    await eventually(() => expect(core.fetches).toBeGreaterThan(fetches));
    await core.atRest();
    expect((await core.admin.get(deployments, ref)).metadata.resourceVersion).toBe(before.metadata.resourceVersion);
    await core.restart();
    await refresh();
    await core.atRest();
    expect((await core.admin.get(deployments, ref)).metadata.resourceVersion).toBe(before.metadata.resourceVersion);
    // Others may scale it; what was rendered is put right.
    await core.admin.patch(deployments, ref, { spec: { replicas: 3 } }, { type: 'merge' });
    await patch({ spec: { target: { template: template('500m') } } });
    await eventually(async () => {
      const deployment = await core.admin.get(deployments, ref);
      expect([cpuOf(deployment), deployment.spec]).toMatchObject(['500m', { replicas: 3 }]);
    });
  }, 60_000);

  test('one that writes what core alone says of the object is refused', async () => {
    await create(CONFIG_MAP, { template: { templateFrom: [{ target: 'metadata.finalizers', literal: 'a: b' }] } });
    expect(await says('could not apply template to manifest')).toContain('[TEMPLATE_INVALID]');
    expect(await isGone(configMap())).toBe(true);
  });

  test('one that fails leaves the object as it is [1.4.35]', async () => {
    await create(CONFIG_MAP, { template: { data: { x: '{{ .user }}' } } });
    await holds({ x: 'admin' });
    const before = await configMap();
    await patch({ spec: { target: { template: { data: { x: '{{ .absent }}' } } } } });
    expect(await says('False ResourceSyncedError: could not apply template to manifest')).toContain(
      'spec.target.template',
    );
    expect(await configMap()).toEqual(before);
  });
});

describe('rights', () => {
  afterEach(() => core.own.cluster.apply(rights(ALL)));

  test.each([
    ['list, watch', ['get', 'create', 'patch', 'delete'], /core may not list.* gadgets\.manifest\.test/],
    ['patch', ['get', 'list', 'watch', 'create', 'delete'], /core may not patch gadgets\.manifest\.test in namespace/],
    ['create', ['get', 'list', 'watch', 'patch', 'delete'], /core may not create gadgets\.manifest\.test in namespace/],
  ])(
    'a missing right (%s) is named, with what gives it; it syncs when it is given [1.13b.18] [1.13b.22]',
    async (_, verbs, named) => {
      await core.own.cluster.apply(rights(ALL, verbs));
      // Whoever followed the kind before goes on for a while.
      await core.restart();
      await create(GADGET);
      const line = await says('[FORBIDDEN]');
      expect(line).toMatch(named);
      expect(line).toContain(
        'Grant core the verbs get, list, watch, create, patch and delete on gadgets.manifest.test, with genericTargets.resources of the chart',
      );
      await core.create(namespace, 'victim', ['user']);
      await core.holds(namespace, 'victim', { user: 'admin' });
      await core.own.cluster.apply(rights(ALL));
      await says('True ResourceSynced');
    },
  );
});

test('rights that are taken away while they are in use are named, nothing is lost, and they come back', async () => {
  await create(GADGET);
  await says('True');
  await core.atRest();
  const before = await core.admin.get(gadgets, { namespace, name: 'app' });
  await core.own.cluster.apply(rights(['configmaps']));
  core.proxy.endWatches('gadgets');
  await eventually(async () => {
    await patch({ metadata: { labels: { look: String(performance.now()).replace('.', '') } } });
    expect(await says('')).toContain('[FORBIDDEN]');
  });
  expect(await core.admin.get(gadgets, { namespace, name: 'app' })).toEqual(before);
  await create(CONFIG_MAP, {}, 'victim');
  await holds({ user: 'admin', password: 'first' }, 'victim');
  await core.own.cluster.apply(rights(ALL));
  await says('True ResourceSynced');
  await core.admin.patch(
    gadgets,
    { namespace, name: 'app' },
    { spec: { data: { user: 'forged' } } },
    { type: 'merge' },
  );
  await eventually(async () =>
    expect((await core.admin.get(gadgets, { namespace, name: 'app' })).spec?.data).toMatchObject({ user: 'admin' }),
  );
}, 120_000);

test('an API behind the API server that is down is said, and no kind of others is the worse for it', async () => {
  await core.own.cluster.apply(`
apiVersion: apiregistration.k8s.io/v1
kind: APIService
metadata: {name: v1.down.manifest.test}
spec:
  group: down.manifest.test
  version: v1
  groupPriorityMinimum: 100
  versionPriority: 100
  insecureSkipTLSVerify: true
  service: {namespace: default, name: nobody}
`);
  await eventually(async () => {
    await create({ apiVersion: 'down.manifest.test/v1', kind: 'Thing' }, {}, `app-${performance.now().toFixed(0)}`);
    const { items } = await core.admin.list<ExternalSecret>(externalSecrets, { namespace });
    const messages = items.flatMap(({ status }) => status?.conditions?.map(({ message }) => message) ?? []);
    expect(messages.join()).toMatch(
      /could not get target resource: spec\.target\.manifest: .* \[TARGET_KIND_UNAVAILABLE\]/,
    );
  });
  await create(CONFIG_MAP, {}, 'victim');
  await holds({ user: 'admin', password: 'first' }, 'victim');
});

test('informers come with the first that needs them and go with the last [1.13b.17] [1.14.5]', async () => {
  const followed = (): number => core.proxy.watches.filter(({ resource }) => resource === 'gadgets').length;
  await core.restart();
  await create(GADGET, {}, 'app');
  await create(GADGET, {}, 'second');
  await says('True');
  await says('True', 'second');
  expect(followed()).toBe(1);
  await core.admin.delete(externalSecrets, { namespace, name: 'app' });
  await patch({ spec: { target: { manifest: null } } }, 'second');
  await core.ready(namespace, 'second');
  await eventually(() => expect(followed()).toBe(0), { timeoutMs: 60_000 });
}, 120_000);

test('an object that another made meanwhile under the name is not taken for ours [1.10.8] [1.13b.14]', async () => {
  await synced();
  const errors = await core.reconcileErrors();
  core.backend.set('password', 'second');
  const before = async (): Promise<undefined> => {
    await core.admin.delete(configMaps, { namespace, name: 'app' });
    await core.admin.create(configMaps, { ...CONFIG_MAP, metadata: { namespace, name: 'app' }, data: { theirs: 'x' } });
    return undefined;
  };
  core.proxy.intercept(onlyFirst(intercepting({ verb: 'patch', resource: 'configmaps', name: 'app' }, { before })));
  await patch({ metadata: { annotations: { 'external-secrets.io/force-sync': 'now' } } });
  await holds({ theirs: 'x', user: 'admin', password: 'second' });
  expect(await core.reconcileErrors()).toBe(errors);
});

test('a kind that is taken away while it is in use is named, and comes back [1.13b.17]', async () => {
  await create(GADGET);
  await says('True');
  const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/gadgets.manifest.test';
  await core.admin.request('DELETE', path);
  await says('[TARGET_KIND_UNKNOWN]');
  await create(CONFIG_MAP, {}, 'victim');
  await holds({ user: 'admin', password: 'first' }, 'victim');
  await core.own.cluster.apply(definitionOf('gadgets', 'Gadget'));
  await says('True ResourceSynced');
  await eventually(async () =>
    expect((await core.admin.get(gadgets, { namespace, name: 'app' })).spec?.data).toEqual({
      user: 'admin',
      password: 'first',
    }),
  );
}, 120_000);

test('a kind that comes back without a namespace is named as one that cannot be a target, and syncs when it has one again', async () => {
  const install = (scope: string) =>
    eventually(() => core.own.cluster.apply(definitionOf('gadgets', 'Gadget', 'manifest.test', scope)));
  const remove = async (): Promise<void> => {
    const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/gadgets.manifest.test';
    await core.admin.request('DELETE', path);
    await eventually(async () => expect(await isGone(core.admin.request('GET', path))).toBe(true));
  };
  await create(GADGET);
  await says('True ResourceSynced');
  await remove();
  await install('Cluster');
  expect(await says('[TARGET_KIND_NOT_ALLOWED]')).toMatch(
    /^False SecretSyncedError: invalid generic target: .* it has no namespace, and an ExternalSecret writes in its own only/,
  );
  await create(CONFIG_MAP, {}, 'victim');
  await holds({ user: 'admin', password: 'first' }, 'victim');
  await remove();
  await install('Namespaced');
  await says('True ResourceSynced');
  await eventually(async () =>
    expect((await core.admin.get(gadgets, { namespace, name: 'app' })).spec?.data).toEqual({
      user: 'admin',
      password: 'first',
    }),
  );
}, 180_000);
