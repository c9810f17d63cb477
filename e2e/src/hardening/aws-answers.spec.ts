import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { awsError, AwsProxy, batchErrors, type Moto, startMoto } from '@eso/testing';
import { breakAndMend, MARKER, UNSEEN_MS } from '../support/bad-input.ts';
import { externalSecretManifest, providerManifest, System } from '../support/system.ts';

const TENANT = 'aws-answers';
const STORE = 'aws';
const REGION = 'eu-central-1';
const KEYS = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'any' };
const FETCH_FAILED = 'could not get secret data from provider: ';
let system: System;
let moto: Moto;
let proxy: AwsProxy;
let aws: SecretsManagerClient;
/** Names of secrets that AWS cannot decrypt. */
const locked = new Set<string>();

const DENIED = ['DecryptionFailure', "Secrets Manager can't decrypt the protected secret text"] as const;

beforeAll(async () => {
  moto = await startMoto();
  proxy = await AwsProxy.start(moto.url);
  proxy.script = ({ operation, body }, forward) => {
    const names = [...locked];
    if (operation === 'BatchGetSecretValue')
      return batchErrors(forward, Object.fromEntries(names.map((name) => [name, DENIED])));
    const asked = operation === 'GetSecretValue' && names.some((name) => body.includes(name));
    return asked ? awsError(400, ...DENIED) : undefined;
  };
  aws = new SecretsManagerClient({ endpoint: moto.url, region: REGION, credentials: KEYS });
  const env = { AWS_SECRETSMANAGER_ENDPOINT: proxy.url, AWS_STS_ENDPOINT: proxy.url };
  system = await System.start({ tenants: [TENANT], providers: { aws: { env } } });
  const ref = `{ apiVersion: provider.external-secrets.io/v2alpha1, kind: SecretsManager, name: ${STORE} }`;
  await system.apply(
    [
      `apiVersion: v1
kind: Secret
metadata: { name: keys, namespace: ${TENANT} }
stringData: { id: "${KEYS.accessKeyId}", secret: "${KEYS.secretAccessKey}" }
`,
      `apiVersion: provider.external-secrets.io/v2alpha1
kind: SecretsManager
metadata: { name: ${STORE}, namespace: ${TENANT} }
spec:
  region: ${REGION}
  auth:
    secretRef:
      accessKeyIDSecretRef: { name: keys, key: id }
      secretAccessKeySecretRef: { name: keys, key: secret }
`,
      providerManifest(TENANT, STORE, 'aws', ref),
    ].join('---\n'),
  );
});
afterAll(async () => {
  aws.destroy();
  await system.stop();
  await proxy.stop();
  await moto.stop();
});

async function create(name: string, tags: Readonly<Record<string, string>> = {}): Promise<void> {
  const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
  await aws.send(new CreateSecretCommand({ Name: name, SecretString: MARKER, Tags }));
}

test.concurrent('a find does not give a part for the whole when AWS cannot decrypt one of the secrets', async () => {
  const name = 'find-decrypt';
  await create('decrypt-one', { find: 'decrypt' });
  await create('decrypt-two', { find: 'decrypt' });
  await system.apply(externalSecretManifest(TENANT, name, STORE, 'dataFrom: [{ find: { tags: { find: decrypt } } }]'));
  await breakAndMend(system, {
    namespace: TENANT,
    name,
    breakIt: () => locked.add('decrypt-two'),
    mend: () => locked.delete('decrypt-two'),
    code: 'ACCESS_DENIED',
    tells: [FETCH_FAILED, 'spec.dataFrom[0].find', 'decrypt-two', 'DecryptionFailure', 'KMS key'],
    recoversWithinMs: UNSEEN_MS,
  });
});

test.concurrent('a find takes the secrets that have the tag, not those whose tag begins like it', async () => {
  const name = 'find-tags';
  await create('tags-same', { 'app-serv': 'lt' });
  await create('tags-longer', { 'app-service': 'ltd' });
  await system.apply(externalSecretManifest(TENANT, name, STORE, 'dataFrom: [{ find: { tags: { app-serv: lt } } }]'));
  await system.ready(TENANT, name);
  expect(Object.keys((await system.secret(TENANT, name)).data ?? {})).toEqual(['tags-same']);
});

test.concurrent('a secret without a value hides none of the others that a find selects', async () => {
  const name = 'find-empty';
  await create('empty-full', { find: 'empty' });
  await aws.send(new CreateSecretCommand({ Name: 'empty-hollow', Tags: [{ Key: 'find', Value: 'empty' }] }));
  await system.apply(externalSecretManifest(TENANT, name, STORE, 'dataFrom: [{ find: { tags: { find: empty } } }]'));
  await system.ready(TENANT, name);
  expect(Object.keys((await system.secret(TENANT, name)).data ?? {})).toEqual(['empty-full']);
});

test.concurrent('a version that does not exist is said as such, and nothing is to be created', async () => {
  const name = 'version-absent';
  await create(name);
  const spec = `data: [{ secretKey: value, remoteRef: { key: ${name} } }]`;
  await system.apply(externalSecretManifest(TENANT, name, STORE, spec));
  const remoteRef = (version: string): Promise<string> => {
    const patch = [
      { op: 'replace', path: '/spec/data/0/remoteRef', value: { key: name, ...(version && { version }) } },
    ];
    return system.kubectl('-n', TENANT, 'patch', 'externalsecret', name, '--type=json', '-p', JSON.stringify(patch));
  };
  const uuid = '01234567-89ab-4cde-8f01-23456789abcd';
  await breakAndMend(system, {
    namespace: TENANT,
    name,
    breakIt: () => remoteRef(uuid),
    mend: () => remoteRef(''),
    code: 'VERSION_NOT_FOUND',
    tells: [
      FETCH_FAILED,
      'spec.data[0].remoteRef.version: ',
      `secret ${name} has no version with staging label ${uuid} (ResourceNotFoundException)`,
      `Write uuid/${uuid} if this is a version ID`,
    ],
    recoversWithinMs: UNSEEN_MS,
  });
});
