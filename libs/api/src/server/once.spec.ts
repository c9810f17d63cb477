/** `CallContext.once` over the wire: one sync reads once, writes clear it. */
import { LAB_SERVER_NAME, TlsLab } from '@eso/testing';
import { startTestProvider, type TestProvider } from '../testing/index.ts';
import { defineKind } from './define-kind.ts';

const apiVersion = 'provider.external-secrets.io/v2alpha1';
const secrets = new Map([['k', 'first']]);
let lab: TlsLab;
let provider: TestProvider;
let reads: string[];

const kind = defineKind({
  apiVersion,
  kind: 'Cloud',
  plural: 'clouds',
  features: ['get', 'push', 'delete', 'exists'],
  metricName: 'Cloud',
  open: () => {
    const read = (key: string) => {
      reads.push(key);
      return Promise.resolve(Buffer.from(secrets.get(key) ?? ''));
    };
    return {
      getSecret: ({ key }, { once }) => once(key, () => read(key)),
      pushSecret: ({ remoteKey }) => Promise.resolve(void secrets.set(remoteKey, 'second')),
      deleteSecret: ({ remoteKey }) => Promise.resolve(void secrets.delete(remoteKey)),
      secretExists: ({ remoteKey }) => Promise.resolve(secrets.has(remoteKey)),
    };
  },
});

beforeAll(async () => {
  lab = await TlsLab.create();
  provider = await startTestProvider({
    definition: { name: 'cloud', kinds: [kind] },
    tls: {
      serverDir: await lab.directory(await lab.server()),
      clientDir: await lab.directory(await lab.client()),
      serverName: LAB_SERVER_NAME,
    },
    objects: ['team-a', 'team-b'].map((namespace) => ({
      apiVersion,
      kind: 'Cloud',
      metadata: { namespace, name: 'config' },
      spec: {},
    })),
  });
});
beforeEach(() => {
  reads = [];
  secrets.set('k', 'first');
});
afterAll(async () => {
  await provider.stop();
  await lab.remove();
});

const ref = (traceId?: string) => ({ apiVersion, kind: 'Cloud', name: 'config', ...(traceId && { traceId }) });
const trace = (digit: string) => digit.repeat(32);

async function get(traceId?: string, sourceNamespace = 'team-a'): Promise<string> {
  const { value } = await provider.client.store.getSecret({
    providerRef: ref(traceId),
    sourceNamespace,
    remoteRef: { key: 'k' },
  });
  return Buffer.from(value).toString();
}

test('two reads of one sync are one, those of two syncs are two [V1.14.1]', async () => {
  await get(trace('1'));
  await get(trace('1'));
  expect(reads).toEqual(['k']);
  await get(trace('2'));
  await get(trace('1'), 'team-b');
  expect(reads).toHaveLength(3);
});

test.each([
  ['no name', undefined],
  ['a name of another form', 'x'.repeat(10_000)],
])('a sync with %s keeps nothing', async (_what, traceId) => {
  await get(traceId);
  await get(traceId);
  expect(reads).toHaveLength(2);
});

test('a push and a deletion are seen by the same sync', async () => {
  expect(await get(trace('3'))).toBe('first');
  await provider.client.store.pushSecret({
    providerRef: ref(trace('3')),
    sourceNamespace: 'team-a',
    pushSecretData: { remoteKey: 'k', secretKey: 's' },
    secretData: { s: Buffer.from('second') },
  });
  expect(await get(trace('3'))).toBe('second');
  await provider.client.store.deleteSecret({
    providerRef: ref(trace('3')),
    sourceNamespace: 'team-a',
    remoteRef: { remoteKey: 'k' },
  });
  expect(await get(trace('3'))).toBe('');
});
