import { createLogger, createRegistry, ManualClock } from '@eso/runtime';
import { ProviderError } from '../../contract/provider-error.ts';
import { AuthorFaults } from './author-faults.ts';
import { BackendMetrics } from './backend-metrics.ts';
import type { LoginResult, LoginSessionOptions } from './login-session-options.ts';
import { SessionScope } from './session-scope.ts';

const never = new AbortController().signal;
const rejected = (): ProviderError => new ProviderError('CREDENTIALS_REJECTED', 'wrong password');

/** A backend that knows one password at a time, and what was done to it. */
function setup(maxSessions = 16) {
  const clock = new ManualClock();
  const registry = createRegistry({ processMetrics: false });
  const lifetime = new AbortController();
  const backend = new AbortController();
  const credentials = { password: 'old', version: 1, reads: 0, invalidated: 0 };
  const seen = { logins: 0, revoked: [] as string[], valid: 'old', lifeMs: undefined as number | undefined };
  const lines: string[] = [];
  const scope = new SessionScope({
    clock,
    logger: createLogger({ name: 'test', level: 'info', destination: { write: (line) => void lines.push(line) } }),
    faults: new AuthorFaults(registry),
    metrics: new BackendMetrics(registry, () => ({ open: 0, closing: 0, hung: 0 })),
    credentials: { invalidate: () => void (credentials.invalidated += 1) },
    revision: () => {
      credentials.reads += 1;
      return Promise.resolve(String(credentials.version));
    },
    lifetime: lifetime.signal,
    maxSessions,
  });
  const options: LoginSessionOptions<string> = {
    login: () => {
      seen.logins += 1;
      if (credentials.password !== seen.valid) return Promise.reject(rejected());
      return Promise.resolve({
        value: `token-${seen.logins}`,
        ...(seen.lifeMs === undefined ? {} : { expiresAtMs: clock.now() + seen.lifeMs }),
      });
    },
    revoke: (value) => {
      seen.revoked.push(value);
      return Promise.resolve();
    },
  };
  const open = (key = 'login', changes: Partial<LoginSessionOptions<string>> = {}) =>
    scope.open(key, { ...options, ...changes }, backend.signal);
  const metric = async (line: string) => (await registry.metrics()).split('\n').filter((text) => text.includes(line));
  return { clock, credentials, seen, scope, open, lifetime, backend, metric, lines };
}

const token = (value: string): Promise<string> => Promise.resolve(value);

describe('a login', () => {
  test('is made when it is first needed, once for all', async () => {
    const { open, seen } = setup();
    const session = open();
    expect(seen.logins).toBe(0);
    const used = await Promise.all(Array.from({ length: 50 }, () => session.use(token, never)));
    expect(new Set([...used, await open().use(token, never)])).toEqual(new Set(['token-1']));
  });

  test('that is rejected is one login for fifty calls, at once or one after the other', async () => {
    const { open, seen, metric } = setup();
    seen.valid = 'new';
    const calls = (): Promise<PromiseSettledResult<string>[]> =>
      Promise.allSettled(Array.from({ length: 50 }, () => open().use(token, never)));
    const outcomes = await calls();
    for (let i = 0; i < 50; i++) outcomes.push(...(await Promise.allSettled([open().use(token, never)])));
    expect(seen.logins).toBe(1);
    for (const outcome of outcomes)
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'CREDENTIALS_REJECTED' } });
    expect(await metric('eso_provider_logins_total{result="rejected"} 1')).toHaveLength(1);
  });

  test('that was rejected is tried again after 1 s, then 2 s, and so on up to 1 min', async () => {
    const { clock, open, seen } = setup();
    seen.valid = 'new';
    const waits: number[] = [];
    let last = 0;
    for (let now = 0; now <= 400_000; now += 500) {
      const before = seen.logins;
      await open()
        .use(token, never)
        .catch(() => undefined);
      if (seen.logins > before && now > 0) waits.push(now - last);
      if (seen.logins > before) last = now;
      await clock.advance(500);
    }
    expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000, 60_000, 60_000]);
  });

  test('is tried again at once when the credentials have changed, with credentials that are read anew', async () => {
    const { clock, credentials, open, seen } = setup();
    seen.valid = 'new';
    await expect(open().use(token, never)).rejects.toMatchObject({ code: 'CREDENTIALS_REJECTED' });
    await clock.advance(600);
    await expect(open().use(token, never)).rejects.toMatchObject({ code: 'CREDENTIALS_REJECTED' });
    expect(seen.logins).toBe(1);
    credentials.password = 'new';
    credentials.version += 1;
    // The revision is asked for at most every half second.
    await clock.advance(399);
    await expect(open().use(token, never)).rejects.toMatchObject({ code: 'CREDENTIALS_REJECTED' });
    await clock.advance(101);
    expect(await open().use(token, never)).toBe('token-2');
  });

  test('whose revision cannot be read stays rejected for its time', async () => {
    const { clock, credentials, open, seen } = setup();
    seen.valid = 'new';
    Object.defineProperty(credentials, 'version', {
      get: () => {
        throw new Error('the API server is away');
      },
    });
    await expect(open().use(token, never)).rejects.toMatchObject({ code: 'CREDENTIALS_REJECTED' });
    await clock.advance(999);
    await expect(open().use(token, never)).rejects.toMatchObject({ code: 'CREDENTIALS_REJECTED' });
    expect(seen.logins).toBe(1);
    await clock.advance(1);
    seen.valid = 'old';
    expect(await open().use(token, never)).toBe('token-2');
  });

  test('that failed for another reason is not remembered', async () => {
    const { open } = setup();
    let attempts = 0;
    const session = open('login', {
      login: () => {
        attempts += 1;
        return attempts === 1
          ? Promise.reject(new ProviderError('BACKEND_UNAVAILABLE', 'away'))
          : Promise.resolve({ value: 'token' });
      },
    });
    await expect(session.use(token, never)).rejects.toMatchObject({ code: 'BACKEND_UNAVAILABLE' });
    expect(await session.use(token, never)).toBe('token');
  });

  test('is made anew early, while the old one serves on, which is revoked after its last user', async () => {
    const { clock, open, seen } = setup();
    seen.lifeMs = 100_000;
    const session = open();
    const longUse = Promise.withResolvers<string>();
    const long = session.use(() => longUse.promise, never);
    await clock.advance(79_999);
    expect(await session.use(token, never)).toBe('token-1');
    await clock.advance(1);
    expect(await session.use(token, never)).toBe('token-1');
    await clock.advance(0);
    expect(await session.use(token, never)).toBe('token-2');
    expect([seen.logins, seen.revoked]).toEqual([2, []]);
    longUse.resolve('done');
    await long;
    await clock.advance(0);
    expect(seen.revoked).toEqual(['token-1']);
  });

  test('that cannot be made anew is used until it nears its end, and asked for every 10 s only', async () => {
    const { clock, open, seen, lines } = setup();
    seen.lifeMs = 100_000;
    const session = open();
    await session.use(token, never);
    await clock.advance(80_000);
    seen.valid = 'other';
    for (let i = 0; i < 14; i++) {
      expect(await session.use(token, never)).toBe('token-1');
      await clock.advance(1_000);
    }
    expect(seen.logins).toBe(3);
    // No call fails, so that nothing else would tell.
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(
      [1, 2].map(
        (): object =>
          expect.objectContaining({
            level: 'warn',
            code: 'CREDENTIALS_REJECTED',
            msg: 'login not made anew, the old one serves on: wrong password',
          }) as object,
      ),
    );
    await clock.advance(1_000);
    await expect(session.use(token, never)).rejects.toMatchObject({ code: 'CREDENTIALS_REJECTED' });
  });

  test('that a backend with another clock says is over is used for a second all the same', async () => {
    const { clock, open, seen } = setup();
    seen.lifeMs = -5_000;
    for (let i = 0; i < 20; i++) await open().use(token, never);
    expect(seen.logins).toBe(1);
    await clock.advance(1_000);
    await open().use(token, never);
    expect(seen.logins).toBe(2);
  });

  test('that hangs is given up after 30 s; what it yields too late is revoked', async () => {
    const { clock, open, seen } = setup();
    const late = Promise.withResolvers<LoginResult<string>>();
    const session = open('login', { login: () => late.promise });
    const outcome = session.use(token, never).catch((error: unknown) => error);
    await clock.advance(30_000);
    expect(await outcome).toMatchObject({ code: 'TIMEOUT' });
    late.resolve({ value: 'late' });
    await clock.advance(0);
    expect(seen.revoked).toEqual(['late']);
  });

  test('that all gave up on is aborted', async () => {
    const { open } = setup();
    let signal: AbortSignal | undefined;
    const session = open('login', {
      login: (context) => {
        signal = context.signal;
        return new Promise(() => undefined);
      },
    });
    const [one, two] = [new AbortController(), new AbortController()];
    const waits = [session.use(token, one.signal), session.use(token, two.signal)];
    one.abort(new Error('one'));
    await expect(waits[0]).rejects.toThrow('one');
    expect(signal?.aborted).toBe(false);
    two.abort(new Error('two'));
    await expect(waits[1]).rejects.toThrow('two');
    expect(signal?.aborted).toBe(true);
  });

  test.each<[string, () => unknown, string]>([
    ['throws at once', () => JSON.parse('{') as unknown, 'threw'],
    ['throws no error', () => Promise.reject(thrownByMistake()), 'threw'],
    ['says that a secret is absent', () => Promise.reject(new ProviderError('SECRET_NOT_FOUND', 'no')), 'code'],
    ['yields nothing', () => undefined, 'returned'],
    ['yields no value', () => Promise.resolve({ token: 'x' }), 'returned'],
    ['yields an end that is none', () => Promise.resolve({ value: 'x', expiresAtMs: NaN }), 'returned'],
  ])('that %s is a defect of the provider', async (_what, login, fault) => {
    const { open, metric } = setup();
    const session = open('login', { login: login as LoginSessionOptions<string>['login'] });
    await expect(session.use(token, never)).rejects.toMatchObject({ code: 'INTERNAL' });
    expect(await metric(`callback="login",fault="${fault}"} 1`)).toHaveLength(1);
  });
});

describe('a call that is rejected', () => {
  test('is made once more with a new login', async () => {
    const { open, seen, credentials } = setup();
    const session = open();
    await session.use(token, never);
    const run = (value: string): Promise<string> => (value === 'token-1' ? Promise.reject(rejected()) : token(value));
    const outcomes = await Promise.all(Array.from({ length: 50 }, () => session.use(run, never)));
    expect(new Set(outcomes)).toEqual(new Set(['token-2']));
    expect(seen.logins).toBe(2);
    expect(seen.revoked).toEqual(['token-1']);
    expect(credentials.invalidated).toBeGreaterThan(0);
  });

  test('again and again does not make logins', async () => {
    const { clock, open, seen } = setup();
    const session = open();
    const run = (): Promise<string> => Promise.reject(rejected());
    for (let i = 0; i < 50; i++)
      await expect(session.use(run, never)).rejects.toMatchObject({ code: 'CREDENTIALS_REJECTED' });
    expect(seen.logins).toBe(2);
    await clock.advance(1_000);
    for (let i = 0; i < 50; i++)
      await expect(session.use(run, never)).rejects.toMatchObject({ code: 'CREDENTIALS_REJECTED' });
    expect(seen.logins).toBe(3);
    // Others are served with that login.
    expect(await session.use(token, never)).toBe('token-3');
  });

  test('for another reason is passed on', async () => {
    const { open, seen } = setup();
    const run = (): Promise<string> => Promise.reject(new ProviderError('ACCESS_DENIED', 'no'));
    await expect(open().use(run, never)).rejects.toMatchObject({ code: 'ACCESS_DENIED' });
    expect([seen.logins, seen.revoked]).toEqual([1, []]);
  });
});

describe('the end', () => {
  test('revokes each login, after its last user, and waits for it', async () => {
    const { open, scope, seen } = setup();
    await open('a').use(token, never);
    const use = Promise.withResolvers<string>();
    const long = open('b').use(() => use.promise, never);
    await open('b').use(token, never);
    await scope.end();
    expect(seen.revoked).toEqual(['token-1']);
    use.resolve('done');
    await long;
    await scope.end();
    expect(seen.revoked).toEqual(['token-1', 'token-2']);
  });

  test.each<[string, LoginSessionOptions<string>['revoke'], string]>([
    ['throws at once', () => { throw new Error('no'); }, 'threw'], // prettier-ignore
    ['rejects', () => Promise.reject(new Error('no')), 'threw'],
    ['hangs', () => new Promise(() => undefined), 'hung'],
  ])('outlives a revocation that %s', async (_what, revoke, fault) => {
    const { clock, open, scope, metric } = setup();
    await open('a', { revoke: revoke! }).use(token, never);
    const ended = scope.end();
    await clock.advance(5_000);
    await ended;
    expect(await metric(`callback="revoke",fault="${fault}"} 1`)).toHaveLength(1);
  });

  test('of a backend leaves its sessions useless, while those of its successor go on with the same login', async () => {
    const { open, scope, backend, seen } = setup();
    const old = open();
    await old.use(token, never);
    const successor = scope.open('login', { login: () => Promise.resolve({ value: 'new' }) }, never);
    backend.abort();
    await expect(old.use(token, never)).rejects.toMatchObject({ code: 'BACKEND_UNAVAILABLE' });
    expect(await successor.use(token, never)).toBe('token-1');
    expect(seen.logins).toBe(1);
  });
});

test('sessions are bounded: the one that was idle longest makes room, and is refused when all are in use', async () => {
  const { open, scope, seen } = setup(3);
  for (const key of ['a', 'b', 'c', 'a']) await open(key).use(token, never);
  await open('d').use(token, never);
  expect([scope.logins, seen.revoked]).toEqual([3, ['token-2']]);
  const ends = ['a', 'c', 'd'].map((key) => {
    const { promise, resolve } = Promise.withResolvers<string>();
    void open(key).use(() => promise, never);
    return resolve;
  });
  await expect(open('e').use(token, never)).rejects.toMatchObject({ code: 'PROVIDER_BUSY' });
  for (const end of ends) end('done');
});

/** What a careless author throws. */
function thrownByMistake(): Error {
  return undefined as unknown as Error;
}
