/** What is wrong in a SecretStore with its config in it: said where the user wrote it, nothing written meanwhile, mended without a restart. */
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { clusterProviderClasses, type SecretStore, secretStores } from '@eso/api/resources';
import { secrets } from '@eso/kube';
import { eventually, type Moto, startMoto } from '@eso/testing';
import { expectNothingSpilled, forceSync, MARKER, SEEN_MS } from './support/bad-input.ts';
import { System } from './support/system.ts';

const TENANT = 'bad-secret-store';
const NEIGHBOUR = 'bad-secret-store-neighbour';
const REGION = 'eu-central-1';
let system: System;
let moto: Moto;
let aws: SecretsManagerClient;

beforeAll(async () => {
  moto = await startMoto({ iam: true });
  const credentials = moto.credentials!;
  aws = new SecretsManagerClient({ endpoint: moto.url, region: REGION, credentials });
  await aws.send(new CreateSecretCommand({ Name: 'app', SecretString: MARKER }));
  const env = { AWS_SECRETSMANAGER_ENDPOINT: moto.url, AWS_STS_ENDPOINT: moto.url };
  system = await System.start({ tenants: [TENANT, NEIGHBOUR], providers: { fake: {}, aws: { env } } });
  const { accessKeyId, secretAccessKey } = credentials;
  for (const namespace of [TENANT, NEIGHBOUR])
    await system.admin.create(secrets, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { namespace, name: 'keys' },
      data: { id: base64(accessKeyId), secret: base64(secretAccessKey), wrong: base64(`${MARKER} with a blank`) },
    });
}, 300_000);
afterAll(async () => {
  aws.destroy();
  await system.stop();
  await moto.stop();
});

type Config = NonNullable<SecretStore['spec']['provider']>;
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const fake = { fake: { data: [{ key: 'app', value: MARKER }] } };
const secretRef = (changes: object = {}) => ({
  accessKeyIDSecretRef: { name: 'keys', key: 'id' },
  secretAccessKeySecretRef: { name: 'keys', key: 'secret' },
  ...changes,
});
const onAws = (changes: object = {}, auth: object = { secretRef: secretRef() }) => ({
  aws: { service: 'SecretsManager', region: REGION, auth, ...changes },
});
const manifest = (name: string, spec: SecretStore['spec']): SecretStore => ({
  apiVersion: 'external-secrets.io/v1',
  kind: 'SecretStore',
  metadata: { namespace: TENANT, name },
  spec: { refreshInterval: '1h', ...spec },
});

/** Puts a config in the place of the one that is there. */
async function setConfig(name: string, provider: object): Promise<void> {
  const store = await system.admin.get(secretStores, { namespace: TENANT, name });
  const spec = { ...store.spec, provider } as SecretStore['spec'];
  await system.admin.update(secretStores, { ...store, spec });
}

function storeReady(name: string, status: 'True' | 'False'): Promise<string> {
  return eventually(
    async () => {
      const store = await system.admin.get(secretStores, { namespace: TENANT, name });
      const ready = store.status?.conditions?.find(({ type }) => type === 'Ready');
      expect([ready?.status, ready?.observedGeneration]).toEqual([status, store.metadata.generation]);
      return `${ready?.reason}: ${ready?.message}`;
    },
    { timeoutMs: SEEN_MS },
  );
}

/** A good store and an ExternalSecret of its name, synced. */
async function applyGood(name: string, provider: object): Promise<void> {
  await system.admin.create(secretStores, manifest(name, { provider: provider as Config }));
  await storeReady(name, 'True');
  await system.apply(`
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: { name: ${name}, namespace: ${TENANT} }
spec:
  refreshInterval: 1h
  secretStoreRef: { name: ${name} }
  data: [{ secretKey: value, remoteRef: { key: app } }]
`);
  await system.ready(TENANT, name);
}

const FIELD = 'spec.provider.aws.auth.secretRef';
test.concurrent.each<[string, string, object, object, string, RegExp]>([
  [
    'a key that no class claims',
    'unclaimed',
    fake,
    { vault: { server: 'x' } },
    'spec.provider.vault: no Cluster',
    /\[KEY_NOT_SERVED\]\. Install /,
  ],
  ['a wrong type', 'type', fake, { fake: { data: 'all' } }, 'spec.provider.fake.data: ', /\[CONFIG_INVALID\]\. \S/],
  [
    'a wrong type inside of a list',
    'item-type',
    fake,
    {
      fake: {
        data: [
          { key: 'app', value: MARKER },
          { key: 'b', value: 7 },
        ],
      },
    },
    'spec.provider.fake.data[1].value: ',
    /\[CONFIG_INVALID\]\. \S/,
  ],
  [
    'an unknown field',
    'unknown',
    fake,
    { fake: { data: [], dta: [] } },
    'spec.provider.fake.dta: ',
    /is not known.* \[CONFIG_INVALID\]\. \S/,
  ],
  [
    'a missing field',
    'missing',
    onAws(),
    { aws: { service: 'SecretsManager' } },
    'spec.provider.aws.region: ',
    /is required.* \[CONFIG_INVALID\]\. \S/,
  ],
  [
    'credentials that are absent',
    'absent',
    onAws(),
    onAws({}, { secretRef: secretRef({ accessKeyIDSecretRef: { name: 'gone', key: 'id' } }) }),
    `${FIELD}.accessKeyIDSecretRef: `,
    /gone.* \[CREDENTIALS_UNUSABLE\]\. \S/,
  ],
  [
    'a key of a Secret that is absent',
    'absent-key',
    onAws(),
    onAws({}, { secretRef: secretRef({ accessKeyIDSecretRef: { name: 'keys', key: 'gone' } }) }),
    `${FIELD}.accessKeyIDSecretRef: `,
    /gone.* \[CREDENTIALS_UNUSABLE\]\. \S/,
  ],
  [
    'credentials that are none',
    'no-key',
    onAws(),
    onAws({}, { secretRef: secretRef({ secretAccessKeySecretRef: { name: 'keys', key: 'wrong' } }) }),
    FIELD,
    /\[CREDENTIALS_UNUSABLE\]\. \S/,
  ],
])('%s', async (_, name, good, bad, field, rest) => {
  await applyGood(name, good);
  const before = await system.secret(TENANT, name);
  await setConfig(name, bad);
  const said = await storeReady(name, 'False');
  expect(said).toMatch(/^InvalidProviderConfig: unable to (create client|validate store): /);
  expect(said).toContain(field);
  expect(said).toMatch(rest);
  expect(said).not.toContain(MARKER);
  await forceSync(system, TENANT, name);
  const { message } = await system.failed(TENANT, name, 'STORE_NOT_READY');
  expect(message).toContain(field);
  expect(await system.secret(TENANT, name)).toEqual(before);
  await setConfig(name, good);
  await storeReady(name, 'True');
  await system.ready(TENANT, name, SEEN_MS);
  expect((await system.secret(TENANT, name)).data).toEqual(before.data);
});

test.concurrent('the own namespace in a reference is no mistake', async () => {
  const selector = { namespace: TENANT, name: 'keys', key: 'secret' };
  await applyGood('own-namespace', onAws({}, { secretRef: secretRef({ secretAccessKeySecretRef: selector }) }));
});

test.concurrent('credentials that come later are found without a change of the store', async () => {
  const auth = { secretRef: secretRef({ accessKeyIDSecretRef: { name: 'later', key: 'id' } }) };
  await system.admin.create(secretStores, manifest('later', { provider: onAws({}, auth) }));
  expect(await storeReady('later', 'False')).toContain('[CREDENTIALS_UNUSABLE]');
  await system.admin.create(secrets, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { namespace: TENANT, name: 'later' },
    data: { id: base64(moto.credentials!.accessKeyId) },
  });
  expect(await storeReady('later', 'True')).toBe('Valid: store validated');
});

describe('a class that a store names', () => {
  const providerRef = { apiVersion: 'provider.external-secrets.io/v2alpha1', kind: 'Fake', name: 'config' };

  test.concurrent('and that is of another namespace is not there', async () => {
    await system.apply(`
apiVersion: external-secrets.io/v1alpha1
kind: ProviderClass
metadata: { name: theirs, namespace: ${NEIGHBOUR} }
spec: { address: provider-fake.provider-fake.svc:8080 }
`);
    await system.admin.create(secretStores, manifest('foreign-class', { providerRef, runtimeRef: { name: 'theirs' } }));
    expect(await storeReady('foreign-class', 'False')).toMatch(
      /: unable to create client: spec\.runtimeRef: ProviderClass "theirs" does not exist.* \[CLASS_NOT_FOUND\]\. \S/,
    );
  });

  test.concurrent('and that does not admit its namespace is refused until it does', async () => {
    await system.admin.create(clusterProviderClasses, {
      apiVersion: 'external-secrets.io/v1alpha1',
      kind: 'ClusterProviderClass',
      metadata: { name: 'elsewhere' },
      spec: {
        address: (await system.admin.get(clusterProviderClasses, { name: 'fake' })).spec.address,
        conditions: [{ namespaces: [NEIGHBOUR] }],
      },
    });
    await system.apply(`
apiVersion: provider.external-secrets.io/v2alpha1
kind: Fake
metadata: { name: config, namespace: ${TENANT} }
spec: { data: [] }
`);
    const runtimeRef = { kind: 'ClusterProviderClass' as const, name: 'elsewhere' };
    await system.admin.create(secretStores, manifest('not-admitted', { providerRef, runtimeRef }));
    expect(await storeReady('not-admitted', 'False')).toMatch(
      /spec\.runtimeRef: ClusterProviderClass "elsewhere" does not admit namespace "bad-secret-store" \[CLASS_NOT_ALLOWED\]\. \S/,
    );
    const spec = { conditions: [{ namespaces: [NEIGHBOUR, TENANT] }] };
    await system.admin.patch(clusterProviderClasses, { name: 'elsewhere' }, { spec }, { type: 'merge' });
    expect(await storeReady('not-admitted', 'True')).toBe('Valid: store validated');
  });
});

test.concurrent.each<[string, string, RegExp]>([
  ['two backends', '{ provider: { fake: { data: [] }, aws: {} } }', /spec\.provider: .*must have at most 1 item/],
  ['none', '{ provider: {} }', /spec\.provider: .*should have at least 1 properties/],
  ['neither a config nor a reference', '{ refreshInterval: 1h }', /set exactly one of provider .* and providerRef/],
  [
    'both',
    '{ provider: { fake: {} }, runtimeRef: { name: c }, providerRef: { apiVersion: a/v1, kind: K, name: x } }',
    /set exactly one of provider .* and providerRef/,
  ],
  ['a config with a class', '{ provider: { fake: {} }, runtimeRef: { name: c } }', /runtimeRef goes with providerRef/],
  [
    'credentials of another namespace',
    JSON.stringify({
      provider: onAws(
        {},
        { secretRef: secretRef({ secretAccessKeySecretRef: { namespace: NEIGHBOUR, name: 'keys' } }) },
      ),
    }),
    /spec\.provider\.aws\.auth\.secretRef\.secretAccessKeySecretRef\.namespace: namespace should either be empty or match/,
  ],
  ['an interval without a unit', '{ refreshInterval: "10", provider: { fake: {} } }', /spec\.refreshInterval/],
])('the API server refuses %s', async (_, spec, said) => {
  const applied = system.apply(`
apiVersion: external-secrets.io/v1
kind: SecretStore
metadata: { name: refused, namespace: ${TENANT} }
spec: ${spec}
`);
  await expect(applied).rejects.toThrow(said);
});

test('nothing of all that spilled a value, and nothing was started again', async () => {
  await expectNothingSpilled(system);
});
