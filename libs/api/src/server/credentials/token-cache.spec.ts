import { KubeError, type IssuedToken, type ObjectRef, type TokenOptions } from '@eso/kube';
import { ManualClock } from '@eso/runtime';
import { MemoryObjects } from '../../testing/memory-objects.ts';
import { CredentialCache } from './credential-cache.ts';

const field = 'spec.auth.serviceAccountRef';
const lifetime = new AbortController().signal;

/** Issues tokens that live as long as they are asked to, by a clock that tests move. */
class Issuer extends MemoryObjects {
  readonly requests: { account: ObjectRef; options: TokenOptions }[] = [];
  readonly #clock: ManualClock;
  answer: (() => Promise<IssuedToken>) | undefined;

  constructor(clock: ManualClock) {
    super();
    this.#clock = clock;
  }

  override createToken(account: ObjectRef, { signal, ...options }: TokenOptions = {}): Promise<IssuedToken> {
    signal?.throwIfAborted();
    this.requests.push({ account, options });
    const expiresAtMs = this.#clock.now() + (options.expirationSeconds ?? 3_600) * 1_000;
    return (
      this.answer?.() ??
      Promise.resolve({
        token: `token ${this.requests.length}`,
        expirationTimestamp: new Date(expiresAtMs).toISOString(),
      })
    );
  }
}

function setup() {
  const clock = new ManualClock();
  const issuer = new Issuer(clock);
  const cache = new CredentialCache({ kube: issuer, clock });
  const credentials = cache.reader({ kind: 'anyNamespace', namespace: 'team-a' }, lifetime);
  return { clock, issuer, cache, credentials };
}

test('audiences of the backend come first, then those of the selector, each once; ten minutes by default', async () => {
  const { issuer, credentials, clock } = setup();
  const selector = { name: 'app', namespace: 'team-b', audiences: ['extra', 'sts.amazonaws.com'] };
  const token = await credentials.serviceAccountToken(selector, { audiences: ['sts.amazonaws.com'] }, field);
  expect(token).toEqual({ token: 'token 1', expiresAtMs: clock.now() + 600_000 });
  expect(issuer.requests).toEqual([
    {
      account: { namespace: 'team-b', name: 'app' },
      options: { audiences: ['sts.amazonaws.com', 'extra'], expirationSeconds: 600 },
    },
  ]);
});

test('without any audience the API server chooses', async () => {
  const { issuer, credentials } = setup();
  await credentials.serviceAccountToken({ name: 'app', audiences: [] }, { expirationSeconds: 3_600 }, field);
  expect(issuer.requests[0]?.options).toEqual({ expirationSeconds: 3_600 });
});

test.each([
  [600, 480_000],
  [3_600, 3_480_000],
  // Kept no longer than an hour.
  [86_400, 3_600_000],
])('a token of %d s is kept for %d ms', async (expirationSeconds, keptMs) => {
  const { clock, credentials } = setup();
  const token = async () =>
    (await credentials.serviceAccountToken({ name: 'app' }, { expirationSeconds }, field)).token;
  await token();
  await clock.advance(keptMs - 1);
  expect(await token()).toBe('token 1');
  await clock.advance(2);
  expect(await token()).toBe('token 2');
});

test('a token whose life is over already is not kept', async () => {
  const { clock, issuer, credentials } = setup();
  issuer.answer = () => Promise.resolve({ token: 't', expirationTimestamp: new Date(clock.now()).toISOString() });
  for (let i = 0; i < 2; i++) await credentials.serviceAccountToken({ name: 'app' }, {}, field);
  expect(issuer.requests).toHaveLength(2);
});

test('one request for all who ask at once; others for other accounts, audiences and lives', async () => {
  const { issuer, credentials } = setup();
  const ask = (name: string, audiences: string[], expirationSeconds = 600) =>
    credentials.serviceAccountToken({ name }, { audiences, expirationSeconds }, field);
  await Promise.all([ask('a', ['x']), ask('a', ['x']), ask('b', ['x']), ask('a', ['y']), ask('a', ['x'], 900)]);
  expect(issuer.requests).toHaveLength(4);
});

test('invalidate forgets the tokens of this reader alone', async () => {
  const { cache, issuer, credentials } = setup();
  const other = cache.reader({ kind: 'ownNamespace', namespace: 'team-b' }, lifetime);
  const ask = () =>
    Promise.all([credentials, other].map((reader) => reader.serviceAccountToken({ name: 'app' }, {}, field)));
  await ask();
  credentials.invalidate();
  await ask();
  expect(issuer.requests.map(({ account }) => account.namespace)).toEqual(['team-a', 'team-b', 'team-a']);
});

test.each<[string, KubeError, string, string]>([
  [
    'a life or audience that the API server refuses',
    new KubeError('INVALID', 'refused', {
      causes: [{ field: 'spec.expirationSeconds', reason: 'x', message: 'may not be less than 10 minutes' }],
    }),
    'CONFIG_INVALID',
    'spec.expirationSeconds: may not be less than 10 minutes',
  ],
  ['a policy', new KubeError('ADMISSION_DENIED', 'hunter2'), 'CREDENTIALS_UNUSABLE', 'a policy of the cluster'],
])('%s is told apart', async (_what, error, code, text) => {
  const { issuer, credentials } = setup();
  issuer.answer = () => Promise.reject(error);
  await expect(credentials.serviceAccountToken({ name: 'app' }, {}, field)).rejects.toMatchObject({
    code,
    field,
    publicMessage: expect.stringContaining(text) as string,
  });
});

test.each([{}, { token: '', expirationTimestamp: '2030-01-01T00:00:00Z' }, { token: 't' }, undefined])(
  'an answer without a token (%j) is none',
  async (answer) => {
    const { issuer, credentials } = setup();
    issuer.answer = () => Promise.resolve(answer as IssuedToken);
    await expect(credentials.serviceAccountToken({ name: 'app' }, {}, field)).rejects.toMatchObject({
      code: 'BACKEND_UNAVAILABLE',
    });
  },
);
