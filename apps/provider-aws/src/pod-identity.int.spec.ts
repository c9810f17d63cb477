/** Login as the provider's own pod: each place that the SDK looks at, served on this machine, and that nobody else is led there. */
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateSecretCommand } from '@aws-sdk/client-secrets-manager';
import { AwsProxy } from '@eso/testing';
import { AwsLab, refusedCall } from './testing/aws-lab.ts';

const ROLE = 'arn:aws:iam::123456789012:role/pod';
/** What the places give; of them the emulator asks nothing. */
const KEYS = { AccessKeyId: 'AKIAOFTHEPOD00000000', SecretAccessKey: 'of-the-pod', Token: 'session-of-the-pod' };

let proxy: AwsProxy;
let places: Server;
let origin: string;
let scratch: string;
/** Paths that were asked for at the metadata service or the container endpoint. */
const asked: string[] = [];
let answers: (path: string) => string | undefined;
const environment = { ...process.env };

function metadata(path: string): string | undefined {
  if (path === '/latest/api/token') return 'imds-token';
  if (path === '/latest/meta-data/iam/security-credentials/') return 'node-role';
  if (path === '/latest/meta-data/iam/security-credentials/node-role')
    return JSON.stringify({ Code: 'Success', ...KEYS, Expiration: inAnHour() });
  return undefined;
}

const inAnHour = (): string => new Date(Date.now() + 3_600_000).toISOString();

beforeAll(async () => {
  places = createServer((request, response) => {
    asked.push(request.url ?? '');
    const answer = answers(request.url ?? '');
    response.writeHead(answer === undefined ? 404 : 200, { 'x-aws-ec2-metadata-token-ttl-seconds': '60' }).end(answer);
  }).listen(0, '127.0.0.1');
  await once(places, 'listening');
  origin = `http://127.0.0.1:${(places.address() as AddressInfo).port}`;
  scratch = await mkdtemp(join(tmpdir(), 'pod-identity-'));
});

beforeEach(() => {
  asked.length = 0;
  answers = () => undefined;
  for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) Reflect.deleteProperty(process.env, name);
  // Whoever looks at the machine's metadata is seen.
  process.env['AWS_EC2_METADATA_SERVICE_ENDPOINT'] = origin;
  process.env['AWS_CONFIG_FILE'] = join(scratch, 'none');
  process.env['AWS_SHARED_CREDENTIALS_FILE'] = join(scratch, 'none');
});

afterEach(() => {
  for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) Reflect.deleteProperty(process.env, name);
  for (const [name, value] of Object.entries(environment)) if (name.startsWith('AWS_')) process.env[name] = value;
});

afterAll(async () => {
  places.closeAllConnections();
  places.close();
  await rm(scratch, { recursive: true });
});

async function start(ambientCredentials: { clusterStores: boolean; stores: boolean }): Promise<AwsLab> {
  const lab = await AwsLab.start({
    endpoints: async (url) => {
      proxy = await AwsProxy.start(url);
      return { secretsManager: proxy.url, sts: proxy.url };
    },
    provider: { ambientCredentials },
  });
  await lab.aws.send(new CreateSecretCommand({ Name: 'db', SecretString: 'value' }));
  lab.store('ClusterSecretStore', 'shared', { auth: {} });
  lab.store('SecretStore', 'own', { auth: {} });
  lab.config('object', { auth: {} });
  return lab;
}

describe('where cluster-scoped stores may log in as the pod', () => {
  let lab: AwsLab;
  beforeAll(async () => {
    lab = await start({ clusterStores: true, stores: false });
  });
  beforeEach(() => proxy.reset());
  afterAll(async () => {
    await lab.stop();
    await proxy.stop();
  });

  let count = 0;
  /** A store that nobody has logged in through. */
  const fresh = (): string => {
    const name = `shared-${++count}`;
    lab.store('ClusterSecretStore', name, { auth: {} });
    return name;
  };

  test.each<[string, () => void | Promise<void>, string, readonly string[]]>([
    [
      'access keys in the environment',
      () => {
        process.env['AWS_ACCESS_KEY_ID'] = KEYS.AccessKeyId;
        process.env['AWS_SECRET_ACCESS_KEY'] = KEYS.SecretAccessKey;
      },
      KEYS.AccessKeyId,
      [],
    ],
    [
      'a file of access keys',
      async () => {
        const path = join(scratch, 'credentials');
        await writeFile(path, `[default]\naws_access_key_id = AKIAOFAFILE000000000\naws_secret_access_key = x\n`);
        process.env['AWS_SHARED_CREDENTIALS_FILE'] = path;
      },
      'AKIAOFAFILE000000000',
      [],
    ],
    [
      'the endpoint of a container',
      () => {
        process.env['AWS_CONTAINER_CREDENTIALS_FULL_URI'] = `${origin}/v1/credentials`;
        answers = (path) =>
          path === '/v1/credentials' ? JSON.stringify({ ...KEYS, Expiration: inAnHour() }) : undefined;
      },
      KEYS.AccessKeyId,
      ['/v1/credentials'],
    ],
    [
      'the metadata service of the machine',
      () => {
        answers = metadata;
      },
      KEYS.AccessKeyId,
      [
        '/latest/api/token',
        '/latest/meta-data/iam/security-credentials/',
        '/latest/meta-data/iam/security-credentials/node-role',
      ],
    ],
  ])('%s are used, once for many reads [V2.2.2]', async (_what, arrange, accessKeyId, paths) => {
    await arrange();
    const store = fresh();
    await Promise.all(Array.from({ length: 20 }, () => lab.get(store, 'db')));
    expect(await lab.get(store, 'db')).toBe('value');
    expect(new Set(proxy.requests.map((request) => request.accessKeyId))).toEqual(new Set([accessKeyId]));
    expect(asked).toEqual(paths);
  });

  test('the token file that EKS mounts is shown to STS [V2.2.2]', async () => {
    const path = join(scratch, 'token');
    await writeFile(path, 'token-of-the-pod');
    process.env['AWS_WEB_IDENTITY_TOKEN_FILE'] = path;
    process.env['AWS_ROLE_ARN'] = ROLE;
    expect(await lab.get(fresh(), 'db')).toBe('value');
    expect(proxy.requests.map(({ operation }) => operation)).toEqual(['AssumeRoleWithWebIdentity', 'GetSecretValue']);
    const form = Object.fromEntries(new URLSearchParams(proxy.requests[0]?.body));
    expect(form).toMatchObject({
      RoleArn: ROLE,
      RoleSessionName: 'external-secrets-provider-aws',
      WebIdentityToken: 'token-of-the-pod',
    });
    expect(asked).toEqual([]);
  });

  test('a role that the pod is not trusted with is said to be the business of the provider', async () => {
    const path = join(scratch, 'token');
    await writeFile(path, 'token-of-the-pod');
    process.env['AWS_WEB_IDENTITY_TOKEN_FILE'] = path;
    process.env['AWS_ROLE_ARN'] = ROLE;
    const body =
      '<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>Not authorized to perform sts:AssumeRoleWithWebIdentity</Message></Error></ErrorResponse>';
    proxy.script = () => ({ status: 403, body });
    const { code, error } = await refusedCall(lab.get(fresh(), 'db'));
    expect([code, error.field]).toEqual(['ACCESS_DENIED', 'spec.provider.aws.auth']);
    expect(error.publicMessage).toBe(
      "may not log in as the provider's pod: AWS answered AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity",
    );
    expect(error.nextStep).toContain("the role that is bound to the provider's ServiceAccount");
    expect(lab.log.join('')).not.toContain('token-of-the-pod');
  });

  test('roles are assumed from there [V2.2.7]', async () => {
    process.env['AWS_ACCESS_KEY_ID'] = KEYS.AccessKeyId;
    process.env['AWS_SECRET_ACCESS_KEY'] = KEYS.SecretAccessKey;
    lab.store('ClusterSecretStore', 'role', { auth: {}, role: ROLE });
    expect(await lab.get('role', 'db')).toBe('value');
    expect(proxy.of('AssumeRole').map(({ accessKeyId }) => accessKeyId)).toEqual([KEYS.AccessKeyId]);
  });

  test('a pod without an identity is said, and what gives it one', async () => {
    process.env['AWS_EC2_METADATA_DISABLED'] = 'true';
    const store = fresh();
    const { code, error } = await refusedCall(lab.get(store, 'db'));
    expect([code, error.field]).toEqual(['CREDENTIALS_UNUSABLE', 'spec.provider.aws.auth']);
    expect(error.publicMessage).toBe("the provider's pod has no identity at AWS");
    expect(error.nextStep).toContain('eks.amazonaws.com/role-arn');
    expect(proxy.requests).toEqual([]);
  });

  test("an identity that AWS does not take is told of as the pod's, and asked for anew", async () => {
    answers = metadata;
    proxy.script = () => ({ status: 400, body: '{"__type":"ExpiredTokenException"}' });
    const { code, error } = await refusedCall(lab.get(fresh(), 'db'));
    expect([code, error.field]).toEqual(['CREDENTIALS_REJECTED', 'spec.provider.aws.auth']);
    expect(error.publicMessage).toBe(
      "AWS Secrets Manager does not accept the identity of the provider's pod (ExpiredTokenException)",
    );
    expect(asked.filter((path) => path.endsWith('/node-role'))).toHaveLength(2);
  });

  test('a store that names credentials does not look at the pod, not even where they are wrong [V2.2.2]', async () => {
    answers = metadata;
    lab.config('keys');
    expect(await lab.get('keys', 'db')).toBe('value');
    for (const auth of [
      {
        secretRef: {
          accessKeyIDSecretRef: { name: 'gone', key: 'k' },
          secretAccessKeySecretRef: { name: 'gone', key: 'k' },
        },
      },
      { jwt: { serviceAccountRef: { name: 'gone' } } },
    ]) {
      lab.store('ClusterSecretStore', 'wrong', { auth });
      expect((await refusedCall(lab.get('wrong', 'db'))).code).toBe('CREDENTIALS_UNUSABLE');
    }
    expect(asked).toEqual([]);
    expect(proxy.requests.map(({ accessKeyId }) => accessKeyId)).not.toContain(KEYS.AccessKeyId);
  });

  test.each([
    ['own', 'spec.provider.aws.auth'],
    ['object', 'spec.auth'],
  ])('a namespaced one is refused, beside them, before anybody looks: %s', async (name, field) => {
    answers = metadata;
    for (const call of [lab.get(name, 'db'), lab.provider.client.store.validate(lab.request(name))]) {
      const { code, error } = await refusedCall(call);
      expect([code, error.field]).toEqual(['CONFIG_INVALID', field]);
      expect(error.nextStep).toContain('--store-ambient-credentials');
    }
    expect(asked).toEqual([]);
    expect(proxy.requests).toEqual([]);
  });
});

describe('where every store may', () => {
  test('namespaced ones log in as the pod, too [V2.2.2]', async () => {
    const lab = await start({ clusterStores: true, stores: true });
    try {
      answers = metadata;
      expect(await lab.get('own', 'db')).toBe('value');
      expect(await lab.get('object', 'db')).toBe('value');
      expect(new Set(proxy.requests.map(({ accessKeyId }) => accessKeyId))).toEqual(new Set([KEYS.AccessKeyId]));
    } finally {
      await lab.stop();
      await proxy.stop();
    }
  });
});
