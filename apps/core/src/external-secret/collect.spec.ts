import { type ErrorCode, ProviderError } from '@eso/api/contract';
import type { ProviderClient } from '@eso/client';
import type { Source } from '@eso/sync';
import { Collector } from './collect.ts';
import type { Call } from './gather.ts';

const store = { kind: 'Provider', name: 's', field: 'spec.secretStoreRef' } as const;
const value = (key: string, index = 0): Source => ({
  kind: 'data',
  field: `spec.data[${index}]`,
  index,
  store,
  secretKey: 'k',
  ref: { key },
});

const call = (source: Source, changes: Partial<Call['providerRef']> = {}): Call => ({
  source,
  endpoint: { id: 'ns/p:8080', serverName: 'p.ns.svc', addresses: [] },
  sourceNamespace: 'team',
  store: { uid: 'uid', generation: 1 },
  providerRef: {
    apiVersion: 'g/v1',
    kind: 'Fake',
    name: 'c',
    namespace: 'team',
    storeRefKind: 'Provider',
    storeName: 's',
    storeUid: 'uid',
    storeGeneration: 1n,
    ...changes,
  },
});

/** Answers with the key asked for, when told to. */
function provider() {
  const asked: string[] = [];
  const traceIds: string[] = [];
  const answers: (() => void)[] = [];
  const client = {
    getSecret: ({ remoteRef, providerRef }: { remoteRef: { key: string }; providerRef: { traceId: string } }) =>
      new Promise<Uint8Array>((resolve, reject) => {
        asked.push(remoteRef.key);
        traceIds.push(providerRef.traceId);
        answers.push(() =>
          remoteRef.key === 'absent'
            ? reject(new ProviderError('SECRET_NOT_FOUND', 'secret absent does not exist'))
            : resolve(Buffer.from(remoteRef.key)),
        );
      }),
  } as unknown as ProviderClient;
  const collector = new Collector({ client: () => client, lifetime: new AbortController().signal });
  return { collector, asked, traceIds, answer: () => answers.splice(0).forEach((one) => one()) };
}

test('equal calls under way share one answer; later ones ask again [1.11.8]', async () => {
  const { collector, asked, answer } = provider();
  const both = Promise.all([collector.collect([call(value('a'))]), collector.collect([call(value('a', 3))])]);
  expect(asked).toEqual(['a']);
  answer();
  const [first, second] = await both;
  expect(first).toMatchObject([{ kind: 'data', answer: { value: Buffer.from('a') } }]);
  expect(second).toMatchObject([{ answer: { source: { field: 'spec.data[3]' }, value: Buffer.from('a') } }]);
  void collector.collect([call(value('a'))]);
  expect(asked).toEqual(['a', 'a']);
});

test('calls of one sync have one trace id, which no other sync has', () => {
  const { collector, traceIds } = provider();
  void collector.collect([call(value('a')), call(value('b', 1))]);
  void collector.collect([call(value('c'))]);
  const [first, second, third] = traceIds;
  expect(first).toMatch(/^[0-9a-f]{32}$/);
  expect(second).toBe(first);
  expect(third).toMatch(/^[0-9a-f]{32}$/);
  expect(third).not.toBe(first);
});

test.each<[string, Partial<Call['providerRef']>]>([
  ['another store', { storeUid: 'other' }],
  ['the store after a change', { storeGeneration: 2n }],
  ['another namespace', { namespace: 'other' }],
  ["another requester's credentials", { authNamespace: 'other' }],
])('never shares with %s', (_case, changes) => {
  const { collector, asked } = provider();
  void collector.collect([call(value('a'))]);
  void collector.collect([call(value('a'), changes)]);
  expect(asked).toHaveLength(2);
});

test('each source has its own outcome, and what is absent is no failure of the call', async () => {
  const { collector, answer } = provider();
  const collecting = collector.collect([call(value('good', 0)), call(value('absent', 1))]);
  answer();
  expect(await collecting).toMatchObject([
    { kind: 'data', answer: { value: Buffer.from('good') } },
    { kind: 'absent', problem: { code: 'SECRET_NOT_FOUND', field: 'spec.data[1].remoteRef.key' } },
  ]);
});

test('an answer that fails is shared like one that does not, and asked for anew afterwards', async () => {
  const { collector, asked, answer } = provider();
  const both = Promise.all([collector.collect([call(value('absent'))]), collector.collect([call(value('absent'))])]);
  answer();
  expect((await both).flat().map(({ kind }) => kind)).toEqual(['absent', 'absent']);
  void collector.collect([call(value('absent'))]);
  expect(asked).toEqual(['absent', 'absent']);
});

test.each<[ErrorCode, boolean]>([
  ['PROVIDER_UNREACHABLE', true],
  ['TLS_EXPIRED', true],
  ['TIMEOUT', true],
  ['CONFIG_NOT_FOUND', true],
  ['CREDENTIALS_REJECTED', true],
  ['PROPERTY_NOT_FOUND', false],
  ['ACCESS_DENIED', false],
  ['LIMIT_EXCEEDED', false],
  ['BACKEND_THROTTLED', false],
  ['ANSWER_BROKEN', false],
  ['RESPONSE_TOO_LARGE', false],
])('%s has the store validated again: %p', async (code, concernsStore) => {
  const client = { getSecret: () => Promise.reject(new ProviderError(code, 'x')) } as unknown as ProviderClient;
  const collector = new Collector({ client: () => client, lifetime: new AbortController().signal });
  expect(await collector.collect([call(value('a'))])).toMatchObject([
    { kind: 'failed', concernsStore, problem: { code } },
  ]);
});

test('what a provider has to know of a source is told to it, with defaults written out [1.2.26] [1.2.27] [1.2.32]', async () => {
  const asked: unknown[] = [];
  const answer = (value: unknown) => (request: unknown) => {
    asked.push(request);
    return Promise.resolve(value);
  };
  const client = {
    getSecret: answer(Buffer.from('v')),
    getSecretMap: answer(new Map()),
    getAllSecrets: answer(new Map()),
  } as unknown as ProviderClient;
  const collector = new Collector({ client: () => client, lifetime: new AbortController().signal });
  const common = { index: 0, store, field: 'spec.dataFrom[0]', rewrite: [] };
  const said = { key: 'k', property: 'p', version: '2', metadataPolicy: 'Fetch', decodingStrategy: 'Auto' } as const;
  const wanted = {
    path: 'team/',
    name: { regexp: '^a' },
    tags: { env: 'prod' },
    conversionStrategy: 'Unicode',
  } as const;
  await collector.collect(
    [
      { ...value('k'), ref: said } as Source,
      value('k'),
      { ...common, kind: 'extract', ref: { ...said, metadataPolicy: 'None' } } as Source,
      { ...common, kind: 'find', find: wanted } as Source,
      { ...common, kind: 'find', find: {} } as Source,
    ].map((source) => call(source)),
  );
  expect(asked).toMatchObject([
    { remoteRef: said },
    { remoteRef: { key: 'k', property: '', version: '', metadataPolicy: 'None', decodingStrategy: 'None' } },
    { remoteRef: { ...said, metadataPolicy: 'None' } },
    { find: { ...wanted, decodingStrategy: 'None' } },
    { find: { path: '', tags: {}, conversionStrategy: 'Default', decodingStrategy: 'None' } },
  ]);
});
