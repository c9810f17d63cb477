/** One backend, wherever its config stands: in an object of its own, a SecretStore, a ClusterSecretStore; stored by a real API server. */
import { Code, ConnectError } from '@connectrpc/connect';
import { fromConnectError } from '@eso/api/server';
import { startTestProvider, type TestProvider } from '@eso/api/testing';
import { type OwnControlPlane, ownControlPlane, LAB_SERVER_NAME, TlsLab } from '@eso/testing';
import { fakeProvider } from './definition.ts';

const HOME = 'provider-fake';
const OWN = 'provider.external-secrets.io/v2alpha1';
const STORE = 'external-secrets.io/v1';

let own: OwnControlPlane;
let lab: TlsLab;
let provider: TestProvider;
let count = 0;

beforeAll(async () => {
  [own, lab] = await Promise.all([ownControlPlane(), TlsLab.create()]);
  const { cluster } = own;
  await cluster.installCrds();
  for (const namespace of [HOME, 'team-a']) await cluster.ensureNamespace(namespace);
  await cluster.applyRights({ chart: 'provider-fake', tenantNamespaces: ['team-a'] });
  const kube = await cluster.clientFor({ namespace: HOME, name: HOME });
  provider = await startTestProvider({
    definition: fakeProvider(),
    kube: () => kube,
    allowUnnamedStores: false,
    tls: {
      serverDir: await lab.directory(await lab.server()),
      clientDir: await lab.directory(await lab.client()),
      serverName: LAB_SERVER_NAME,
    },
  });
});
afterAll(async () => {
  await provider.stop();
  await lab.remove();
  await own.cluster.stop();
});

type Where = 'Fake' | 'SecretStore' | 'ClusterSecretStore';

/** Stores a config as a user does, and gives what every request about it says. */
async function store(where: Where, config: string) {
  const name = `store-${++count}`;
  const metadata = `{ name: ${name}${where === 'ClusterSecretStore' ? '' : ', namespace: team-a'} }`;
  const manifests: Record<Where, string> = {
    Fake: `
apiVersion: ${OWN}
kind: Fake
metadata: ${metadata}
spec: ${config}
---
apiVersion: ${STORE}
kind: Provider
metadata: ${metadata}
spec: { address: 'fake.fake.svc:8080', providerRef: { apiVersion: ${OWN}, kind: Fake, name: ${name} } }
`,
    SecretStore: `{ apiVersion: ${STORE}, kind: SecretStore, metadata: ${metadata}, spec: { provider: { fake: ${config} } } }`,
    ClusterSecretStore: `{ apiVersion: ${STORE}, kind: ClusterSecretStore, metadata: ${metadata}, spec: { provider: { fake: ${config} } } }`,
  };
  await own.cluster.apply(manifests[where]);
  const [apiVersion, storeRefKind] = where === 'Fake' ? [OWN, 'Provider'] : [STORE, where];
  return { providerRef: { apiVersion, kind: where, name, storeRefKind, storeName: name }, sourceNamespace: 'team-a' };
}

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();
const texts = (secrets: Readonly<Record<string, Uint8Array>>) =>
  Object.fromEntries(Object.entries(secrets).map(([key, value]) => [key, text(value)]));

async function refusal(call: Promise<unknown>) {
  const status = ConnectError.from(
    await call.then(
      () => new Error('it was taken'),
      (error: unknown) => error,
    ),
  );
  const { code, field, publicMessage } = fromConnectError(status);
  return { status: Code[status.code], code, field, publicMessage };
}

const config = (more = '') =>
  `{ data: [{ key: db, value: plain }, { key: db, value: second, version: v2 }, { key: app/one, value: '{"user":{"name":"ann"},"port":1.0}' }]${more} }`;

describe.each<Where>(['Fake', 'SecretStore', 'ClusterSecretStore'])('a config in a %s', (where) => {
  const root = where === 'Fake' ? 'spec' : 'spec.provider.fake';

  test('is read, mapped and searched', async () => {
    const request = await store(where, config());
    const get = async (remoteRef: object) =>
      text((await provider.client.store.getSecret({ ...request, remoteRef: { key: 'db', ...remoteRef } })).value);
    expect(await get({})).toBe('plain');
    expect(await get({ version: 'v2' })).toBe('second');
    expect(await get({ key: 'app/one', property: 'user.name' })).toBe('ann');
    const { secrets } = await provider.client.store.getSecretMap({ ...request, remoteRef: { key: 'app/one' } });
    expect(texts(secrets)).toEqual({ user: '{"name":"ann"}', port: '1.0' });
    const found = await provider.client.store.getAllSecrets({ ...request, find: { name: { regexp: '^app/' } } });
    expect(Object.keys(found.secrets)).toEqual(['app_one']);
    expect(await refusal(get({ key: 'gone' }))).toMatchObject({ status: 'NotFound', code: 'SECRET_NOT_FOUND' });
  });

  test('is pushed into, and its own entries are not replaced', async () => {
    const request = await store(where, config());
    const push = (remoteKey: string) =>
      provider.client.store.pushSecret({
        ...request,
        secretData: { k: Buffer.from('pushed') },
        pushSecretData: { remoteKey, secretKey: 'k' },
      });
    await push('new');
    const remoteRef = { remoteKey: 'new' };
    expect((await provider.client.store.secretExists({ ...request, remoteRef })).exists).toBe(true);
    expect(await refusal(push('db'))).toMatchObject({ code: 'ALREADY_EXISTS' });
    const other = await store(where, config());
    expect((await provider.client.store.secretExists({ ...other, remoteRef })).exists).toBe(false);
  });

  test.each([
    ['', 'valid'],
    [', validationResult: 0', 'valid'],
    [', validationResult: 1', 'unknown'],
    [', validationResult: 2', 'unable to validate'],
  ])('%s validates as %s', async (more, expected) => {
    const { valid, validationUnknown, error } = await provider.client.store.validate(await store(where, config(more)));
    expect(valid ? (validationUnknown ? 'unknown' : 'valid') : error).toBe(expected);
  });

  test('says which entry has no value, in the path of the user', async () => {
    const request = await store(where, "{ data: [{ key: a, value: x }, { key: b, value: '' }] }");
    expect(await refusal(provider.client.store.validate(request))).toMatchObject({
      code: 'CONFIG_INVALID',
      field: `${root}.data[1].value`,
      publicMessage: 'entry 1 has no value',
    });
  });
});

test('a ClusterSecretStore is validated while nobody asks: it refers to nothing', async () => {
  const request = await store('ClusterSecretStore', config());
  const answer = await provider.client.store.validate({ ...request, sourceNamespace: '' });
  expect([answer.valid, answer.validationUnknown ?? false]).toEqual([true, false]);
});

test('what the API server leaves open, the provider refuses with the path, and not with the value', async () => {
  for (const [wrong, field] of [
    ['{}', 'data'],
    ['{ data: [{ key: db, value: 12345 }] }', 'data[0].value'],
    ['{ data: [{ value: x }] }', 'data[0].key'],
    ['{ data: [], validationresult: 1 }', 'validationresult'],
    ["{ data: [], validationResult: 'two' }", 'validationResult'],
  ] as const) {
    const refused = await refusal(provider.client.store.validate(await store('SecretStore', wrong)));
    expect(refused).toMatchObject({ code: 'CONFIG_INVALID', field: `spec.provider.fake.${field}` });
    expect(refused.publicMessage).not.toContain('12345');
  }
});
