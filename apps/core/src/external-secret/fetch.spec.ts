import { type ErrorCode, type ProviderClient, ProviderError } from '@eso/api/client';
import type { Source } from '@eso/sync';
import { FetchError, Fetcher } from './fetch.ts';
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
  const answers: (() => void)[] = [];
  const client = {
    getSecret: ({ remoteRef }: { remoteRef: { key: string } }) =>
      new Promise<Uint8Array>((resolve, reject) => {
        asked.push(remoteRef.key);
        answers.push(() =>
          remoteRef.key === 'absent'
            ? reject(new ProviderError('SECRET_NOT_FOUND', 'secret absent does not exist'))
            : resolve(Buffer.from(remoteRef.key)),
        );
      }),
  } as unknown as ProviderClient;
  const fetcher = new Fetcher({ client: () => client, lifetime: new AbortController().signal });
  return { fetcher, asked, answer: () => answers.splice(0).forEach((one) => one()) };
}

test('equal calls under way share one answer; later ones ask again', async () => {
  const { fetcher, asked, answer } = provider();
  const both = Promise.all([fetcher.fetchAll([call(value('a'))]), fetcher.fetchAll([call(value('a', 3))])]);
  expect(asked).toEqual(['a']);
  answer();
  const [first, second] = await both;
  expect(first[0]).toMatchObject({ value: Buffer.from('a') });
  expect(second[0]).toMatchObject({ source: { field: 'spec.data[3]' }, value: Buffer.from('a') });
  void fetcher.fetchAll([call(value('a'))]);
  expect(asked).toEqual(['a', 'a']);
});

test.each<[string, Partial<Call['providerRef']>]>([
  ['another store', { storeUid: 'other' }],
  ['the store after a change', { storeGeneration: 2n }],
  ['another namespace', { namespace: 'other' }],
  ["another requester's credentials", { authNamespace: 'other' }],
])('never shares with %s', (_case, changes) => {
  const { fetcher, asked } = provider();
  void fetcher.fetchAll([call(value('a'))]);
  void fetcher.fetchAll([call(value('a'), changes)]);
  expect(asked).toHaveLength(2);
});

test('of several failures the first source is named, with the field to change', async () => {
  const { fetcher, answer } = provider();
  const fetching = fetcher.fetchAll([call(value('good', 0)), call(value('absent', 1)), call(value('absent', 2))]);
  answer();
  const error = await fetching.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(FetchError);
  expect((error as FetchError).problem).toMatchObject({
    code: 'SECRET_NOT_FOUND',
    field: 'spec.data[1].remoteRef.key',
  });
  expect((error as FetchError).concernsStore).toBe(false);
});

test.each<[ErrorCode, boolean]>([
  ['PROVIDER_UNREACHABLE', true],
  ['TLS_EXPIRED', true],
  ['TIMEOUT', true],
  ['CONFIG_NOT_FOUND', true],
  ['CREDENTIALS_REJECTED', true],
  ['SECRET_NOT_FOUND', false],
  ['PROPERTY_NOT_FOUND', false],
  ['ACCESS_DENIED', false],
  ['LIMIT_EXCEEDED', false],
  ['BACKEND_THROTTLED', false],
])('%s puts the store in doubt: %p', (code, expected) => {
  expect(new FetchError(call(value('a')), new ProviderError(code, 'x')).concernsStore).toBe(expected);
});
