/** What can go wrong with each kind of reference, and what is said of it. */
import { KubeError, type KubeErrorCode, type KubeObject, type ObjectRef, type ResourceType } from '@eso/kube';
import { ManualClock } from '@eso/runtime';
import { ProviderError } from '../../contract/provider-error.ts';
import type { KubeReader } from '../stores/kube-reader.ts';
import type { CredentialScope } from '../stores/namespace-rule.ts';
import { CredentialCache } from './credential-cache.ts';
import type { Credentials } from './credentials.ts';

const field = 'spec.auth.ref';
const MARKER = 'hunter2-marker';
const lifetime = new AbortController().signal;

type Answer = KubeErrorCode | 'hang' | 'hang for ever' | Record<string, unknown>;

/** An API server that gives one answer to everything. */
class OneAnswer implements KubeReader {
  asked: string[] = [];
  readonly #answer: Answer;

  constructor(answer: Answer) {
    this.#answer = answer;
  }

  isReachable(): boolean {
    return true;
  }

  get<T extends KubeObject>(type: ResourceType<T>, ref: ObjectRef, options?: { signal?: AbortSignal }): Promise<T> {
    this.asked.push(`${type.kind} ${String(ref.namespace)}/${ref.name}`);
    return this.#give(options?.signal) as Promise<T>;
  }

  createToken(ref: ObjectRef, options?: { signal?: AbortSignal }): Promise<never> {
    this.asked.push(`token ${String(ref.namespace)}/${ref.name}`);
    return this.#give(options?.signal) as Promise<never>;
  }

  #give(signal?: AbortSignal): Promise<unknown> {
    const answer = this.#answer;
    if (typeof answer === 'object')
      return Promise.resolve({
        apiVersion: 'v1',
        kind: 'x',
        metadata: { name: 'login', resourceVersion: '1' },
        ...answer,
      });
    if (answer === 'hang for ever') return new Promise(() => undefined);
    if (answer !== 'hang') return Promise.reject(new KubeError(answer, `${MARKER} of the API server`));
    return new Promise((_resolve, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    });
  }
}

type Kind = 'secretKey' | 'secret' | 'configMapKey' | 'caProvider' | 'serviceAccount' | 'serviceAccountToken';
const kinds: readonly Kind[] = [
  'secretKey',
  'secret',
  'configMapKey',
  'caProvider',
  'serviceAccount',
  'serviceAccountToken',
];
type Selector = { name?: string; key?: string; namespace?: string };

const follow: Record<Kind, (credentials: Credentials, selector: Selector) => Promise<unknown>> = {
  secretKey: (credentials, selector) => credentials.secretKey(selector, field),
  secret: (credentials, selector) => credentials.secret(selector, field),
  configMapKey: (credentials, selector) => credentials.configMapKey(selector, field),
  caProvider: (credentials, selector) =>
    credentials.certificateAuthority({ caProvider: { type: 'Secret', ...selector } }, field),
  serviceAccount: (credentials, selector) => credentials.serviceAccount(selector, field),
  serviceAccountToken: (credentials, selector) => credentials.serviceAccountToken(selector, {}, field),
};

async function outcome(
  kind: Kind,
  answer: Answer,
  {
    selector = {},
    scope = 'ownNamespace',
    holder,
  }: { selector?: Selector; scope?: CredentialScope['kind']; holder?: 'store' } = {},
) {
  const clock = new ManualClock();
  const kube = new OneAnswer(answer);
  const cache = new CredentialCache({ kube, clock });
  const credentials = cache.reader({ kind: scope, namespace: 'team-a', ...(holder && { holder }) }, lifetime);
  const result = follow[kind](credentials, { name: 'login', key: 'id', ...selector }).then(
    () => {
      throw new Error('it was read');
    },
    (error: unknown) => error,
  );
  // Longer than any read may take.
  if (typeof answer === 'string' && answer.startsWith('hang')) await clock.advance(10_000);
  const error = ProviderError.from(await result);
  const said = [error.publicMessage, error.nextStep, error.field].join(' | ');
  expect(said).not.toContain(MARKER);
  cache.close();
  return { code: error.code, said, retryable: error.retryable, asked: kube.asked };
}

const what: Record<Kind, string> = {
  secretKey: 'Secret team-a/login',
  secret: 'Secret team-a/login',
  configMapKey: 'ConfigMap team-a/login',
  caProvider: 'Secret team-a/login',
  serviceAccount: 'ServiceAccount team-a/login',
  serviceAccountToken: 'ServiceAccount team-a/login',
};

const right = (kind: Kind) => (['secretKey', 'secret', 'caProvider'].includes(kind) ? 'secrets' : 'another');

describe.each(kinds)('%s', (kind) => {
  const path = kind === 'caProvider' ? `${field}.caProvider` : field;

  test('an absent object is named [V1.4.4]', async () => {
    const { code, said } = await outcome(kind, 'NOT_FOUND');
    expect([code, said]).toEqual([
      'CREDENTIALS_UNUSABLE',
      `${what[kind]} does not exist | create ${what[kind]} or correct the reference | ${path}`,
    ]);
  });

  test('a missing right is named', async () => {
    const { code, said } = await outcome(kind, 'FORBIDDEN');
    expect(code).toBe('CREDENTIALS_UNUSABLE');
    const secrets =
      "grant the provider get on secrets in namespace team-a: add it to tenantNamespaces of the provider's chart";
    const right: Record<Kind, string> = {
      secretKey: secrets,
      secret: secrets,
      configMapKey: 'get on configmaps by a Role in namespace team-a',
      caProvider: secrets,
      serviceAccount: 'get on serviceaccounts in namespace team-a: add it to tokenNamespaces of',
      serviceAccountToken: 'create on serviceaccounts/token, for resourceNames [login], by a Role in namespace team-a',
    };
    expect(said).toContain(what[kind]);
    expect(said).toContain(right[kind]);
  });

  test('a right that a cluster-scoped store misses is given by another value of the chart', async () => {
    const { said } = await outcome(kind, 'FORBIDDEN', { scope: 'anyNamespace', selector: { namespace: 'vault' } });
    expect(said).toContain(`${what[kind].replace('team-a', 'vault')} |`);
    expect(said).toContain('in namespace vault');
    if (right(kind) === 'secrets') expect(said).toContain("add it to credentialNamespaces of the provider's chart");
  });

  test('the own namespace may be named [3.1.18]', async () => {
    const { code, asked } = await outcome(kind, 'NOT_FOUND', { selector: { namespace: 'team-a' }, holder: 'store' });
    expect([code, asked.length]).toEqual(['CREDENTIALS_UNUSABLE', 1]);
  });

  test('a store that names a foreign namespace is told of stores, and nothing is asked [3.1.18] [P2.6.6] [V1.4.2]', async () => {
    const { code, said, asked } = await outcome(kind, {}, { selector: { namespace: 'team-b' }, holder: 'store' });
    const referred = what[kind].split(' ')[0];
    expect([code, said, asked]).toEqual([
      'NAMESPACE_NOT_ALLOWED',
      `a SecretStore of namespace team-a may not use credentials of namespace team-b | refer to a ${referred} of its own namespace, or ask an administrator for a ClusterSecretStore | ${path}`,
      [],
    ]);
  });

  test.each<Answer>([
    'UNREACHABLE',
    'TIMEOUT',
    'SERVER_ERROR',
    'TOO_MANY_REQUESTS',
    'UNAUTHORIZED',
    'hang',
    'hang for ever',
  ])('an API server that answers %s is a passing problem', async (answer) => {
    const { code, said, retryable } = await outcome(kind, answer);
    expect([code, retryable]).toEqual(['BACKEND_UNAVAILABLE', true]);
    expect(said).toContain(what[kind]);
  });

  test.each<[CredentialScope['kind'], string | undefined]>([
    ['ownNamespace', 'team-b'],
    ['none', undefined],
    ['none', 'team-a'],
  ])('scope %s does not lead into namespace %p, and nothing is asked', async (scope, namespace) => {
    const { code, asked } = await outcome(kind, {}, { scope, ...(namespace && { selector: { namespace } }) });
    expect([code, asked]).toEqual(['NAMESPACE_NOT_ALLOWED', []]);
  });

  test.each<[string, Selector]>([
    ['no name', { name: '' }],
    ['a name with a slash', { name: '../x' }],
    ['a name with a line break', { name: 'a\nb' }],
    ['a name that is too long', { name: 'a'.repeat(254) }],
  ])('%s is refused, and nothing is asked', async (_what, selector) => {
    const { code, asked } = await outcome(kind, {}, { selector });
    expect([code, asked]).toEqual(['CREDENTIALS_UNUSABLE', []]);
  });

  test('a namespace that is none is refused, and nothing is asked', async () => {
    const { code, asked } = await outcome(kind, {}, { scope: 'anyNamespace', selector: { namespace: 'a/../b' } });
    expect([code, asked]).toEqual(['CREDENTIALS_UNUSABLE', []]);
  });
});

describe.each(kinds.filter((kind) => kind !== 'serviceAccountToken'))('%s', (kind) => {
  test('an object that is too large is not said to be away', async () => {
    const { code, said } = await outcome(kind, 'TOO_LARGE');
    expect(code).toBe('CREDENTIALS_UNUSABLE');
    expect(said).toContain(`${what[kind]} is larger than the provider reads`);
  });
});

describe.each<Kind>(['secretKey', 'configMapKey', 'caProvider'])('%s', (kind) => {
  test.each<[string, Record<string, unknown>]>([
    ['no data', {}],
    ['data that is null', { data: null }],
    ['another key', { data: { other: 'eA==' } }],
  ])('of an object with %s names the key [V1.4.5]', async (_what, answer) => {
    const { code, said } = await outcome(kind, answer);
    expect([code, said]).toEqual(['CREDENTIALS_UNUSABLE', expect.stringContaining(`${what[kind]} has no key id`)]);
  });

  test('without a key is refused', async () => {
    const { code, asked } = await outcome(kind, {}, { selector: { key: '' } });
    expect([code, asked]).toEqual(['CREDENTIALS_UNUSABLE', []]);
  });
});

test.each<[Kind, Record<string, unknown>]>([
  ['secretKey', { data: { id: `${MARKER}!` } }],
  ['secretKey', { data: { id: 'YQ' } }],
  ['secret', { data: { id: 'YQ=' } }],
  ['caProvider', { data: { id: 'Y Q==' } }],
  ['configMapKey', { binaryData: { id: '%%%' } }],
])('%s: what is not base64 is refused, not read as something else', async (kind, answer) => {
  const { code, said } = await outcome(kind, answer);
  expect([code, said]).toEqual(['CREDENTIALS_UNUSABLE', expect.stringContaining('key id of')]);
  expect(said).toContain('is not base64');
});

describe('while nobody asks', () => {
  const asked = async (kind: Kind, namespace?: string) => {
    const kube = new OneAnswer('NOT_FOUND');
    const credentials = new CredentialCache({ kube, clock: new ManualClock() }).reader(
      { kind: 'namedNamespace', namespace: '', holder: 'store' },
      lifetime,
    );
    const selector = { name: 'login', key: 'id', ...(namespace && { namespace }) };
    const error = ProviderError.from(await follow[kind](credentials, selector).catch((thrown: unknown) => thrown));
    return { code: error.code, asked: kube.asked, needsRequester: credentials.needsRequester };
  };

  test.each(kinds)('%s: what names its namespace is read, what names none is noted and not read', async (kind) => {
    expect(await asked(kind, 'vault')).toMatchObject({
      code: 'CREDENTIALS_UNUSABLE',
      asked: [expect.stringContaining('vault/login')],
      needsRequester: false,
    });
    const isStatic = kind === 'caProvider';
    expect(await asked(kind)).toEqual({
      code: isStatic ? 'CONFIG_INVALID' : 'CREDENTIALS_UNUSABLE',
      asked: [],
      needsRequester: !isStatic,
    });
  });

  test('the namespace that asks is not known, and that it was asked for is noted', () => {
    const credentials = new CredentialCache({ kube: new OneAnswer('hang'), clock: new ManualClock() }).reader(
      { kind: 'namedNamespace', namespace: '' },
      lifetime,
    );
    expect(() => credentials.namespace).toThrow('nobody asks');
    expect(credentials.needsRequester).toBe(true);
  });
});

test('a caller that is gone is not kept', async () => {
  const gone = new AbortController();
  const cache = new CredentialCache({ kube: new OneAnswer('hang'), clock: new ManualClock() });
  const credentials = cache.reader({ kind: 'ownNamespace', namespace: 'team-a' }, gone.signal);
  const reads = kinds.map((kind) => follow[kind](credentials, { name: 'login', key: 'id' }));
  gone.abort(new Error('gone'));
  for (const read of reads) await expect(read).rejects.toThrow('gone');
});
