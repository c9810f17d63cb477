import { Code, ConnectError } from '@connectrpc/connect';
import { createLogger, ManualClock } from '@eso/runtime';
import { eventually, LAB_SERVER_NAME, TlsLab } from '@eso/testing';
import { fromConnectError } from '../contract/error-wire.ts';
import { ProviderError } from '../contract/provider-error.ts';
import { HealthCheckResponse_ServingStatus as Status } from '../gen/grpc/health/v1/health_pb.js';
import { SecretStoreCapabilities } from '../gen/provider/v1/provider_pb.js';
import { startTestProvider, type TestProvider, type TestProviderOptions } from '../testing/index.ts';
import type { Backend, Validation } from './backend.ts';
import { defineKind } from './define-kind.ts';

const apiVersion = 'provider.external-secrets.io/v2alpha1';
const MARKER = 'hunter2-marker';

let lab: TlsLab;
let provider: TestProvider;
/** What the backend does; each test sets what it needs. */
let backend: Partial<Backend>;
let opened: { generation: number }[];
let lines: string;
let tls: TestProviderOptions['tls'];

const probe = defineKind<{ bad?: boolean }>({
  apiVersion,
  kind: 'Probe',
  plural: 'probes',
  features: ['get', 'map', 'findByName'],
  metricName: 'Probe',
  checkConfig: ({ bad }) => (bad ? [{ field: 'spec.bad', problem: 'bad is not allowed', nextStep: 'remove it' }] : []),
  open: ({ source, credentials }) => {
    opened.push({ generation: source.generation });
    return {
      getSecret: (ref, call) =>
        backend.getSecret?.(ref, call) ?? credentials.secretKey({ name: ref.key, key: 'k' }, 'f'),
      getSecretMap: (ref, call) => backend.getSecretMap!(ref, call),
      getAllSecrets: (find, call) => backend.getAllSecrets!(find, call),
      ...(backend.validate ? { validate: backend.validate } : {}),
    };
  },
});

beforeAll(async () => {
  lab = await TlsLab.create();
  tls = {
    serverDir: await lab.directory(await lab.server()),
    clientDir: await lab.directory(await lab.client()),
    serverName: LAB_SERVER_NAME,
  };
  provider = await startTestProvider({
    definition: { name: 'probe', kinds: [probe] },
    tls,
    limits: { requestBytes: 10_000, responseBytes: 20_000, responseKeys: 3, deadlineMs: 400 },
    logger: createLogger({ name: 'test', level: 'debug', destination: { write: (line) => (lines += line) } }),
  });
});
beforeEach(() => {
  backend = {};
  opened = [];
  lines = '';
  for (const namespace of ['team-a', 'team-b'])
    provider.objects.apply({ apiVersion, kind: 'Probe', metadata: { namespace, name: 'one' }, spec: {} });
});
afterAll(async () => {
  await provider.stop();
  await lab.remove();
});

const providerRef = { apiVersion, kind: 'Probe', name: 'one', storeRefKind: 'Provider' };
const request = { providerRef, sourceNamespace: 'team-a', remoteRef: { key: 'login' } };
const get = (changes: object = {}) => provider.client.store.getSecret({ ...request, ...changes });
const value =
  (text: string): (() => Promise<Uint8Array>) =>
  () =>
    Promise.resolve(Buffer.from(text));

async function failure(call: Promise<unknown>): Promise<{ status: string; error: ProviderError; raw: string }> {
  const thrown = await call.then(
    () => new ConnectError('answered'),
    (error: unknown) => ConnectError.from(error),
  );
  return { status: Code[thrown.code], error: fromConnectError(thrown), raw: thrown.rawMessage };
}

describe('errors', () => {
  test('what a backend throws on purpose arrives with code, field and next step', async () => {
    backend.getSecret = () =>
      Promise.reject(
        new ProviderError('PROPERTY_NOT_FOUND', 'no property x', { field: 'remoteRef.property', nextStep: 'add it' }),
      );
    const { status, error } = await failure(get());
    expect(status).toBe('FailedPrecondition');
    expect(error).toMatchObject({
      code: 'PROPERTY_NOT_FOUND',
      publicMessage: 'no property x',
      field: 'remoteRef.property',
      nextStep: 'add it',
    });
  });

  test("a backend's own code and request id stand in the log and do not leave the provider", async () => {
    const answer = { code: 'AccessDenied', requestId: 'request-7f3c\n' };
    backend.getSecret = () => Promise.reject(new ProviderError('ACCESS_DENIED', 'may not', { backend: answer }));
    const { raw, error } = await failure(get());
    expect(JSON.stringify([raw, error.publicMessage, error.nextStep, error.backend])).not.toContain('7f3c');
    expect(lines).toContain('"backend":{"code":"AccessDenied","requestId":"request-7f3c"}');
  });

  test.each<[string, () => Promise<never>]>([
    ['an error', () => Promise.reject(new Error(`parse failed near ${MARKER}`))],
    ['an error with causes', () => Promise.reject(new Error(MARKER, { cause: new Error(MARKER) }))],
    ['a foreign status', () => Promise.reject(new ConnectError(MARKER, Code.NotFound))],
    ['a synchronous throw', () => JSON.parse(`{${MARKER}`) as Promise<never>],
  ])('%s that nobody expected is masked, on the wire and in the log', async (_what, getSecret) => {
    backend.getSecret = getSecret;
    const { status, error, raw } = await failure(get());
    expect([status, error.code]).toEqual(['Internal', 'INTERNAL']);
    expect(raw).toBe('the provider failed unexpectedly');
    expect(JSON.stringify([error.publicMessage, error.nextStep, error.field])).not.toContain(MARKER);
    expect(lines).toContain('defect of the provider: getSecret threw something that is no ProviderError');
    expect(lines).not.toContain(MARKER);
  });

  test('a call that takes too long is a timeout, whether the backend heeds its signal or not', async () => {
    backend.getSecret = () => new Promise(() => undefined);
    expect(await failure(get())).toMatchObject({ status: 'DeadlineExceeded', error: { code: 'TIMEOUT' } });
    backend.getSecret = (_ref, { signal }) =>
      new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))));
    expect(await failure(get())).toMatchObject({ status: 'DeadlineExceeded', error: { code: 'TIMEOUT' } });
  });

  test("the backend's signal aborts when the caller gives up", async () => {
    const gaveUp = new AbortController();
    const aborted = new Promise<void>((resolve) => {
      backend.getSecret = (_ref, { signal }) =>
        new Promise(() => {
          signal.addEventListener('abort', () => resolve());
          gaveUp.abort();
        });
    });
    await expect(provider.client.store.getSecret(request, { signal: gaveUp.signal })).rejects.toThrow();
    await aborted;
  });

  test('operations that a kind lacks are Unimplemented [V1.1.4]', async () => {
    const push = { ...request, pushSecretData: { remoteKey: 'a' }, remoteRef: undefined };
    const { pushSecret, deleteSecret, secretExists } = provider.client.store;
    const ref = { ...request, remoteRef: { remoteKey: 'a' } };
    for (const call of [pushSecret(push), deleteSecret(ref), secretExists(ref)])
      expect(await failure(call)).toMatchObject({ status: 'Unimplemented', error: { code: 'UNSUPPORTED' } });
  });
});

describe('requests', () => {
  test.each<[string, object, string, string]>([
    ['no reference', { providerRef: undefined }, 'InvalidArgument', 'provider_ref is required'],
    ['no remote ref', { remoteRef: undefined }, 'InvalidArgument', 'remoteRef.key is required'],
    ['no source namespace', { sourceNamespace: '' }, 'InvalidArgument', 'source_namespace is required'],
    ['a path as namespace', { sourceNamespace: '../kube-system' }, 'InvalidArgument', 'no name of a namespace'],
    ['a path as name', { providerRef: { ...providerRef, name: '../x' } }, 'InvalidArgument', 'no name of a Kubernetes'],
    [
      'a version without group',
      { providerRef: { ...providerRef, apiVersion: 'v1' } },
      'InvalidArgument',
      'group/version',
    ],
    [
      "another tenant's config object",
      { providerRef: { ...providerRef, namespace: 'team-b' } },
      'PermissionDenied',
      'team-b',
    ],
    ['a kind that is not served', { providerRef: { ...providerRef, kind: 'Other' } }, 'Unimplemented', 'kind Other'],
    [
      'an absent config object',
      { providerRef: { ...providerRef, name: 'two' } },
      'FailedPrecondition',
      'does not exist',
    ],
  ])('%s is refused without touching the backend', async (_what, changes, status, text) => {
    const result = await failure(get(changes));
    expect([result.status, result.raw]).toEqual([status, expect.stringContaining(text)]);
    expect(opened).toEqual([]);
  });

  test('a kind that is not served is answered with those that are', async () => {
    const { error } = await failure(get({ providerRef: { ...providerRef, kind: 'Other' } }));
    expect(error.nextStep).toBe(`use one of: Probe (${apiVersion})`);
  });

  test('an absent config object is never an absent secret [V1.2.3]', async () => {
    const { error } = await failure(get({ providerRef: { ...providerRef, name: 'two' } }));
    expect(error).toMatchObject({
      code: 'CONFIG_NOT_FOUND',
      nextStep: 'create Probe team-a/two or correct the reference',
    });
  });

  test('one that is too large is refused, and names the limit', async () => {
    const { status, raw } = await failure(get({ remoteRef: { key: 'x'.repeat(20_000) } }));
    expect(status).toBe('ResourceExhausted');
    expect(raw).toContain('10000');
  });
});

describe('answers', () => {
  test('that are too large are LIMIT_EXCEEDED, not retryable, naming the limit', async () => {
    backend.getSecret = value('x'.repeat(20_001));
    const { status, error } = await failure(get());
    expect(status).toBe('ResourceExhausted');
    expect(error).toMatchObject({ code: 'LIMIT_EXCEEDED', retryable: false });
    expect(error.publicMessage).toContain("the provider's limit of 20000");
  });

  test('with too many keys are refused', async () => {
    backend.getSecretMap = () => Promise.resolve(new Map(['a', 'b', 'c', 'd'].map((key) => [key, new Uint8Array()])));
    const { error } = await failure(provider.client.store.getSecretMap(request));
    expect(error).toMatchObject({ code: 'LIMIT_EXCEEDED', publicMessage: expect.stringContaining('4 keys') as string });
  });

  test('keep bytes and odd keys as they are [V1.1.1]', async () => {
    const secrets = new Map([
      ['__proto__', Buffer.from([0, 255, 10])],
      ['ключ', Buffer.alloc(0)],
    ]);
    backend.getAllSecrets = () => Promise.resolve(secrets);
    const { secrets: found } = await provider.client.store.getAllSecrets({
      providerRef,
      sourceNamespace: 'team-a',
      find: { name: { regexp: '.' } },
    });
    expect(found['ключ']).toEqual(new Uint8Array());
    expect(Object.getOwnPropertyDescriptor(found, '__proto__')?.value).toEqual(new Uint8Array([0, 255, 10]));
  });
});

describe('config objects', () => {
  test('are read once for many calls, and a backend is opened once', async () => {
    backend.getSecret = value('v');
    await get();
    const before = { reads: provider.objects.reads, opened: opened.length };
    await Promise.all(Array.from({ length: 50 }, () => get()));
    expect({ reads: provider.objects.reads, opened: opened.length }).toEqual(before);
  });

  test('that are put right are seen by the next Validate, and by every call after it', async () => {
    const ref = { ...providerRef, name: 'fixed' };
    const source = { providerRef: ref, sourceNamespace: 'team-a' };
    expect((await failure(provider.client.store.validate(source))).error.code).toBe('CONFIG_NOT_FOUND');
    const metadata = { namespace: 'team-a', name: 'fixed' };
    provider.objects.apply({ apiVersion, kind: 'Probe', metadata, spec: { bad: true } });
    expect((await failure(provider.client.store.validate(source))).error).toMatchObject({
      code: 'CONFIG_INVALID',
      field: 'spec.bad',
    });
    provider.objects.apply({ apiVersion, kind: 'Probe', metadata, spec: {} });
    await eventually(async () => expect((await provider.client.store.validate(source)).valid).toBe(true));
    backend.getSecret = value('v');
    expect(Buffer.from((await get({ providerRef: ref })).value).toString()).toBe('v');
  });

  test('are seen by Validate half a second later, long before the calls that follow would look', async () => {
    const clock = new ManualClock(Date.now());
    const fresh = await startTestProvider({ definition: { name: 'probe', kinds: [probe] }, tls, clock });
    const metadata = { namespace: 'team-a', name: 'changing' };
    const source = { providerRef: { ...providerRef, name: 'changing' }, sourceNamespace: 'team-a' };
    fresh.objects.apply({ apiVersion, kind: 'Probe', metadata, spec: {} });
    expect((await fresh.client.store.validate(source)).valid).toBe(true);
    fresh.objects.apply({ apiVersion, kind: 'Probe', metadata, spec: { bad: true } });
    await clock.advance(600);
    expect((await failure(fresh.client.store.validate(source))).error.code).toBe('CONFIG_INVALID');
    const stopped = fresh.stop();
    await clock.advance(10_000);
    await stopped;
  });

  test('an API server that is away makes calls retryable and health red, until it is back', async () => {
    provider.objects.setReachable(false);
    try {
      const { error } = await failure(get({ providerRef: { ...providerRef, name: 'unread' } }));
      expect(error).toMatchObject({ code: 'BACKEND_UNAVAILABLE', retryable: true });
      expect((await provider.client.health.check({})).status).toBe(Status.NOT_SERVING);
      expect(provider.server.problem()).toBe('the Kubernetes API is not reachable');
    } finally {
      provider.objects.setReachable(true);
    }
    expect((await provider.client.health.check({})).status).toBe(Status.SERVING);
  });
});

describe('credentials', () => {
  const secret = (text: string) => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { namespace: 'team-a', name: 'login' },
    data: { k: Buffer.from(text).toString('base64') },
  });

  test('that the backend rejects are read again at the next call', async () => {
    provider.objects.apply(secret('old'));
    expect(Buffer.from((await get()).value).toString()).toBe('old');
    provider.objects.apply(secret('new'));
    expect(Buffer.from((await get()).value).toString()).toBe('old');
    backend.getSecret = () => Promise.reject(new ProviderError('CREDENTIALS_REJECTED', 'no'));
    expect((await failure(get())).status).toBe('PermissionDenied');
    backend = {};
    expect(Buffer.from((await get()).value).toString()).toBe('new');
  });
});

describe('Validate and Capabilities', () => {
  const source = { providerRef, sourceNamespace: 'team-a' };

  test.each<[Validation | undefined, object]>([
    [undefined, { valid: true, error: '', warnings: [] }],
    [
      { kind: 'valid', warnings: ['old\nAPI'] },
      { valid: true, warnings: ['old API'] },
    ],
    [{ kind: 'unknown' }, { valid: true, validationUnknown: true }],
    [
      { kind: 'invalid', message: 'no such region' },
      { valid: false, error: 'no such region' },
    ],
  ])('%p [V1.1.2]', async (validation, expected) => {
    // Another config object is another backend, which is opened with this validation.
    const name = `validated-${validation?.kind ?? 'never'}`;
    provider.objects.apply({ apiVersion, kind: 'Probe', metadata: { namespace: 'team-a', name }, spec: {} });
    backend = validation ? { validate: () => Promise.resolve(validation) } : {};
    const ref = { ...providerRef, name };
    expect(await provider.client.store.validate({ ...source, providerRef: ref })).toMatchObject(expected);
  });

  test('a cluster-scoped store without a namespace cannot be validated yet', async () => {
    const ref = { ...providerRef, storeRefKind: 'ClusterProvider' };
    const answer = await provider.client.store.validate({ providerRef: ref, sourceNamespace: '' });
    expect(answer).toMatchObject({ valid: true, validationUnknown: true });
    expect(await provider.client.store.capabilities({ providerRef: ref, sourceNamespace: '' })).toMatchObject({
      capabilities: SecretStoreCapabilities.READ_ONLY,
      features: ['get', 'map', 'findByName'],
      protocolMin: 1,
      protocolMax: 1,
    });
  });

  test('the namespace rules hold for both', async () => {
    const foreign = { providerRef: { ...providerRef, namespace: 'team-b' }, sourceNamespace: 'team-a' };
    for (const call of [provider.client.store.validate(foreign), provider.client.store.capabilities(foreign)])
      expect((await failure(call)).error.code).toBe('NAMESPACE_NOT_ALLOWED');
  });
});

describe('health', () => {
  test.each(['', 'provider.v1.SecretStoreProvider'])('service %p', async (service) => {
    expect((await provider.client.health.check({ service })).status).toBe(Status.SERVING);
  });

  test('a service that is not served has none', async () => {
    expect((await failure(provider.client.health.check({ service: 'generator.v1.GeneratorProvider' }))).status).toBe(
      'NotFound',
    );
    const iterator = provider.client.health.watch({ service: 'x' }, { timeoutMs: 0 })[Symbol.asyncIterator]();
    expect((await iterator.next()).value).toMatchObject({ status: Status.SERVICE_UNKNOWN });
    await iterator.return?.();
  });

  test('a watcher is told of each change', async () => {
    const seen: Status[] = [];
    const end = new AbortController();
    const watching = (async () => {
      for await (const { status } of provider.client.health.watch({}, { signal: end.signal, timeoutMs: 0 }))
        seen.push(status);
    })().catch(() => undefined);
    await eventually(() => expect(seen).toEqual([Status.SERVING]));
    provider.objects.setReachable(false);
    await eventually(() => expect(seen).toEqual([Status.SERVING, Status.NOT_SERVING]));
    provider.objects.setReachable(true);
    await eventually(() => expect(seen).toEqual([Status.SERVING, Status.NOT_SERVING, Status.SERVING]));
    end.abort();
    await watching;
  });
});

test('each call is one log line with who asked and how it ended, and never a value', async () => {
  backend.getSecret = value(MARKER);
  const requester = {
    requesterNamespace: 'team-a',
    requesterKind: 'ExternalSecret',
    requesterName: 'db',
    requesterUid: 'u',
  };
  provider.objects.apply({
    apiVersion: 'external-secrets.io/v1',
    kind: 'Provider',
    metadata: { namespace: 'team-a', name: 'main' },
    spec: { address: 'a.b.svc:1', providerRef: { apiVersion, kind: 'Probe', name: 'one' } },
  });
  await get({ providerRef: { ...providerRef, ...requester, storeName: 'main' } });
  const line = lines.split('\n').find((text) => text.includes('call answered')) ?? '{}';
  expect(JSON.parse(line)).toMatchObject({
    level: 'debug',
    method: '/provider.v1.SecretStoreProvider/GetSecret',
    code: 'OK',
    durationMs: expect.any(Number) as number,
    requester: { namespace: 'team-a', kind: 'ExternalSecret', name: 'db', uid: 'u' },
    store: { kind: 'Provider', name: 'main' },
    config: { kind: 'Probe', namespace: 'team-a', name: 'one' },
  });
  expect(lines).not.toContain(MARKER);
});

test('calls are counted by method and status', async () => {
  const text = await provider.registry.metrics();
  expect(text).toMatch(
    /grpc_server_requests_total\{method="\/provider\.v1\.SecretStoreProvider\/GetSecret",status="FailedPrecondition"\} [1-9]/,
  );
  expect(text).toMatch(
    /grpc_server_request_duration_seconds_bucket\{le="0\.01",method="\/provider\.v1\.SecretStoreProvider\/GetSecret"\} [1-9]/,
  );
  expect(text).toMatch(/grpc_server_active_connections 1/);
});
