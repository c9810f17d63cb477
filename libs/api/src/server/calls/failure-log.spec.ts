/** What the log of a provider says of failed calls: one line for each, with what an operator of the backend can find it by. */
import { createLogger } from '@eso/runtime';
import { LAB_SERVER_NAME, TlsLab } from '@eso/testing';
import { ProviderError } from '../../contract/provider-error.ts';
import { startTestProvider, type TestProvider } from '../../testing/index.ts';
import type { Backend } from '../backend.ts';
import { defineKind } from '../define-kind.ts';

const apiVersion = 'provider.external-secrets.io/v2alpha1';
const MARKER = 'hunter2-marker';
type Line = Readonly<Record<string, unknown>> & { readonly msg: string };

let lab: TlsLab;
let provider: TestProvider;
let backend: Backend;
let lines: Line[] = [];

const kind = defineKind({
  apiVersion,
  kind: 'Probe',
  plural: 'probes',
  features: ['get', 'map', 'findByName', 'push', 'delete', 'exists', 'batch'],
  metricName: 'Probe',
  open: () => {
    const methods = [
      'getSecret',
      'getSecretMap',
      'getAllSecrets',
      'pushSecret',
      'deleteSecret',
      'secretExists',
    ] as const;
    const answers = Object.fromEntries(
      [...methods, 'batchGet', 'validate'].map((name) => [
        name,
        (...parameters: unknown[]) =>
          (backend as Record<string, (...given: unknown[]) => unknown>)[name]!(...parameters),
      ]),
    );
    return answers;
  },
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
    objects: [{ apiVersion, kind: 'Probe', metadata: { namespace: 'team-a', name: 'one' }, spec: {} }],
    logger: createLogger({
      name: 'test',
      level: 'info',
      destination: { write: (line) => void lines.push(JSON.parse(line) as Line) },
    }),
  });
});
beforeEach(() => {
  lines = [];
});
afterAll(async () => {
  await provider.stop();
  await lab.remove();
});

const answer = { code: 'AccessDeniedException', requestId: 'request-7f3c' };
const denied = (): ProviderError =>
  new ProviderError('ACCESS_DENIED', 'may not read secret db', {
    field: 'remoteRef.key',
    backend: answer,
    cause: Object.assign(new Error(MARKER), { code: 'E_DENIED' }),
  });
const fails =
  (error: Error): (() => Promise<never>) =>
  () =>
    Promise.reject(error);
const target = {
  providerRef: { apiVersion, kind: 'Probe', name: 'one', storeRefKind: 'Provider', traceId: '1'.repeat(32) },
  sourceNamespace: 'team-a',
};
const remoteRef = { key: 'db' };
const pushed = { remoteKey: 'db', secretKey: 'k', metadata: Buffer.from(JSON.stringify({ x: MARKER })) };
type Call =
  'getSecret' | 'getSecretMap' | 'getAllSecrets' | 'pushSecret' | 'deleteSecret' | 'secretExists' | 'validate';
const CALLS: Readonly<Record<Call, () => Promise<unknown>>> = {
  getSecret: () => provider.client.store.getSecret({ ...target, remoteRef }),
  getSecretMap: () => provider.client.store.getSecretMap({ ...target, remoteRef }),
  getAllSecrets: () => provider.client.store.getAllSecrets({ ...target, find: { tags: { a: 'b' } } }),
  pushSecret: () =>
    provider.client.store.pushSecret({ ...target, pushSecretData: pushed, secretData: { k: Buffer.from(MARKER) } }),
  deleteSecret: () => provider.client.store.deleteSecret({ ...target, remoteRef: { remoteKey: 'db' } }),
  secretExists: () => provider.client.store.secretExists({ ...target, remoteRef: { remoteKey: 'db' } }),
  validate: () => provider.client.store.validate(target),
};

test.each(Object.keys(CALLS) as Call[])('a failed %s is one line, with what the backend answered', async (call) => {
  backend = { [call]: fails(denied()) };
  await expect(CALLS[call]()).rejects.toThrow('may not read secret db');
  expect(lines).toEqual([
    expect.objectContaining({
      msg: 'call failed: may not read secret db',
      method: expect.stringMatching(new RegExp(`/${call}$`, 'i')) as string,
      code: 'ACCESS_DENIED',
      field: 'remoteRef.key',
      backend: answer,
      requester: { namespace: 'team-a' },
      config: { kind: 'Probe', namespace: 'team-a', name: 'one' },
      traceId: '1'.repeat(32),
      failure: expect.objectContaining({ code: 'E_DENIED' }) as object,
    }),
  ]);
  expect(JSON.stringify(lines)).not.toContain(MARKER);
});

test('what the backend answered is said by the failure that it was made of, too', async () => {
  const wrapped = new ProviderError('PROPERTY_NOT_FOUND', 'no tags', { cause: denied() });
  backend = { getSecret: fails(wrapped) };
  await expect(CALLS.getSecret()).rejects.toThrow('no tags');
  expect(lines).toEqual([expect.objectContaining({ code: 'PROPERTY_NOT_FOUND', backend: answer })]);
});

test.each<[string, Backend]>([
  ['throws', { getSecret: fails(new TypeError(MARKER)) }],
  ['returns', { getSecret: () => Promise.resolve(MARKER as unknown as Uint8Array) }],
])('a defect that %s is one line as well, and says for whom', async (_what, defective) => {
  backend = defective;
  await expect(CALLS.getSecret()).rejects.toThrow();
  expect(lines).toEqual([
    expect.objectContaining({
      msg: expect.stringContaining('defect of the provider: getSecret') as string,
      requester: { namespace: 'team-a' },
    }),
  ]);
  expect(JSON.stringify(lines)).not.toContain(MARKER);
});

test('references that fail within a batch are one line for each answer of the backend', async () => {
  const throttled = new ProviderError('BACKEND_THROTTLED', 'too often', {
    backend: { code: 'Throttling', requestId: 'r-2' },
  });
  const outcomes = [{ error: denied() }, { value: Buffer.from(MARKER) }, { error: throttled }, { error: denied() }];
  backend = { batchGet: () => Promise.resolve(outcomes) };
  await provider.client.extension.batchGet({ ...target, remoteRefs: outcomes.map(() => remoteRef) });
  expect(lines).toEqual([
    expect.objectContaining({
      msg: '2 references failed, one of them: may not read secret db',
      code: 'ACCESS_DENIED',
      backend: answer,
      refs: 2,
      requester: { namespace: 'team-a' },
    }),
    expect.objectContaining({ msg: 'reference failed: too often', code: 'BACKEND_THROTTLED', refs: 1 }),
  ]);
  expect(JSON.stringify(lines)).not.toContain(MARKER);
});

test('a store that is not valid has a line, although the call is answered', async () => {
  backend = { validate: () => Promise.resolve({ kind: 'invalid', message: 'no such vault' }) };
  await CALLS.validate();
  expect(lines).toEqual([
    expect.objectContaining({ msg: 'store is not valid: no such vault', requester: { namespace: 'team-a' } }),
  ]);
});

test('what succeeds has none', async () => {
  backend = { getSecret: () => Promise.resolve(Buffer.from(MARKER)) };
  await CALLS.getSecret();
  expect(lines).toEqual([]);
});
