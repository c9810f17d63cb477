import { CreateSecretCommand, PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { type Moto, providerAddress, startMoto } from '@eso/testing';
import { breakAndMend, expectNothingSpilled, MARKER, SEEN_MS, storeOf, UNSEEN_MS } from './support/bad-input.ts';
import { externalSecretManifest, providerManifest, System } from './support/system.ts';

const TENANT = 'bad-aws';
const REGION = 'eu-central-1';
const FETCH_FAILED = 'could not get secret data from provider: ';
let system: System;
let moto: Moto;
let aws: SecretsManagerClient;
let right: AccessKeys;

interface AccessKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

beforeAll(async () => {
  // Checks signatures and policies as AWS does.
  moto = await startMoto({ iam: true });
  right = moto.credentials!;
  aws = new SecretsManagerClient({ endpoint: moto.url, region: REGION, credentials: right });
  const env = { AWS_SECRETSMANAGER_ENDPOINT: moto.url, AWS_STS_ENDPOINT: moto.url };
  system = await System.start({ tenants: [TENANT], providers: { aws: { env } } });
});
afterAll(async () => {
  aws.destroy();
  await system.stop();
  await moto.stop();
});

/** A good ExternalSecret that takes property `value` of the secret of its name, with the access keys in `<name>-keys`. */
async function applyGoodAws(name: string): Promise<void> {
  await aws.send(new CreateSecretCommand({ Name: name, SecretString: JSON.stringify({ value: MARKER }) }));
  await applyKeys(`${name}-keys`, right);
  await applyConfig(name, `${name}-keys`);
  const store = storeOf(name);
  const ref = `{ apiVersion: provider.external-secrets.io/v2alpha1, kind: SecretsManager, name: ${store} }`;
  await system.apply(providerManifest(TENANT, store, 'aws', ref, providerAddress('aws')));
  const spec = `data: [{ secretKey: value, remoteRef: { key: ${name}, property: value } }]`;
  await system.apply(externalSecretManifest(TENANT, name, store, spec));
}

function applyKeys(secret: string, { accessKeyId, secretAccessKey }: AccessKeys): Promise<void> {
  return system.apply(`apiVersion: v1
kind: Secret
metadata: { name: ${secret}, namespace: ${TENANT} }
stringData: { id: "${accessKeyId}", secret: "${secretAccessKey}" }
`);
}

function applyConfig(name: string, secret: string): Promise<void> {
  return system.apply(`apiVersion: provider.external-secrets.io/v2alpha1
kind: SecretsManager
metadata: { name: ${storeOf(name)}, namespace: ${TENANT} }
spec:
  region: ${REGION}
  auth:
    secretRef:
      accessKeyIDSecretRef: { name: ${secret}, key: id }
      secretAccessKeySecretRef: { name: ${secret}, key: secret }
`);
}

test.concurrent('a property that the secret does not have', async () => {
  const name = 'property-absent';
  await applyGoodAws(name);
  const put = (value: object): Promise<unknown> =>
    aws.send(new PutSecretValueCommand({ SecretId: name, SecretString: JSON.stringify(value) }));
  await breakAndMend(system, {
    namespace: TENANT,
    name,
    breakIt: () => put({ other: `${MARKER}-other` }),
    mend: () => put({ value: MARKER }),
    code: 'PROPERTY_NOT_FOUND',
    tells: [
      FETCH_FAILED,
      'spec.data[0].remoteRef.property: ',
      `key value does not exist in secret ${name}`,
      'Correct remoteRef.property or add the property to the secret',
    ],
    recoversWithinMs: UNSEEN_MS,
  });
});

test.concurrent('a secret that AWS does not have', async () => {
  const name = 'secret-absent';
  await applyGoodAws(name);
  const refer = (key: string): Promise<string> =>
    system.kubectl(
      ...['-n', TENANT, 'patch', 'externalsecret', name, '--type=json', '-p'],
      JSON.stringify([{ op: 'replace', path: '/spec/data/0/remoteRef/key', value: key }]),
    );
  await breakAndMend(system, {
    namespace: TENANT,
    name,
    breakIt: () => refer('created-later'),
    mend: () =>
      aws.send(new CreateSecretCommand({ Name: 'created-later', SecretString: JSON.stringify({ value: MARKER }) })),
    code: 'SECRET_NOT_FOUND',
    tells: [FETCH_FAILED, 'spec.data[0].remoteRef.key: ', 'created-later', 'Create the secret in the backend'],
    recoversWithinMs: UNSEEN_MS,
  });
});

test.concurrent.each([
  ['an access key that AWS does not know', 'keys-unknown', () => ({ ...right, accessKeyId: 'AKIAIOSFODNN7EXAMPLE' })],
  ['a wrong secret access key', 'keys-wrong', () => ({ ...right, secretAccessKey: `${MARKER}-wrong` })],
])('%s', async (_, name, wrong) => {
  await applyGoodAws(name);
  const secret = `${name}-new`;
  await breakAndMend(system, {
    namespace: TENANT,
    name,
    breakIt: async () => {
      await applyKeys(secret, wrong());
      await applyConfig(name, secret);
    },
    mend: () => applyKeys(secret, right),
    code: 'CREDENTIALS_REJECTED',
    tells: [FETCH_FAILED, 'spec.data[0].remoteRef', 'spec.auth', 'Put valid access keys into the referenced Secret'],
    recoversWithinMs: SEEN_MS,
  });
});

test.concurrent('access keys in a Secret that does not exist', async () => {
  const name = 'keys-absent';
  await applyGoodAws(name);
  const secret = `${name}-new`;
  await breakAndMend(system, {
    namespace: TENANT,
    name,
    breakIt: () => applyConfig(name, secret),
    mend: () => applyKeys(secret, right),
    code: 'STORE_NOT_READY',
    tells: [
      FETCH_FAILED,
      `spec.secretStoreRef: Provider "${storeOf(name)}" is not ready: `,
      'spec.auth.secretRef.',
      `Secret ${TENANT}/${secret} does not exist [CREDENTIALS_UNUSABLE]`,
      `Create Secret ${TENANT}/${secret} or correct the reference`,
      'Mend the Provider; this is tried again as soon as it is ready.',
    ],
    provider: { name: storeOf(name), reason: 'InvalidProviderConfig' },
    recoversWithinMs: SEEN_MS,
  });
});

test('no value or key is in any log, event, condition or metric, and no process was started again', async () => {
  await expectNothingSpilled(system, [], [right.secretAccessKey]);
});
