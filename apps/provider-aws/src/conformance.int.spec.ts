import { setTimeout as delay } from 'node:timers/promises';
import { CreateSecretCommand, PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import type { TestObject } from '@eso/api/testing';
import { type ConformanceConfigInput, reportLines, shortcomings } from '@eso/conformance';
import { conformanceOf } from '@eso/conformance/testing';
import { type AwsAnswer, awsError, AwsProxy, type AwsRequest, type Moto, startMoto } from '@eso/testing';
import { awsProvider } from './definition.ts';
import { keysIn, REGION, validKeys } from './testing/aws-lab.ts';

const OWN = 'provider.external-secrets.io/v2alpha1';
const STORE = 'external-secrets.io/v1';
/** Small, so that what a service can hold is larger. */
const RESPONSE_BYTES = 12 * 1024;
const SLOW_MS = 3_000;

const text = { key: 'text', value: 'a value of some length' };
const spaces = { key: 'spaces', value: 'spaces and a line break\n within' };
const slow = { key: 'slow', value: 'the value of a slow backend' };
const object = { key: 'object', value: '{"user":{"name":"änn of the team"},"port":5432}' };
const tagged = { key: '/tagged/one', value: 'the value of a tagged secret' };
const unmanaged = { key: 'unmanaged', value: 'the value of somebody else' };
const whole = [text, spaces, slow, object, tagged, unmanaged];
const [first, second] = ['the first version', 'the second version'];
const garbage: AwsAnswer = { status: 200, body: '{"Name":"garbled","SecretString":"the begin' };

type Service = 'SecretsManager' | 'ParameterStore';

let moto: Moto;
let proxy: AwsProxy;

/** What AWS answers by itself for secrets of these names, and what it takes its time for. */
async function script({ operation, body }: AwsRequest): Promise<AwsAnswer | undefined> {
  const about = (name: string): boolean => body.includes(`"${name}"`);
  if (about('forbidden')) return awsError(400, 'AccessDeniedException');
  if (about('throttled')) return awsError(400, 'ThrottlingException');
  if (about('down')) return awsError(503, 'InternalServerError');
  if (about('garbled')) return garbage;
  if (about('/partial')) return body.includes('"NextToken"') ? garbage : partOf(operation);
  if (about('slow')) await delay(SLOW_MS);
  return undefined;
}

/** The first page of two. */
function partOf(operation: string): AwsAnswer {
  const page = {
    ListSecrets: { SecretList: [{ Name: '/partial/one' }] },
    GetParametersByPath: { Parameters: [{ Name: '/partial/one', Value: 'one', Type: 'String' }] },
  }[operation];
  return { status: 200, body: JSON.stringify({ ...page, NextToken: 'more' }) };
}

async function fillSecrets(): Promise<void> {
  const client = new SecretsManagerClient({ endpoint: moto.url, region: REGION, credentials: validKeys(moto) });
  for (const { key, value } of whole)
    await client.send(
      new CreateSecretCommand({
        Name: key,
        SecretString: value,
        ...(key === tagged.key && { Tags: [{ Key: 'env', Value: 'test' }] }),
      }),
    );
  await client.send(new CreateSecretCommand({ Name: 'bytes', SecretBinary: Buffer.from([0, 255, 10, 13, 0, 128]) }));
  await client.send(new CreateSecretCommand({ Name: 'versions', SecretString: first }));
  await client.send(new PutSecretValueCommand({ SecretId: 'versions', SecretString: second }));
  await client.send(new CreateSecretCommand({ Name: 'large/one', SecretString: 'x'.repeat(2 * RESPONSE_BYTES) }));
  client.destroy();
}

async function fillParameters(): Promise<void> {
  const client = new SSMClient({ endpoint: moto.url, region: REGION, credentials: validKeys(moto) });
  const put = (Name: string, Value: string, more: object = {}) =>
    client.send(new PutParameterCommand({ Name, Value, Type: 'String', ...more }));
  for (const { key, value } of whole)
    await put(key, value, key === tagged.key ? { Tags: [{ Key: 'env', Value: 'test' }] } : {});
  await put('versions', first);
  await put('versions', second, { Overwrite: true });
  for (let index = 0; index < 4; index += 1) await put(`/large/${index}`, 'x'.repeat(4_000));
  client.destroy();
}

/** A config object, and the store that names it. */
function config(kind: Service, name: string, spec: object = {}, namespace = 'team-a'): TestObject[] {
  const metadata = { name, namespace };
  const providerRef = { apiVersion: OWN, kind, name };
  return [
    { apiVersion: OWN, kind, metadata, spec: { region: REGION, auth: keysIn('keys'), ...spec } },
    { apiVersion: STORE, kind: 'Provider', metadata, spec: { address: 'aws.aws.svc:8080', providerRef } },
  ];
}

function objectsOf(kind: Service): TestObject[] {
  const encoded = (plain: string): string => Buffer.from(plain).toString('base64');
  const { accessKeyId, secretAccessKey } = validKeys(moto);
  const data = { id: encoded(accessKeyId), secret: encoded(secretAccessKey) };
  return [
    { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'keys', namespace: 'team-a' }, data },
    ...['ECRAuthorizationToken', 'STSSessionToken'].map((generator) => ({
      apiVersion: GENERATOR.apiVersion,
      kind: generator,
      metadata: { name: GENERATOR.name, namespace: 'team-a' },
      spec: { region: REGION, auth: keysIn('keys') },
    })),
    ...config(kind, 'own'),
    ...config(kind, 'other', {}, 'team-b'),
    ...config(kind, 'broken', { auth: keysIn('no-keys') }),
    {
      apiVersion: STORE,
      kind: 'ClusterSecretStore',
      metadata: { name: 'cluster' },
      spec: { provider: { aws: { service: kind, region: REGION, auth: keysIn('keys', 'team-a') } } },
    },
  ];
}

const metadata = (spec: object) => ({
  apiVersion: 'kubernetes.external-secrets.io/v1alpha1',
  kind: 'PushSecretMetadata',
  spec,
});

const GENERATOR = { apiVersion: 'generators.external-secrets.io/v1alpha1', name: 'made', sourceNamespace: 'team-a' };

/** What the services do not have in common. */
const PARTS: Readonly<Record<Service, Omit<ConformanceConfigInput, 'serverName' | 'hooks'>>> = {
  SecretsManager: {
    secrets: [text, spaces, { key: 'bytes', value: { base64: 'AP8KDQCA' } }],
    versions: [
      { key: 'versions', version: 'AWSPREVIOUS', value: first },
      { key: 'versions', version: 'AWSCURRENT', value: second },
    ],
    absentVersion: { key: 'versions', version: 'NOSUCHSTAGE' },
    pushProperty: { key: 'pushed-properties' },
    pushWhole: { key: 'pushed-whole' },
    tooLarge: [{ key: 'large/one' }, { name: '^large/' }],
    generator: { ...GENERATOR, kind: 'ECRAuthorizationToken' },
  },
  ParameterStore: {
    secrets: [text, spaces],
    versions: [
      { key: 'versions', version: '1', value: first },
      { key: 'versions', version: '2', value: second },
    ],
    absentVersion: { key: 'versions', version: '9' },
    pushWhole: { key: 'pushed-whole', metadata: metadata({ encodeAsDecoded: true }) },
    tooLarge: [{ name: '^/large/' }],
    generator: { ...GENERATOR, kind: 'STSSessionToken' },
    lacks: {
      pushProperty: 'a parameter has no properties to push to, as in External Secrets',
    },
  },
};

beforeAll(async () => {
  moto = await startMoto({});
  proxy = await AwsProxy.start(moto.url);
  proxy.script = script;
  await Promise.all([fillSecrets(), fillParameters()]);
});

afterAll(async () => {
  await proxy.stop();
  await moto.stop();
});

test.each<Service>(['SecretsManager', 'ParameterStore'])(
  '%s keeps every rule of the contract',
  async (kind) => {
    const store = (name: string, sourceNamespace = 'team-a') =>
      ({ apiVersion: OWN, kind, name, storeRefKind: 'Provider', storeName: name, sourceNamespace }) as const;
    const cluster = 'ClusterSecretStore';
    const report = await conformanceOf({
      definition: awsProvider({
        endpoints: { secretsManager: proxy.url, ssm: proxy.url, sts: moto.url, ecr: proxy.url },
      }),
      objects: objectsOf(kind),
      limits: { responseBytes: RESPONSE_BYTES },
      config: {
        store: store('own'),
        otherStore: store('other', 'team-b'),
        clusterStore: { ...store('cluster'), apiVersion: STORE, kind: cluster, storeRefKind: cluster },
        brokenStore: store('broken'),
        olderCore: 'refused',
        limits: { responseBytes: RESPONSE_BYTES },
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
        findByPath: [{ path: '/tagged', name: '.', entries: { [tagged.key]: tagged.value } }],
        partialFind: { name: '.', path: '/partial' },
        pushKey: { key: 'pushed' },
        deleteKey: { key: 'deleted' },
        unmanaged,
        existing: [{ key: 'text' }],
        slow,
        ...PARTS[kind],
      },
    });
    process.stdout.write(`${kind}: ${reportLines(report).at(-1)}\n`);
    expect(shortcomings(report)).toEqual([]);
  },
  120_000,
);
