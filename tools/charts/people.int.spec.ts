/** What people may do with the kinds of the charts, once the cluster's own roles have taken in theirs: asked of the real API server. */
import { eventually, mayDo, type OwnControlPlane, ownControlPlane } from '@eso/testing';
import { chartFolder, Helm } from './helm.ts';

/** Helm is built, where nobody has done so before. */
const BUILD_MS = 900_000;
const TEAM = 'team';
const CORE = 'external-secrets.io';
const CONFIGS = 'provider.external-secrets.io';
const GENERATORS = 'generators.external-secrets.io';
const KINDS: readonly (readonly [group: string, plural: string])[] = [
  [CORE, 'externalsecrets'],
  [CORE, 'providers'],
  [CORE, 'providerclasses'],
  [CORE, 'secretstores'],
  [CONFIGS, 'fakes'],
  [CONFIGS, 'parameterstores'],
  [CONFIGS, 'secretsmanagers'],
  [CONFIGS, 'keyvaults'],
  [GENERATORS, 'acraccesstokens'],
  [GENERATORS, 'ecrauthorizationtokens'],
  [GENERATORS, 'stssessiontokens'],
];
const READS = ['get', 'list', 'watch'];
const WRITES = ['create', 'delete', 'deletecollection', 'patch', 'update'];

let own: OwnControlPlane;
beforeAll(async () => {
  own = await ownControlPlane();
  const helm = await Helm.prepare(own.cluster.adminKubeconfig, own.controlPlane.dir);
  for (const chart of ['external-secrets', 'provider-aws', 'provider-azure', 'provider-fake']) {
    const args = ['install', chart, chartFolder(chart), '--namespace', chart, '--create-namespace'];
    expect(await helm.run(...args)).toMatchObject({ code: 0 });
  }
  await own.cluster.ensureNamespace(TEAM);
  for (const role of ['view', 'edit', 'admin']) await bindTakenIn(role);
}, BUILD_MS);
afterAll(() => own.cluster.stop());

interface ClusterRole {
  readonly metadata: { readonly name: string };
}

/** Gives a user of the role's name, in the team's namespace, what the controller of aggregated roles would put into that role. */
async function bindTakenIn(role: string): Promise<void> {
  const selector = `--selector=rbac.authorization.k8s.io/aggregate-to-${role}=true,app.kubernetes.io/part-of=external-secrets`;
  const { stdout } = await own.cluster.kubectl('get', 'clusterroles', selector, '--output=json');
  const { items } = JSON.parse(stdout) as { items: ClusterRole[] };
  expect(items).toHaveLength(role === 'view' ? 4 : 8);
  const bindings = items.map(({ metadata: { name } }) => ({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { name: `${role}-${name}`, namespace: TEAM },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: role }],
  }));
  await own.cluster.apply(JSON.stringify({ apiVersion: 'v1', kind: 'List', items: bindings }));
}

function allowed(user: string, verb: string, group: string, resource: string, namespace = TEAM): Promise<boolean> {
  return mayDo(own.cluster.client(), { user }, { verb, group, resource, namespace });
}

describe.each(KINDS)('%s/%s', (group, plural) => {
  test.each([
    ['view', READS, WRITES],
    ['edit', [...READS, ...WRITES], []],
    ['admin', [...READS, ...WRITES], []],
  ])('who has the role %s in a namespace may there %j, and not %j', async (user, may, mayNot) => {
    for (const verb of may)
      await eventually(async () => expect([verb, await allowed(user, verb, group, plural)]).toEqual([verb, true]));
    for (const verb of mayNot) expect([verb, await allowed(user, verb, group, plural)]).toEqual([verb, false]);
    for (const verb of [...READS, ...WRITES])
      expect([verb, await allowed(user, verb, group, plural, 'default')]).toEqual([verb, false]);
  });
});

test.each(['clusterproviders', 'clustersecretstores', 'clusterproviderclasses'])(
  '%s are nobody’s but an administrator’s',
  async (plural) => {
    for (const verb of WRITES) expect(await allowed('admin', verb, CORE, plural, '')).toBe(false);
  },
);
