/** What the charts' rights allow and what they do not, asked of a real API server: core's, and those of every provider there is. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KubeClient } from '@eso/kube';
import { controlPlane, eventually, mayDo, serviceAccountUser, type TestCluster, workspaceRoot } from '@eso/testing';

/** What a provider says of itself in `apps/<provider>/rights.json`: what it may do beyond what every provider may, as `verb resource`. */
interface OwnRights {
  /** In the namespaces that use it. */
  readonly tenant: readonly string[];
  /** In its own namespace. */
  readonly own: readonly string[];
}

/** A provider as its folders have it. */
interface Provider extends OwnRights {
  /** Its chart, its ServiceAccount and, here, the name of its namespace: `provider-aws`. */
  readonly name: string;
  /** Its config kinds and generators, as an API server names them: `fakes.provider.external-secrets.io`. */
  readonly kinds: readonly string[];
}

const providers: readonly Provider[] = readdirSync(join(workspaceRoot, 'charts'))
  .filter((chart) => chart.startsWith('provider-'))
  .sort()
  .map((name) => {
    const file = join(workspaceRoot, 'apps', name, 'rights.json');
    if (!existsSync(file))
      throw new Error(`apps/${name}/rights.json is missing: {"tenant": […], "own": […]}, such as "get secrets"`);
    const crds = readdirSync(join(workspaceRoot, 'charts', name, 'files', 'crds'));
    const kinds = crds.map((crd) => crd.replace(/^(.*)_(.*)\.yaml$/, '$2.$1'));
    return { name, kinds, ...(JSON.parse(readFileSync(file, 'utf8')) as OwnRights) };
  });
const names = providers.map(({ name }) => name);

/** All that a provider may ask for by a line in its rights.json. */
const OPTIONAL = ['get secrets', 'get configmaps', 'get serviceaccounts', 'create serviceaccounts/token'];

let cluster: TestCluster;
let client: KubeClient;
/** Real namespaces of this test by the part they play: `eso`, `tenant`, `otherTenant`, or the name of a provider; `cluster` means all of them. */
let places: Readonly<Record<string, string>>;

beforeAll(async () => {
  cluster = await controlPlane();
  client = cluster.client();
  const made: Record<string, string> = { default: 'default', cluster: '' };
  for (const place of ['eso', 'tenant', 'otherTenant', ...names])
    made[place] = await cluster.createNamespace(`rights-${place.toLowerCase()}`);
  places = made;
  await applyCharts([placed('tenant')]);
}, 120_000);

afterAll(() => cluster.stop());

function placed(place: string): string {
  const namespace = places[place];
  if (namespace === undefined) throw new Error(`there is no place ${place}`);
  return namespace;
}

async function applyCharts(tenantNamespaces: string[] | 'all'): Promise<void> {
  const homes = names.map((name) => [name, placed(name)] as const);
  const rename = { 'external-secrets': placed('eso'), ...Object.fromEntries(homes) };
  for (const chart of ['external-secrets', ...names]) await cluster.applyRights({ chart, tenantNamespaces, rename });
}

/** A resource is written `resource[/subresource][.group]`, with a name behind a space where one is meant. */
function allowed(account: string, verb: string, what: string, place: string): Promise<boolean> {
  const [type = '', name] = what.split(' ');
  const [resource = '', ...group] = type.split('.');
  const home = placed(account === 'core' ? 'eso' : account);
  const serviceAccount = account === 'core' ? 'external-secrets' : account;
  const access = { verb, resource, group: group.join('.'), namespace: placed(place), name };
  return mayDo(client, serviceAccountUser(`${home}/${serviceAccount}`), access);
}

const LEASES = 'leases.coordination.k8s.io';
const ES = 'external-secrets.io';

/** Who, verb, resource, where. */
type Right = readonly [string, string, string, string];

const inPlace = (account: string, rights: readonly string[], place: string): Right[] =>
  rights.map((right) => {
    const [verb = '', resource = ''] = right.split(' ');
    return [account, verb, resource, place];
  });

test('every provider is asked about', () => {
  expect(names).toEqual(expect.arrayContaining(['provider-aws', 'provider-fake']));
  for (const { tenant, own } of providers) expect(OPTIONAL).toEqual(expect.arrayContaining([...tenant, ...own]));
});

test.each<Right>([
  ['core', 'list', `externalsecrets.${ES}`, 'tenant'],
  ['core', 'watch', `externalsecrets.${ES}`, 'tenant'],
  ['core', 'patch', `externalsecrets.${ES}`, 'tenant'],
  ['core', 'update', `externalsecrets/status.${ES}`, 'tenant'],
  ['core', 'update', `externalsecrets/finalizers.${ES}`, 'tenant'],
  ['core', 'watch', `providers.${ES}`, 'tenant'],
  ['core', 'update', `providers/status.${ES}`, 'tenant'],
  ['core', 'get', 'secrets', 'tenant'],
  ['core', 'list', 'secrets', 'tenant'],
  ['core', 'watch', 'secrets', 'tenant'],
  ['core', 'create', 'secrets', 'tenant'],
  ['core', 'update', 'secrets', 'tenant'],
  ['core', 'delete', 'secrets', 'tenant'],
  ['core', 'create', 'events', 'tenant'],
  ['core', 'patch', 'events', 'tenant'],
  ['core', 'create', 'events', 'default'],
  ['core', 'create', LEASES, 'eso'],
  ['core', 'update', `${LEASES} external-secrets-controller`, 'eso'],
  ['core', 'watch', `clusterproviders.${ES}`, 'cluster'],
  ['core', 'update', `clusterproviders/status.${ES}`, 'cluster'],
  ['core', 'watch', 'services', 'cluster'],
  ['core', 'watch', 'namespaces', 'cluster'],
  ['core', 'watch', 'endpointslices.discovery.k8s.io', 'cluster'],
  ...providers.flatMap(({ name, kinds, tenant, own }): Right[] => [
    ...kinds.map((kind): Right => [name, 'get', kind, 'tenant']),
    [name, 'get', `providers.${ES}`, 'tenant'],
    [name, 'get', `secretstores.${ES}`, 'tenant'],
    [name, 'get', `clusterproviders.${ES}`, 'cluster'],
    [name, 'get', `clustersecretstores.${ES}`, 'cluster'],
    [name, 'get', 'namespaces', 'cluster'],
    ...inPlace(name, tenant, 'tenant'),
    ...inPlace(name, own, name),
  ]),
])('%s may %s %s in %s', async (account, verb, what, place) => {
  // The authorizer learns of a new binding through a watch.
  await eventually(async () => expect(await allowed(account, verb, what, place)).toBe(true));
});

/** What no provider may, and what this one might but does not. */
function refusedTo({ name, kinds, tenant, own }: Provider): Right[] {
  const others = providers.filter((each) => each.name !== name);
  return [
    [name, 'get', `providers.${ES}`, 'otherTenant'],
    [name, 'list', `providers.${ES}`, 'tenant'],
    [name, 'watch', `secretstores.${ES}`, 'tenant'],
    [name, 'update', `providers.${ES}`, 'tenant'],
    [name, 'list', `clusterproviders.${ES}`, 'cluster'],
    [name, 'update', `clusterproviders/status.${ES}`, 'cluster'],
    [name, 'list', 'namespaces', 'cluster'],
    [name, 'get', `externalsecrets.${ES}`, 'tenant'],
    [name, 'list', 'secrets', 'tenant'],
    [name, 'watch', 'secrets', name],
    [name, 'update', 'secrets', 'tenant'],
    [name, 'get', 'secrets eso-provider-client-tls', 'eso'],
    [name, '*', '*', 'cluster'],
    ...kinds.flatMap((kind): Right[] => [
      [name, 'list', kind, 'cluster'],
      [name, 'update', kind, 'tenant'],
    ]),
    ...others.flatMap((other): Right[] => [
      ...other.kinds.map((kind): Right => [name, 'get', kind, 'tenant']),
      ...inPlace(name, OPTIONAL, other.name),
    ]),
    ...inPlace(name, OPTIONAL, 'otherTenant'),
    ...inPlace(name, OPTIONAL, 'eso'),
    ...inPlace(name, lacking(tenant), 'tenant'),
    ...inPlace(name, lacking(own), name),
  ];
}

const lacking = (rights: readonly string[]): string[] => OPTIONAL.filter((right) => !rights.includes(right));

test.each<Right>([
  ['core', 'get', 'secrets', 'eso'],
  ['core', 'get', 'secrets eso-provider-ca-internal', 'eso'],
  ['core', 'get', 'secrets eso-provider-client-tls', 'eso'],
  ['core', 'get', 'secrets', 'otherTenant'],
  ['core', 'create', 'secrets', 'otherTenant'],
  ['core', 'list', 'secrets', 'cluster'],
  ['core', 'list', `externalsecrets.${ES}`, 'cluster'],
  ['core', 'update', `externalsecrets.${ES}`, 'tenant'],
  ['core', 'patch', `externalsecrets/status.${ES}`, 'tenant'],
  ['core', 'patch', `providers/status.${ES}`, 'tenant'],
  ['core', 'patch', `clusterproviders/status.${ES}`, 'cluster'],
  ['core', 'update', `clusterproviders.${ES}`, 'cluster'],
  ['core', 'update', `${LEASES} other`, 'eso'],
  ['core', 'create', LEASES, 'tenant'],
  ['core', 'update', 'services', 'cluster'],
  ['core', 'create', 'serviceaccounts/token', 'tenant'],
  ['core', 'create', 'pods', 'eso'],
  ['core', '*', '*', 'cluster'],
  ...providers.flatMap(({ name, kinds }): Right[] => [
    ['core', 'get', 'secrets', name],
    ...kinds.map((kind): Right => ['core', 'get', kind, 'tenant']),
  ]),
  ...providers.flatMap(refusedTo),
])('%s may not %s %s in %s', async (account, verb, what, place) => {
  expect(await allowed(account, verb, what, place)).toBe(false);
});

test('where all namespaces are served, tenant rights hold in each and the others stay', async () => {
  await applyCharts('all');
  const expected: Right[] = [
    ['core', 'create', 'secrets', 'otherTenant'],
    ['core', 'watch', `externalsecrets.${ES}`, 'cluster'],
    ['core', 'watch', 'services', 'cluster'],
    ['core', 'update', `clusterproviders/status.${ES}`, 'cluster'],
    ...providers.flatMap(({ name, tenant }): Right[] => [
      [name, 'get', `providers.${ES}`, 'otherTenant'],
      ...inPlace(name, tenant, 'otherTenant'),
    ]),
  ];
  for (const right of expected) await eventually(async () => expect(await allowed(...right)).toBe(true));
});
