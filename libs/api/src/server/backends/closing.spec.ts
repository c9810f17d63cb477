import type { Backend, CloseContext } from '../backend.ts';
import { poolLab } from './testing/pool-lab.ts';

const { signal } = new AbortController();
const secret = (name: string) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { namespace: 'a', name },
  data: { k: Buffer.from('password').toString('base64') },
});

test.each<[string, NonNullable<Backend['close']>, string]>([
  ['throws at once', () => raise(new Error('closed badly')), 'threw'],
  ['throws nothing', () => raise(undefined as unknown as Error), 'threw'],
  ['rejects', () => Promise.reject(new Error('closed badly')), 'threw'],
  ['hangs', () => new Promise(() => undefined), 'hung'],
])('a close that %s is logged and counted, and nothing else', async (_what, close, fault) => {
  const { clock, pool, seen, key, lines, faults } = poolLab({ backend: () => ({ close: close }) });
  (await pool.lease(key(1), signal)).release();
  (await pool.lease(key(2), signal)).release();
  await clock.advance(10_000);
  expect(seen.closed).toEqual(['eu@1 replaced']);
  expect(await faults('close', fault)).toBe(1);
  expect(lines).toContainEqual(
    expect.objectContaining({ level: 'error', callback: 'close', fault, kind: 'Probe', config: 'a/p' }),
  );
  expect(JSON.stringify(lines)).not.toContain('closed badly');
  expect(seen.contexts[0]?.lifetime.aborted).toBe(true);
  (await pool.lease(key(2), signal)).release();
});

test('a close is awaited, with credentials still readable and the lifetime not over', async () => {
  const end = Promise.withResolvers<undefined>();
  let closing: CloseContext | undefined;
  let read: unknown;
  const { clock, kube, pool, seen, key } = poolLab({
    backend: ({ credentials }) => ({
      close: async (context) => {
        closing = context;
        read = await credentials.secretKey({ name: 'fresh', key: 'k' }, 'f');
        await end.promise;
      },
    }),
  });
  kube.apply(secret('fresh'));
  (await pool.lease(key(1), signal)).release();
  (await pool.lease(key(2), signal)).release();
  await clock.advance(9_000);
  expect(closing).toMatchObject({ reason: 'replaced', signal: { aborted: false } });
  expect(Buffer.from(read as Uint8Array).toString()).toBe('password');
  expect(seen.contexts[0]?.lifetime.aborted).toBe(false);
  end.resolve(undefined);
  await clock.advance(0);
  expect(seen.contexts[0]?.lifetime.aborted).toBe(true);
  await expect(seen.contexts[0]?.credentials.secretKey({ name: 'other', key: 'k' }, 'f')).rejects.toThrow();
});

test('a close that takes too long sees its signal abort, then the lifetime ends', async () => {
  let closing: CloseContext | undefined;
  const { clock, pool, seen, key } = poolLab({
    backend: () => ({
      close: (context) => {
        closing = context;
        return new Promise(() => undefined);
      },
    }),
  });
  (await pool.lease(key(1), signal)).release();
  (await pool.lease(key(2), signal)).release();
  await clock.advance(9_999);
  expect([closing?.signal.aborted, seen.contexts[0]?.lifetime.aborted]).toEqual([false, false]);
  await clock.advance(1);
  expect([closing?.signal.aborted, seen.contexts[0]?.lifetime.aborted]).toEqual([true, true]);
});

test('the logins are revoked before it, with credentials still readable', async () => {
  const order: string[] = [];
  const { clock, kube, pool, seen, key } = poolLab({
    backend: () => ({ close: () => void order.push('closed') }),
  });
  kube.apply(secret('login'));
  const lease = await pool.lease(key(1), signal);
  const [context] = seen.contexts;
  const session = context?.session('login', {
    login: () => Promise.resolve({ value: 'token' }),
    revoke: async (value) => {
      await context.credentials.secretKey({ name: 'login', key: 'k' }, 'f');
      order.push(`revoked ${value}`);
    },
  });
  await session?.use(() => Promise.resolve(), signal);
  lease.release();
  (await pool.lease(key(2), signal)).release();
  await clock.advance(0);
  expect(order).toEqual(['revoked token', 'closed']);
});

test('a login is shared by a discarded backend and its successor, and revoked with the last one', async () => {
  let logins = 0;
  const revoked: string[] = [];
  const { clock, pool, key } = poolLab({
    backend: (context) => {
      const login = context.session('login', {
        login: () => Promise.resolve({ value: `token-${++logins}` }),
        revoke: (value) => Promise.resolve(void revoked.push(value)),
      });
      return { secretExists: (_ref, call) => login.use(() => Promise.resolve(true), call.signal) };
    },
  });
  const ask = async (): Promise<void> => {
    const lease = await pool.lease(key(), signal);
    await lease.backend.secretExists?.({ remoteKey: 'x', property: '' }, { signal } as never);
    lease.release();
  };
  const first = await pool.lease(key(), signal);
  await ask();
  first.discard();
  await ask();
  first.release();
  await clock.advance(0);
  await ask();
  expect([logins, revoked]).toEqual([1, []]);
  await clock.advance(600_000);
  expect(revoked).toEqual(['token-1']);
});

/** What a careless author throws. */
function raise(thrown: Error): never {
  throw thrown;
}

describe('at shutdown', () => {
  test('idle backends are closed now, used ones when they are released, and all is waited for', async () => {
    const { clock, pool, seen, key } = poolLab();
    const used = await pool.lease(key(), signal);
    (await pool.lease(key(1, 'b'), signal)).release();
    let isClosed = false;
    const closed = pool.close(10_000).then(() => (isClosed = true));
    await clock.advance(1_000);
    expect(seen.closed).toEqual(['eu@1 shutdown']);
    expect(isClosed).toBe(false);
    used.release();
    await closed;
    expect(seen.closed).toEqual(['eu@1 shutdown', 'eu@1 shutdown']);
  });

  test('those that are not released are closed halfway, and nothing takes longer than it may', async () => {
    const { clock, pool, seen, key, metric } = poolLab({
      backend: () => ({ close: () => new Promise(() => undefined) }),
    });
    await pool.lease(key(), signal);
    let isClosed = false;
    void pool.close(4_000).then(() => (isClosed = true));
    await clock.advance(1_999);
    expect(seen.closed).toEqual([]);
    await clock.advance(1);
    expect(seen.closed).toEqual(['eu@1 shutdown']);
    await clock.advance(1_999);
    expect(isClosed).toBe(false);
    await clock.advance(1);
    expect(isClosed).toBe(true);
    expect(await metric('eso_provider_backends{state="closing"}')).toBe(0);
  });

  test('an opening is given up, and no further one is begun', async () => {
    const { clock, pool, key } = poolLab({ open: () => new Promise(() => undefined) });
    const outcome = pool.lease(key(), signal).catch((error: unknown) => error);
    const closed = pool.close(4_000);
    await clock.advance(4_000);
    await closed;
    expect(await outcome).toMatchObject({ code: 'BACKEND_UNAVAILABLE', retryable: true });
    await expect(pool.lease(key(), signal)).rejects.toMatchObject({ code: 'BACKEND_UNAVAILABLE' });
  });
});
