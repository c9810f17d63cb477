/**
 * What provider-aws gains from stores that are not its own: a drill with the real process and the rights of its chart. The stores of
 * another provider hold secrets, and markers stand for them.
 */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connectToProvider, type TestProviderClient } from '@eso/api/testing';
import { AwsProxy, eventually, LAB_SERVER_NAME, type OwnControlPlane, ownControlPlane, TlsLab } from '@eso/testing';
import { refusedCall, REGION } from './testing/aws-lab.ts';
import { ProviderProcess } from './testing/provider-process.ts';

const HOME = 'provider-aws';
const apiVersion = 'external-secrets.io/v1';
/** Stands in values, keys and versions of another provider's stores. */
const MARKER = 'hunter2marker';
/** Stands in a store of its own, which it does keep: what shows that a look at its memory sees such things. */
const OWN_MARKER = 'ownprefixmarker';

let own: OwnControlPlane;
let lab: TlsLab;
let kubeconfig: string;
let program: ProviderProcess;
let client: TestProviderClient;
/** Stands for the endpoint that gives a pod its identity. */
let podEndpoint: Server;
const podRequests: string[] = [];
/** Stands for STS and ECR, which refuse everybody: no test of this file needs more of AWS. */
let sts: AwsProxy;

const fake = `{ fake: { data: [{ key: ${MARKER}-key, value: ${MARKER}-value, version: ${MARKER}-version }] } }`;
const aws = (auth: string, more = '') =>
  `{ aws: { service: SecretsManager, region: ${REGION}, auth: ${auth}${more} } }`;
const keys = (namespace?: string) => {
  const ref = (key: string) =>
    `{ name: keys, key: ${key}${namespace === undefined ? '' : `, namespace: ${namespace}`} }`;
  return `{ secretRef: { accessKeyIDSecretRef: ${ref('id')}, secretAccessKeySecretRef: ${ref('secret')} } }`;
};

const apply = (kind: 'SecretStore' | 'ClusterSecretStore', name: string, provider: string, namespace?: string) =>
  own.cluster.apply(`
apiVersion: ${apiVersion}
kind: ${kind}
metadata: { name: ${name}${namespace === undefined ? '' : `, namespace: ${namespace}`} }
spec: { provider: ${provider} }
`);

async function startPodEndpoint(): Promise<void> {
  const answer = JSON.stringify({ AccessKeyId: 'AKIAOFTHEPOD00000000', SecretAccessKey: 'x', Token: 'y', Expiration: '2999-01-01T00:00:00Z' }); // prettier-ignore
  podEndpoint = createServer((request, response) => {
    podRequests.push(request.url ?? '');
    response.end(answer);
  }).listen(0, '127.0.0.1');
  await once(podEndpoint, 'listening');
}

async function start(): Promise<ProviderProcess> {
  return ProviderProcess.start({
    kubeconfig,
    certDir: await lab.directory(await lab.server()),
    flags: ['--cluster-store-ambient-credentials'],
    env: {
      AWS_SECRETSMANAGER_ENDPOINT: 'http://127.0.0.1:9',
      AWS_STS_ENDPOINT: sts.url,
      AWS_ECR_ENDPOINT: sts.url,
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `http://127.0.0.1:${(podEndpoint.address() as AddressInfo).port}/pod`,
    },
  });
}

beforeAll(async () => {
  [own, lab, sts] = await Promise.all([ownControlPlane(), TlsLab.create(), AwsProxy.start('http://127.0.0.1:9')]);
  const denial = '<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>';
  sts.script = () => ({ status: 403, body: denial });
  const { cluster } = own;
  await cluster.installCrds();
  for (const namespace of [HOME, 'team-a', 'team-b', 'vault']) await cluster.ensureNamespace(namespace);
  await cluster.applyRights({ chart: 'provider-aws', tenantNamespaces: ['team-a'] });
  kubeconfig = await cluster.kubeconfigFor({ namespace: HOME, name: HOME });
  await apply('SecretStore', 'fake', fake, 'team-a');
  await apply('SecretStore', 'fake', fake, 'team-b');
  await apply('ClusterSecretStore', 'fake', fake);
  await apply('SecretStore', 'own', aws(keys(), `, prefix: ${OWN_MARKER}`), 'team-a');
  await apply('SecretStore', 'stray', aws(keys('team-b')), 'team-a');
  await apply('ClusterSecretStore', 'vault', aws(keys('vault')));
  await apply(
    'SecretStore',
    'web',
    aws('{ jwt: { serviceAccountRef: { name: app, audiences: [second] } } }'),
    'team-a',
  );
  await cluster.apply(`
apiVersion: v1
kind: ServiceAccount
metadata: { name: app, namespace: team-a, annotations: { eks.amazonaws.com/role-arn: 'arn:aws:iam::1:role/app' } }
`);
  await cluster.apply(
    '{ apiVersion: v1, kind: Secret, metadata: { name: keys, namespace: vault }, stringData: { id: AKIAIOSFODNN7EXAMPLE, secret: x } }',
  );
  await apply('ClusterSecretStore', 'pod', aws('{}'));
  await apply('SecretStore', 'pod', aws('{}'), 'team-a');
  await startPodEndpoint();
  program = await start();
  const pair = await lab.client();
  const tls = { serverName: LAB_SERVER_NAME, ca: pair['ca.crt'], cert: pair['tls.crt'], key: pair['tls.key'] };
  client = connectToProvider({ host: '127.0.0.1', port: program.port, ...tls });
});

afterAll(async () => {
  client.close();
  await program.stop();
  podEndpoint.closeAllConnections();
  podEndpoint.close();
  await sts.stop();
  await lab.remove();
  await own.cluster.stop();
});

const request = (kind: 'SecretStore' | 'ClusterSecretStore', name: string, sourceNamespace = 'team-a') => ({
  providerRef: { apiVersion, kind, name, storeRefKind: kind, storeName: name },
  sourceNamespace,
});

const remoteRef = { key: `x` };

describe.each(['SecretStore', 'ClusterSecretStore'] as const)("another provider's %s", (kind) => {
  test.each<[string, () => Promise<unknown>]>([
    ['GetSecret', () => client.store.getSecret({ ...request(kind, 'fake'), remoteRef })],
    ['GetSecretMap', () => client.store.getSecretMap({ ...request(kind, 'fake'), remoteRef })],
    ['GetAllSecrets', () => client.store.getAllSecrets({ ...request(kind, 'fake'), find: { name: { regexp: '.' } } })],
    ['Validate', () => client.store.validate(request(kind, 'fake'))],
    ['Capabilities', () => client.store.capabilities(request(kind, 'fake'))],
  ])('is not served, and nothing of it is told: %s', async (_method, call) => {
    const { code, error } = await refusedCall(call());
    expect([code, error.field]).toEqual(['UNSUPPORTED', 'spec.provider.fake']);
    expect(`${error.message} ${error.publicMessage} ${error.nextStep}`).not.toContain(MARKER);
  });
});

test('nothing of it stays in the log, the metrics, or the memory of the process', async () => {
  // A store of its own is known, so that a look at the memory shows what is in it.
  await refusedCall(client.store.getSecret({ ...request('SecretStore', 'own'), remoteRef }));
  const metrics = await (await fetch(`http://127.0.0.1:${program.metricsPort}/metrics`)).text();
  expect(metrics).toContain('grpc_server_requests_total');
  expect(metrics).not.toContain(MARKER);
  expect(program.log.join('\n')).toContain('spec.provider.fake');
  expect(program.log.join('\n')).not.toContain(MARKER);
  const memory = await program.heap();
  expect(memory.includes(OWN_MARKER)).toBe(true);
  expect(memory.includes(MARKER)).toBe(false);
});

test('stores are read by name alone: they cannot be listed or watched, and written even less', async () => {
  const may = async (verb: string, what: string, namespace: string) => {
    const { stdout } = await own.cluster.kubectl(
      `--kubeconfig=${kubeconfig}`,
      'auth',
      'can-i',
      verb,
      what,
      `-n=${namespace}`,
    );
    return stdout.trim();
  };
  for (const stores of ['secretstores.external-secrets.io', 'clustersecretstores.external-secrets.io']) {
    for (const verb of ['list', 'watch', 'update', 'patch', 'create', 'delete'])
      expect([verb, stores, await may(verb, stores, 'team-a')]).toEqual([verb, stores, 'no']);
    expect(await may('get', stores, 'team-a')).toBe('yes');
  }
  const { stderr } = await own.cluster.kubectl(`--kubeconfig=${kubeconfig}`, 'get', 'secretstores', '-n=team-a');
  expect(stderr).toContain('Forbidden');
});

test('a store of a namespace in which it is not bound is not read, and the value of the chart is named', async () => {
  const { code, error } = await refusedCall(client.store.validate(request('SecretStore', 'fake', 'team-b')));
  expect([code, error.publicMessage]).toEqual([
    'STORE_NOT_READABLE',
    'the provider may not read SecretStore team-b/fake',
  ]);
  expect(error.nextStep).toBe(
    "grant the provider get on secretstores.external-secrets.io in namespace team-b: add it to tenantNamespaces of the provider's chart",
  );
});

test('a SecretStore uses no credentials of another namespace, and is told of stores', async () => {
  const { code, error } = await refusedCall(client.store.validate(request('SecretStore', 'stray')));
  expect([code, error.field, error.publicMessage]).toEqual([
    'NAMESPACE_NOT_ALLOWED',
    'spec.provider.aws.auth.secretRef.secretAccessKeySecretRef',
    'a SecretStore of namespace team-a may not use credentials of namespace team-b',
  ]);
});

test('a ClusterSecretStore whose credentials may not be read names the right and its value, and needs no restart', async () => {
  const { code, error } = await refusedCall(client.store.validate(request('ClusterSecretStore', 'vault', '')));
  expect([code, error.field, error.publicMessage]).toEqual([
    'CREDENTIALS_UNUSABLE',
    'spec.provider.aws.auth.secretRef.secretAccessKeySecretRef',
    'the provider may not read Secret vault/keys',
  ]);
  expect(error.nextStep).toBe(
    "grant the provider get on secrets in namespace vault: add it to credentialNamespaces of the provider's chart",
  );
  await own.cluster.applyRights({
    chart: 'provider-aws',
    tenantNamespaces: ['team-a'],
    credentialNamespaces: ['vault'],
  });
  await eventually(async () => {
    const answer = await client.store.validate(request('ClusterSecretStore', 'vault', ''));
    expect(answer.valid).toBe(true);
    expect(answer.validationUnknown).not.toBe(true);
  });
});

/** What a token says, which nobody here can forge. */
function claimsOf(token: string): { aud?: unknown; sub?: unknown; exp?: number; iat?: number } {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as ReturnType<typeof claimsOf>;
}

test('a token of a ServiceAccount is asked for where the chart allows it, and shown to STS with the audience of AWS [V2.2.5] [V2.2.10]', async () => {
  const forbidden = await refusedCall(client.store.validate(request('SecretStore', 'web')));
  expect([forbidden.code, forbidden.error.field, forbidden.error.publicMessage]).toEqual([
    'CREDENTIALS_UNUSABLE',
    'spec.provider.aws.auth.jwt.serviceAccountRef',
    'the provider may not read ServiceAccount team-a/app',
  ]);
  expect(forbidden.error.nextStep).toBe(
    "grant the provider get on serviceaccounts in namespace team-a: add it to tokenNamespaces of the provider's chart",
  );
  expect(sts.requests).toEqual([]);
  await own.cluster.applyRights({
    chart: 'provider-aws',
    tenantNamespaces: ['team-a'],
    credentialNamespaces: ['vault'],
    tokenNamespaces: ['team-a'],
  });
  await eventually(async () => {
    const { code, error } = await refusedCall(client.store.validate(request('SecretStore', 'web')));
    expect([code, error.field]).toEqual(['ACCESS_DENIED', 'spec.provider.aws.auth.jwt.serviceAccountRef']);
  });
  const form = new URLSearchParams(sts.of('AssumeRoleWithWebIdentity')[0]?.body);
  const { aud, sub, exp = 0, iat = 0 } = claimsOf(form.get('WebIdentityToken') ?? '');
  expect({ aud, sub, life: exp - iat }).toEqual({
    aud: ['sts.amazonaws.com', 'second'],
    sub: 'system:serviceaccount:team-a:app',
    life: 600,
  });
  expect(program.log.join('\n')).not.toContain(form.get('WebIdentityToken'));
});

describe('a generator', () => {
  const generator = (name: string, spec: string) =>
    own.cluster.apply(`
apiVersion: generators.external-secrets.io/v1alpha1
kind: ECRAuthorizationToken
metadata: { name: ${name}, namespace: team-a }
spec: ${spec}
`);
  const generate = (name: string) =>
    client.generator.generate({
      generatorRef: { apiVersion: 'generators.external-secrets.io/v1alpha1', kind: 'ECRAuthorizationToken', name },
      sourceNamespace: 'team-a',
    });

  test('is read as the API server keeps it, with the rights of the chart', async () => {
    await own.cluster.apply(
      '{ apiVersion: v1, kind: Secret, metadata: { name: keys, namespace: team-a }, stringData: { id: AKIAIOSFODNN7EXAMPLE, secret: x } }',
    );
    await generator('registry', `{ region: ${REGION}, auth: ${keys()} }`);
    const { code, error } = await refusedCall(generate('registry'));
    expect([code, error.field]).toEqual(['ACCESS_DENIED', 'spec.auth']);
    expect(sts.of('GetAuthorizationToken')).toHaveLength(1);
  });

  test('without a region is refused by the API server', async () => {
    await expect(generator('nowhere', '{ scope: public }')).rejects.toThrow(/spec\.region/);
  });
});

test('the identity of the pod is for ClusterSecretStores, as the flag says, and for nobody else', async () => {
  const { code, error } = await refusedCall(client.store.validate(request('SecretStore', 'pod')));
  expect([code, error.field]).toEqual(['CONFIG_INVALID', 'spec.provider.aws.auth']);
  expect(podRequests).toEqual([]);
  const get = client.store.getSecret({ ...request('ClusterSecretStore', 'pod'), remoteRef });
  // There is no Secrets Manager; that somebody logged in to ask it is enough.
  expect((await refusedCall(get)).code).toBe('BACKEND_UNAVAILABLE');
  expect(podRequests).toEqual(['/pod']);
});
