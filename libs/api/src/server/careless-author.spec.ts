import { Code, ConnectError } from '@connectrpc/connect';
import { createLogger } from '@eso/runtime';
import { eventually, LAB_SERVER_NAME, TlsLab } from '@eso/testing';
import { fromConnectError } from '../contract/error-wire.ts';
import { ProviderError } from '../contract/provider-error.ts';
import { startTestProvider, type TestProvider } from '../testing/index.ts';
import type { Backend } from './backend.ts';
import { defineKind } from './define-kind.ts';
import type { OpenContext } from './open-context.ts';

const apiVersion = 'provider.external-secrets.io/v2alpha1';
const MARKER = 'hunter2-marker';

let lab: TlsLab;
let provider: TestProvider;
/** What `open` does; each test sets it. Tenant b's config object always opens a backend that works. */
let open: (context: OpenContext<object>) => unknown;
let lines = '';

const value = (text: string): Backend => ({ getSecret: () => Promise.resolve(Buffer.from(text)) });
const kind = defineKind<object>({
  apiVersion,
  kind: 'Probe',
  plural: 'probes',
  features: ['get'],
  metricName: 'Probe',
  open: (context) => (context.source.namespace === 'team-b' ? value('b') : open(context)) as Backend,
});

beforeAll(async () => {
  lab = await TlsLab.create();
  provider = await startTestProvider({
    definition: { name: 'probe', kinds: [kind] },
    tls: {
      serverDir: await lab.directory(await lab.server()),
      clientDir: await lab.directory(await lab.client()),
      serverName: LAB_SERVER_NAME,
    },
    limits: { deadlineMs: 400 },
    logger: createLogger({ name: 'test', level: 'debug', destination: { write: (line) => (lines += line) } }),
  });
});
beforeEach(() => {
  lines = '';
});
afterEach(async () => {
  // Whatever tenant a's backend did, tenant b is served.
  expect(await get('team-b', 'one')).toBe('b');
});
afterAll(async () => {
  await provider.stop();
  await lab.remove();
});

/** A new config object, so that its backend is opened as the test says. */
function config(namespace: string, name: string): void {
  provider.objects.apply({ apiVersion, kind: 'Probe', metadata: { namespace, name }, spec: {} });
}

async function get(namespace: string, name: string, storeName = name): Promise<string> {
  const providerRef = { apiVersion, kind: 'Probe', name, storeRefKind: 'Provider', storeName };
  if (namespace === 'team-b') config(namespace, name);
  provider.objects.apply({
    apiVersion: 'external-secrets.io/v1',
    kind: 'Provider',
    metadata: { namespace, name: storeName },
    spec: { address: 'a.b.svc:1', providerRef: { apiVersion, kind: 'Probe', name } },
  });
  const remoteRef = { key: 'k' };
  const { value } = await provider.client.store.getSecret({ providerRef, sourceNamespace: namespace, remoteRef });
  return Buffer.from(value).toString();
}

async function failure(call: Promise<unknown>): Promise<{ status: string; error: ProviderError }> {
  const thrown = await call.then(
    () => new ConnectError('answered'),
    (error: unknown) => ConnectError.from(error),
  );
  return { status: Code[thrown.code], error: fromConnectError(thrown) };
}

test('a close that rejects is a line in the log', async () => {
  config('team-a', 'closing');
  open = () => ({ ...value('a'), close: () => Promise.reject(new Error(MARKER)) });
  expect(await get('team-a', 'closing')).toBe('a');
  config('team-a', 'closing');
  await eventually(
    async () => {
      await provider.client.store.validate({
        providerRef: { apiVersion, kind: 'Probe', name: 'closing', storeRefKind: 'Provider' },
        sourceNamespace: 'team-a',
      });
      expect(lines).toContain('defect of the provider: close failed (replaced)');
    },
    { timeoutMs: 5_000 },
  );
  expect(lines).not.toContain(MARKER);
});

test('an open that hangs wedges nothing: the next call opens anew', async () => {
  config('team-a', 'hanging');
  open = () => new Promise(() => undefined);
  expect(await failure(get('team-a', 'hanging'))).toMatchObject({ status: 'DeadlineExceeded' });
  open = () => value('opened');
  expect(await get('team-a', 'hanging')).toBe('opened');
});

test.each<[string, unknown, string]>([
  ['text', MARKER, 'the provider returned text instead of bytes (getSecret)'],
  ['nothing', undefined, 'the provider returned nothing instead of bytes (getSecret)'],
])('a backend that returns %s is told apart from a value, without it', async (name, returned, text) => {
  config('team-a', name);
  open = () => ({ getSecret: () => returned });
  const { status, error } = await failure(get('team-a', name));
  expect([status, error.code, error.publicMessage]).toEqual(['Internal', 'INTERNAL', text]);
  expect(lines).not.toContain(MARKER);
});

test('what a kind cannot do is unsupported, by name', async () => {
  config('team-a', 'write-only');
  open = () => ({ pushSecret: () => Promise.resolve() });
  const { status, error } = await failure(get('team-a', 'write-only'));
  expect([status, error.code]).toEqual(['Unimplemented', 'UNSUPPORTED']);
  expect(error.publicMessage).toContain('GetSecret');
});

test('three stores of one config object are one backend and one login [V1.14.2]', async () => {
  config('team-a', 'shared');
  const seen = { opened: 0, logins: 0, stores: [] as (string | undefined)[] };
  open = ({ session }) => {
    seen.opened += 1;
    const login = session('login', { login: () => Promise.resolve({ value: `token-${++seen.logins}` }) });
    return {
      getSecret: (_ref, call) => {
        seen.stores.push(call.store.name);
        return login.use((token) => Promise.resolve(Buffer.from(token)), call.signal);
      },
    } satisfies Backend;
  };
  const values = ['one', 'two', 'three'].map((store) => get('team-a', 'shared', store));
  expect(await Promise.all(values)).toEqual(['token-1', 'token-1', 'token-1']);
  expect(seen).toEqual({ opened: 1, logins: 1, stores: expect.arrayContaining(['one', 'two', 'three']) as string[] });
});

test.each<[string, (context: OpenContext<object>, login: () => Promise<{ value: string }>) => unknown]>([
  [
    'in a session',
    ({ session }, login) => {
      const shared = session('login', { login });
      return {
        getSecret: (_ref, call) => shared.use(() => Promise.resolve(Buffer.from('a')), call.signal),
      } satisfies Backend;
    },
  ],
  ['in open', async (_context, login) => value((await login()).value)],
])('fifty calls with rejected credentials are one login, %s [V1.14.3]', async (name, backend) => {
  const object = name.replaceAll(' ', '-');
  config('team-a', object);
  let logins = 0;
  open = (context) =>
    backend(context, () => {
      logins += 1;
      return Promise.reject(new ProviderError('CREDENTIALS_REJECTED', 'wrong password'));
    });
  const outcomes = await Promise.all(Array.from({ length: 50 }, () => failure(get('team-a', object))));
  expect(new Set(outcomes.map(({ error }) => error.publicMessage))).toEqual(new Set(['wrong password']));
  expect(logins).toBe(1);
});
