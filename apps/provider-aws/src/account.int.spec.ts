/**
 * What works in every account: the emulator's, or a real one (`AWS_TEST_ACCOUNT`, see testing/test-account.ts). What it makes has names
 * of its own, and is deleted at the end.
 */
import { randomBytes } from 'node:crypto';
import { startTestProvider, type TestProvider } from '@eso/api/testing';
import { eventually } from '@eso/testing';
import { awsProvider } from './definition.ts';
import { refusedCall } from './testing/aws-lab.ts';
import { testAccount, type TestAccount } from './testing/test-account.ts';

const CONFIG = 'provider.external-secrets.io/v2alpha1';
const GENERATOR = 'generators.external-secrets.io/v1alpha1';
const sourceNamespace = 'team-a';
/** AWS lists what was written a while later. */
const LISTED_MS = 60_000;

const mine = `eso-test-${randomBytes(6).toString('hex')}`;
const secret = `${mine}/secret`;
const parameter = `/${mine}/parameter`;

let account: TestAccount;
let provider: TestProvider;

const refTo = (kind: string, name = 'config') => ({
  providerRef: { apiVersion: CONFIG, kind, name, storeRefKind: 'Provider' },
  sourceNamespace,
});
const text = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString();

function applyKeys(name: string, keys: Record<string, string>): void {
  const data = Object.fromEntries(
    Object.entries(keys).map(([key, value]) => [key, Buffer.from(value).toString('base64')]),
  );
  provider.objects.apply({ apiVersion: 'v1', kind: 'Secret', metadata: { namespace: sourceNamespace, name }, data });
}

function authOf(name: string): object {
  const token = account.keys.sessionToken ? { sessionTokenSecretRef: { name, key: 'sessionToken' } } : {};
  return {
    secretRef: {
      accessKeyIDSecretRef: { name, key: 'accessKeyId' },
      secretAccessKeySecretRef: { name, key: 'secretAccessKey' },
      ...token,
    },
  };
}

function apply(apiVersion: string, kind: string, name: string, more: object = {}): void {
  const spec = { region: account.region, auth: authOf('keys'), ...more };
  provider.objects.apply({ apiVersion, kind, metadata: { namespace: sourceNamespace, name }, spec });
}

beforeAll(async () => {
  account = await testAccount({ iam: true });
  const { url } = account;
  const endpoints = url === undefined ? {} : { secretsManager: url, ssm: url, sts: url, ecr: url };
  provider = await startTestProvider({ definition: awsProvider({ endpoints }) });
  applyKeys('keys', { ...account.keys });
  applyKeys('wrong', { ...account.keys, secretAccessKey: 'wrong' });
  apply(CONFIG, 'SecretsManager', 'config', { secretsManager: { forceDeleteWithoutRecovery: true } });
  apply(CONFIG, 'SecretsManager', 'wrong', { auth: authOf('wrong') });
  apply(CONFIG, 'ParameterStore', 'config');
  apply(GENERATOR, 'ECRAuthorizationToken', 'registry');
  apply(GENERATOR, 'STSSessionToken', 'session');
});

afterAll(async () => {
  await provider.stop();
  await account.stop();
});

describe.each([
  ['SecretsManager', secret],
  ['ParameterStore', parameter],
])('%s', (kind, key) => {
  const store = () => provider.client.store;
  const remoteRef = { key };

  test('takes a push, gives it back whole and in parts, lists it, and deletes it', async () => {
    await store().pushSecret({
      ...refTo(kind),
      secretData: { login: Buffer.from('{"user":"ann","port":"5432"}') },
      pushSecretData: { remoteKey: key, secretKey: 'login', property: '', metadata: Buffer.alloc(0) },
    });
    try {
      const whole = text((await store().getSecret({ ...refTo(kind), remoteRef })).value);
      expect(JSON.parse(whole)).toEqual({ user: 'ann', port: '5432' });
      const user = await store().getSecret({ ...refTo(kind), remoteRef: { key, property: 'user' } });
      expect(text(user.value)).toBe('ann');
      const { secrets } = await store().getSecretMap({ ...refTo(kind), remoteRef });
      expect(Object.keys(secrets).sort()).toEqual(['port', 'user']);
      await eventually(
        async () => {
          const found = await store().getAllSecrets({ ...refTo(kind), find: { name: { regexp: `${mine}/` } } });
          expect(Object.keys(found.secrets)).toEqual([key]);
        },
        { timeoutMs: LISTED_MS },
      );
    } finally {
      await store().deleteSecret({ ...refTo(kind), remoteRef: { remoteKey: key } });
    }
    await eventually(async () => {
      expect((await refusedCall(store().getSecret({ ...refTo(kind), remoteRef }))).code).toBe('SECRET_NOT_FOUND');
    });
  });
});

test('keys whose secret is wrong are rejected', async () => {
  const call = provider.client.store.getSecret({ ...refTo('SecretsManager', 'wrong'), remoteRef: { key: secret } });
  const { code, error } = await refusedCall(call);
  expect([code, error.field]).toEqual(['CREDENTIALS_REJECTED', 'spec.auth.secretRef']);
});

const generate = (kind: string, name: string) =>
  provider.client.generator.generate({ generatorRef: { apiVersion: GENERATOR, kind, name }, sourceNamespace });

test('a login to registries is generated', async () => {
  const { secrets } = await generate('ECRAuthorizationToken', 'registry');
  expect(text(secrets['username'])).toBe('AWS');
  expect(text(secrets['proxy_endpoint'])).toMatch(/^https:\/\/\d{12}\.dkr\.ecr\./);
});

test('long-lived keys get a session, others are told why not', async () => {
  if (account.keys.sessionToken === undefined) {
    const { secrets } = await generate('STSSessionToken', 'session');
    expect(Object.keys(secrets).sort()).toEqual(['access_key_id', 'expiration', 'secret_access_key', 'session_token']);
  } else {
    const { code, error } = await refusedCall(generate('STSSessionToken', 'session'));
    expect(code).toBe('ACCESS_DENIED');
    expect(error.nextStep).toContain('long-lived access keys');
  }
});
