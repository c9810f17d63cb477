import { setTimeout as delay } from 'node:timers/promises';
import { ClientSecretCredential } from '@azure/identity';
import { SecretClient } from '@azure/keyvault-secrets';
import type { TestObject } from '@eso/api/testing';
import { reportLines, shortcomings } from '@eso/conformance';
import { conformanceOf } from '@eso/conformance/testing';
import { type Answer, type Call, type KeyVaultServer, startKeyVault } from '@eso/key-vault-server';
import { azureProvider } from './definition.ts';
import { APP, loginIn, PASSWORD, reach, TENANT } from './testing/azure-lab.ts';

const OWN = 'provider.external-secrets.io/v2alpha1';
const STORE = 'external-secrets.io/v1';
const GENERATOR = 'generators.external-secrets.io/v1alpha1';
/** Small, so that what a vault can hold is larger. */
const RESPONSE_BYTES = 12 * 1024;
const SLOW_MS = 3_000;

const text = { key: 'text', value: 'a value of some length' };
const spaces = { key: 'spaces', value: 'spaces and a line break\n within' };
const slow = { key: 'slow', value: 'the value of a slow backend' };
const object = { key: 'object', value: '{"user":{"name":"änn of the team"},"port":5432}' };
const tagged = { key: 'tagged', value: 'the value of a tagged secret' };
const unmanaged = { key: 'unmanaged', value: 'the value of somebody else' };
const [first, second] = ['the first version', 'the second version'];

let azure: KeyVaultServer;
let leave: () => void;
let versions: string[];

const refused = (status: number, code: string): Answer => ({ status, body: { error: { code, message: 'no' } } });

/** What the vault answers by itself for secrets of these names, and what it takes its time for. */
async function look({ path, host, query }: Call): Promise<Answer | undefined> {
  if (host.startsWith('partial.') && path === '/secrets') return pageOf(query);
  const name = path.split('/')[2] ?? '';
  if (name === 'forbidden') return refused(403, 'Forbidden');
  if (name === 'throttled') return refused(429, 'Throttled');
  if (name === 'down') return refused(503, 'ServiceUnavailable');
  if (name === 'garbled') return { status: 200, body: '{"id":"https://team-a.vault.azure.net/secrets/garbled/1","val' };
  if (name === 'slow') await delay(SLOW_MS);
  return undefined;
}

/** The first page of two, and half of the second. */
function pageOf(query: URLSearchParams): Answer {
  if (query.has('$skiptoken')) return { status: 200, body: '{"value":[{"id":"https://partial.vault.azure.net/secr' };
  const id = 'https://partial.vault.azure.net/secrets/one';
  const nextLink = 'https://partial.vault.azure.net/secrets?api-version=7.6&$skiptoken=2';
  return { status: 200, body: { value: [{ id, attributes: { enabled: true } }], nextLink } };
}

beforeAll(async () => {
  azure = await startKeyVault({
    tenants: [{ id: TENANT, apps: [{ clientId: APP, secrets: [{ value: PASSWORD }] }] }],
    vaults: ['team-a', 'partial'].map((name) => ({ name, tenantId: TENANT, access: { [APP]: 'all' as const } })),
    registries: [{ name: 'team', tenantId: TENANT, access: { [APP]: ['pull'] } }],
  });
  leave = reach(azure);
  const credential = new ClientSecretCredential(TENANT, APP, PASSWORD);
  const client = new SecretClient('https://team-a.vault.azure.net', credential);
  for (const { key, value } of [text, spaces, slow, object, unmanaged]) await client.setSecret(key, value);
  await client.setSecret(tagged.key, tagged.value, { tags: { env: 'test' } });
  await client.setSecret('large', 'x'.repeat(2 * RESPONSE_BYTES));
  versions = [];
  for (const value of [first, second])
    versions.push((await client.setSecret('versions', value)).properties.version ?? '');
  azure.intercept(look);
});
afterAll(async () => {
  leave();
  await azure.stop();
});

/** A config object, and the store that names it. */
function config(name: string, { vault = 'team-a', login = 'login', namespace = 'team-a' } = {}): TestObject[] {
  const metadata = { name, namespace };
  const providerRef = { apiVersion: OWN, kind: 'KeyVault', name };
  const spec = { vaultUrl: `https://${vault}.vault.azure.net`, tenantId: TENANT, authSecretRef: loginIn(login) };
  return [
    {
      apiVersion: OWN,
      kind: 'KeyVault',
      metadata,
      spec: { authType: 'ServicePrincipal', environmentType: 'PublicCloud', ...spec },
    },
    { apiVersion: STORE, kind: 'Provider', metadata, spec: { address: 'azure.azure.svc:8080', providerRef } },
  ];
}

function objects(): TestObject[] {
  const encoded = (plain: string): string => Buffer.from(plain).toString('base64');
  const data = { clientId: encoded(APP), clientSecret: encoded(PASSWORD) };
  const azurekv = {
    vaultUrl: 'https://team-a.vault.azure.net',
    tenantId: TENANT,
    authSecretRef: loginIn('login', 'team-a'),
  };
  return [
    { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'login', namespace: 'team-a' }, data },
    ...config('own'),
    ...config('other', { namespace: 'team-b' }),
    ...config('broken', { login: 'no-login' }),
    ...config('partial', { vault: 'partial' }),
    {
      apiVersion: GENERATOR,
      kind: 'ACRAccessToken',
      metadata: { name: 'registry', namespace: 'team-a' },
      spec: {
        tenantId: TENANT,
        registry: 'team.azurecr.io',
        environmentType: 'PublicCloud',
        auth: { servicePrincipal: { secretRef: loginIn('login') } },
      },
    },
    { apiVersion: STORE, kind: 'ClusterSecretStore', metadata: { name: 'cluster' }, spec: { provider: { azurekv } } },
  ];
}

test('KeyVault keeps every rule of the contract', async () => {
  const store = (name: string, sourceNamespace = 'team-a') =>
    ({ apiVersion: OWN, kind: 'KeyVault', name, storeRefKind: 'Provider', storeName: name, sourceNamespace }) as const;
  const cluster = 'ClusterSecretStore';
  const [older = '', newer = ''] = versions;
  const report = await conformanceOf({
    definition: azureProvider(),
    objects: objects(),
    limits: { responseBytes: RESPONSE_BYTES },
    config: {
      store: store('own'),
      otherStore: store('other', 'team-b'),
      clusterStore: { ...store('cluster'), apiVersion: STORE, kind: cluster, storeRefKind: cluster },
      brokenStore: store('broken'),
      olderCore: 'refused',
      limits: { responseBytes: RESPONSE_BYTES },
      secrets: [text, spaces],
      versions: [
        { key: 'versions', version: older, value: first },
        { key: 'versions', version: newer, value: second },
      ],
      absentVersion: { key: 'versions', version: '0'.repeat(32) },
      properties: [{ key: 'object', property: 'user.name', value: 'änn of the team' }],
      metadata: [{ key: tagged.key, contains: { env: 'test' } }],
      absent: { key: 'nowhere' },
      absentProperty: { key: 'object', property: 'user.age' },
      forbidden: { key: 'forbidden' },
      throttled: { key: 'throttled' },
      unavailable: { key: 'down' },
      garbled: { key: 'garbled' },
      maps: [{ key: 'object', entries: { user: '{"name":"änn of the team"}', port: '5432' } }],
      notAnObject: { key: 'text' },
      findByName: [{ name: 'ext$|paces', entries: { text: text.value, spaces: spaces.value } }],
      findByTags: [{ tags: { env: 'test' }, entries: { [tagged.key]: tagged.value } }],
      partialFind: { name: '.', store: store('partial') },
      pushKey: { key: 'pushed' },
      pushWhole: { key: 'pushed-whole' },
      deleteKey: { key: 'deleted' },
      unmanaged,
      existing: [{ key: 'text' }],
      slow,
      generator: { apiVersion: GENERATOR, kind: 'ACRAccessToken', name: 'registry', sourceNamespace: 'team-a' },
      tooLarge: [{ key: 'large' }, { name: '^large$' }],
      lacks: { pushProperty: 'a secret of Key Vault has no properties to push to, as in External Secrets' },
    },
  });
  process.stdout.write(`KeyVault: ${reportLines(report).at(-1)}\n`);
  expect(shortcomings(report)).toEqual([]);
}, 120_000);
