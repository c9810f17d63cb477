import { ProviderError } from '../../contract/provider-error.ts';
import type { BackendKey } from './pooled-backend.ts';
import { poolLab } from './testing/pool-lab.ts';

const { signal } = new AbortController();
const other = (uid: string): Partial<BackendKey> => ({
  config: { source: { namespace: 'a', name: 'p', uid, generation: 1 }, spec: { region: 'us' } },
});

describe('sharing', () => {
  test('calls for the same config object share one backend [3.6.5]', async () => {
    const { pool, seen, key } = poolLab();
    const leases = await Promise.all([pool.lease(key(), signal), pool.lease(key(), signal)]);
    expect(leases[0].backend).toBe(leases[1].backend);
    expect(seen.opened).toEqual(['eu@1']);
  });

  test.each<[string, Partial<BackendKey>]>([
    ['credentials of another namespace', { credentials: { kind: 'ownNamespace', namespace: 'b' } }],
    ['wider credentials', { credentials: { kind: 'anyNamespace', namespace: 'a' } }],
    ['a successor of the same name', other('u2')],
  ])('%s means another backend', async (_what, changes) => {
    const { pool, seen, key } = poolLab();
    await pool.lease(key(), signal);
    await pool.lease(key(1, 'a', changes), signal);
    expect(seen.opened).toHaveLength(2);
  });

  test('a changed config object replaces its backend, which is closed after its last call', async () => {
    const { clock, pool, seen, key } = poolLab();
    const leases = [];
    for (const generation of [1, 2, 3]) leases.push(await pool.lease(key(generation), signal));
    expect(seen.opened).toEqual(['eu@1', 'eu@2', 'eu@3']);
    expect(seen.closed).toEqual([]);
    leases[1]?.release();
    await clock.advance(0);
    expect(seen.closed).toEqual(['eu@2 replaced']);
    leases[0]?.release();
    leases[2]?.release();
    await clock.advance(0);
    expect(seen.closed).toEqual(['eu@2 replaced', 'eu@1 replaced']);
    // A call that read the config object a moment earlier does not bring the old version back.
    await pool.lease(key(1), signal);
    expect(seen.opened).toHaveLength(3);
  });

  test('a discarded backend is opened anew by the next call', async () => {
    const { clock, pool, seen, key } = poolLab();
    const lease = await pool.lease(key(), signal);
    lease.discard();
    lease.release();
    lease.release();
    await pool.lease(key(), signal);
    await clock.advance(0);
    expect(seen).toMatchObject({ opened: ['eu@1', 'eu@1'], closed: ['eu@1 discarded'] });
  });

  test('a config object with a problem is never opened', async () => {
    const { pool, seen, key } = poolLab({
      checkConfig: ({ region }) => [{ field: 'spec.region', problem: `no region ${region}`, nextStep: 'use another' }],
    });
    await expect(pool.lease(key(), signal)).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      publicMessage: 'no region eu',
      field: 'spec.region',
      nextStep: 'use another',
    });
    expect(seen.opened).toEqual([]);
  });

  test('a backend that nobody uses is closed after ten minutes [3.7.9]', async () => {
    const { clock, pool, seen, key } = poolLab();
    (await pool.lease(key(), signal)).release();
    await clock.advance(599_999);
    expect(seen.closed).toEqual([]);
    await clock.advance(1);
    expect(seen.closed).toEqual(['eu@1 idle']);
  });

  test('a call that its caller left behind holds the backend for five more seconds', async () => {
    const { clock, pool, seen, key } = poolLab();
    const caller = new AbortController();
    await pool.lease(key(1), caller.signal);
    await pool.lease(key(2), signal);
    caller.abort();
    await clock.advance(4_999);
    expect(seen.closed).toEqual([]);
    await clock.advance(1);
    expect(seen.closed).toEqual(['eu@1 replaced']);
  });
});

describe('opening', () => {
  test('knows its call, its deadline and its lifetime, which are three things', async () => {
    const { clock, pool, seen, key } = poolLab();
    await clock.advance(5_000);
    const lease = await pool.lease(key(), signal);
    const [context] = seen.contexts;
    expect(context?.deadlineMs).toBe(35_000);
    expect(context?.clock).toBe(clock);
    lease.discard();
    expect(context?.lifetime.aborted).toBe(false);
    lease.release();
    await clock.advance(0);
    expect([context?.lifetime.aborted, context?.signal.aborted]).toEqual([true, false]);
  });

  test('that fails is not remembered', async () => {
    let attempts = 0;
    const { pool, key } = poolLab({
      open: () => {
        attempts += 1;
        if (attempts === 1) throw new ProviderError('BACKEND_UNAVAILABLE', 'no');
        return {};
      },
    });
    await expect(pool.lease(key(), signal)).rejects.toMatchObject({ code: 'BACKEND_UNAVAILABLE' });
    await pool.lease(key(), signal);
    expect(attempts).toBe(2);
  });

  test('whose credentials are rejected is one attempt for fifty calls, and another one a second later', async () => {
    let attempts = 0;
    const { clock, pool, key } = poolLab({
      open: () => {
        attempts += 1;
        throw new ProviderError('CREDENTIALS_REJECTED', 'wrong password');
      },
    });
    await Promise.allSettled(Array.from({ length: 25 }, () => pool.lease(key(), signal)));
    for (let i = 0; i < 25; i++)
      await expect(pool.lease(key(), signal)).rejects.toMatchObject({ publicMessage: 'wrong password' });
    expect(attempts).toBe(1);
    // Another version of the config object may have other credentials.
    await expect(pool.lease(key(2), signal)).rejects.toMatchObject({ code: 'CREDENTIALS_REJECTED' });
    expect(attempts).toBe(2);
    await clock.advance(1_000);
    for (let i = 0; i < 2; i++)
      await expect(pool.lease(key(), signal)).rejects.toMatchObject({ code: 'CREDENTIALS_REJECTED' });
    expect(attempts).toBe(3);
  });

  test('whose credentials were rejected is tried again once for all as soon as they have changed', async () => {
    let attempts = 0;
    const { clock, credentials, pool, key } = poolLab({
      open: () => {
        attempts += 1;
        if (credentials.revision === '1') throw new ProviderError('CREDENTIALS_REJECTED', 'wrong password');
        return {};
      },
    });
    await expect(pool.lease(key(), signal)).rejects.toMatchObject({ code: 'CREDENTIALS_REJECTED' });
    credentials.revision = '2';
    await clock.advance(500);
    const leases = await Promise.all(Array.from({ length: 20 }, () => pool.lease(key(), signal)));
    expect(new Set(leases.map(({ backend }) => backend)).size).toBe(1);
    expect(attempts).toBe(2);
  });

  test('that hangs is given up at its deadline, and the next call opens anew', async () => {
    let attempts = 0;
    const { clock, pool, key } = poolLab({
      open: ({ signal: call }) => {
        attempts += 1;
        if (attempts > 1) return {};
        return new Promise((_resolve, reject) => call.addEventListener('abort', () => reject(new Error('heeded'))));
      },
    });
    const outcome = pool.lease(key(), signal).catch((error: unknown) => error);
    await clock.advance(29_999);
    expect(attempts).toBe(1);
    await clock.advance(1);
    expect(await outcome).toMatchObject({ code: 'TIMEOUT', retryable: true });
    await pool.lease(key(), signal);
    expect(attempts).toBe(2);
  });

  test('that all who waited gave up on is aborted, and the next call opens anew', async () => {
    const { pool, key, seen } = poolLab({
      open: (context) => {
        seen.contexts.push(context);
        return new Promise(() => undefined);
      },
    });
    const [one, two] = [new AbortController(), new AbortController()];
    const waits = [pool.lease(key(), one.signal), pool.lease(key(), two.signal)];
    one.abort(new Error('one'));
    await expect(waits[0]).rejects.toThrow('one');
    expect(seen.contexts[0]?.signal.aborted).toBe(false);
    two.abort(new Error('two'));
    await expect(waits[1]).rejects.toThrow('two');
    expect(seen.contexts[0]?.signal.aborted).toBe(true);
    void pool.lease(key(), signal).catch(() => undefined);
    await Promise.resolve().then(() => undefined);
    expect(seen.contexts).toHaveLength(2);
  });

  test.each([0, 60_000])('that ends %d ms after it was given up has its backend closed', async (afterMs) => {
    const late = Promise.withResolvers<{ close: () => void }>();
    let closed = 0;
    const { clock, pool, key, metric } = poolLab({ open: () => late.promise });
    pool.lease(key(), signal).catch(() => undefined);
    await clock.advance(30_000 + afterMs);
    expect(await metric('eso_provider_backends{state="hung"}')).toBe(1);
    late.resolve({ close: () => void (closed += 1) });
    await clock.advance(0);
    expect(closed).toBe(1);
    expect(await metric('eso_provider_backends{state="hung"}')).toBe(0);
  });

  test('that hangs again and again is refused after three, until one ends or ten minutes have passed', async () => {
    const opened: (() => void)[] = [];
    const { clock, pool, key, faults, metric } = poolLab({
      open: () => {
        const { promise, reject } = Promise.withResolvers<never>();
        opened.push(() => reject(new Error('ended')));
        return promise;
      },
    });
    const attempt = async (): Promise<unknown> => {
      const outcome = pool.lease(key(), signal).catch((error: unknown) => (error as ProviderError).code);
      await clock.advance(30_000);
      return outcome;
    };
    for (let i = 0; i < 3; i++) expect(await attempt()).toBe('TIMEOUT');
    await clock.advance(5_000);
    expect([await faults('open', 'hung'), await metric('eso_provider_backends{state="hung"}')]).toEqual([3, 3]);
    expect(await attempt()).toBe('PROVIDER_BUSY');
    // Another config object is not concerned.
    const elsewhere = pool.lease(key(1, 'a', other('u2')), signal).catch((error: unknown) => error);
    await clock.advance(30_000);
    expect(await elsewhere).toMatchObject({ code: 'TIMEOUT' });
    opened[0]?.();
    await clock.advance(0);
    expect(await attempt()).toBe('TIMEOUT');
    expect(await attempt()).toBe('PROVIDER_BUSY');
    await clock.advance(600_000);
    expect(await attempt()).toBe('TIMEOUT');
    expect(opened).toHaveLength(6);
  });

  test.each<[string, object, string, string]>([
    ['checkConfig throws', { checkConfig: () => JSON.parse('{') as [] }, 'checkConfig', 'threw'],
    ['checkConfig says nothing', { checkConfig: () => 5 }, 'checkConfig', 'returned'],
    ['checkConfig is asynchronous', { checkConfig: () => Promise.resolve([]) }, 'checkConfig', 'returned'],
    ['checkConfig says it vaguely', { checkConfig: () => ['bad region'] }, 'checkConfig', 'returned'],
    ['open throws at once', { open: () => JSON.parse('{') as object }, 'open', 'threw'],
    ['open throws nothing', { open: () => Promise.reject(nothing()) }, 'open', 'threw'],
    ['open says that a secret is absent', { open: fail('SECRET_NOT_FOUND') }, 'open', 'code'],
    ['open speaks for the transport', { open: fail('CLIENT_REJECTED') }, 'open', 'code'],
    ['open returns nothing', { open: () => undefined }, 'open', 'returned'],
    ['open returns text', { open: () => 'a backend' }, 'open', 'returned'],
    ['a method is no function', { open: () => ({ getSecret: 'value' }) }, 'open', 'returned'],
    ['close is no function', { open: () => ({ close: true }) }, 'open', 'returned'],
  ])('in which %s fails as a defect of the provider, each time', async (_what, options, callback, fault) => {
    const { pool, key, faults, metric } = poolLab(options);
    for (const times of [1, 2]) {
      await expect(pool.lease(key(), signal)).rejects.toMatchObject({ name: 'ProviderError', code: 'INTERNAL' });
      expect(await faults(callback, fault)).toBe(times);
    }
    expect(await metric('eso_provider_backends{state="open"}')).toBe(0);
  });
});

describe('rejected calls', () => {
  const rejected = (): ProviderError => new ProviderError('CREDENTIALS_REJECTED', 'no');

  test('open the backend anew, but not again and again', async () => {
    const { clock, pool, seen, key } = poolLab();
    const call = async (): Promise<void> => {
      const lease = await pool.lease(key(), signal);
      lease.failed(rejected());
      lease.release();
      await clock.advance(0);
    };
    for (let i = 0; i < 50; i++) await call();
    expect(seen.opened).toHaveLength(2);
    await clock.advance(1_000);
    for (let i = 0; i < 50; i++) await call();
    expect(seen.opened).toHaveLength(3);
    expect(seen.closed).toHaveLength(2);
  });

  test('open it anew as soon as the credentials have changed', async () => {
    const { clock, credentials, pool, seen, key } = poolLab();
    const call = async (): Promise<void> => {
      const lease = await pool.lease(key(), signal);
      lease.failed(rejected());
      lease.release();
      await clock.advance(0);
    };
    for (let i = 0; i < 5; i++) await call();
    credentials.revision = '2';
    await clock.advance(500);
    const leases = await Promise.all(Array.from({ length: 5 }, () => pool.lease(key(), signal)));
    expect(new Set(leases.map(({ backend }) => backend)).size).toBe(1);
    expect(seen.opened).toHaveLength(3);
  });

  test('of fifty calls at once open it anew once', async () => {
    const { clock, pool, seen, key } = poolLab();
    const leases = await Promise.all(Array.from({ length: 50 }, () => pool.lease(key(), signal)));
    for (const lease of leases) {
      lease.failed(rejected());
      lease.release();
      (await pool.lease(key(), signal)).release();
    }
    await clock.advance(0);
    expect(seen).toMatchObject({ opened: ['eu@1', 'eu@1'], closed: ['eu@1 discarded'] });
  });

  test('that a session has dealt with, and other failures, leave it open', async () => {
    const { pool, seen, key } = poolLab();
    const lease = await pool.lease(key(), signal);
    const session = seen.contexts[0]?.session('login', { login: () => Promise.resolve({ value: 'token' }) });
    for (const error of [rejected(), new ProviderError('ACCESS_DENIED', 'no'), new Error('no')]) {
      await expect(session?.use(() => Promise.reject(error), signal)).rejects.toBe(error);
      lease.failed(error);
    }
    lease.release();
    await pool.lease(key(), signal);
    expect(seen.opened).toHaveLength(1);
  });
});

describe('capacity', () => {
  const namespace = (index: number): string => `ns-${index}`;

  test('a thousand namespaces with credentials of their own have at most as many backends as are allowed', async () => {
    const { clock, pool, seen, key, metric } = poolLab({ limits: { backends: 20, backendsPerConfig: 10 } });
    for (let i = 0; i < 1_000; i++) {
      (await pool.lease(key(1, namespace(i)), signal)).release();
      expect(seen.opened.length - seen.closed.length).toBeLessThanOrEqual(11);
    }
    await clock.advance(0);
    expect(await metric('eso_provider_backends{state="open"}')).toBe(10);
    expect(await metric('eso_provider_backends_closed_total{reason="capacity"}')).toBe(990);
    // The one that was idle longest went; those that were used last are open.
    (await pool.lease(key(1, namespace(990)), signal)).release();
    expect(seen.opened).toHaveLength(1_000);
  });

  test('what is in use is never closed for another one, which is refused with a next step', async () => {
    const { clock, pool, seen, key } = poolLab({ limits: { backends: 3, backendsPerConfig: 2 } });
    const leases = [await pool.lease(key(1, 'ns-1'), signal), await pool.lease(key(1, 'ns-2'), signal)];
    await expect(pool.lease(key(1, 'ns-3'), signal)).rejects.toMatchObject({
      code: 'PROVIDER_BUSY',
      retryable: true,
      nextStep: expect.stringContaining('--max-open-backends') as string,
    });
    // Another config object has room of its own.
    leases.push(await pool.lease(key(1, 'a', other('u2')), signal));
    await expect(pool.lease(key(1, 'a', other('u3')), signal)).rejects.toMatchObject({ code: 'PROVIDER_BUSY' });
    leases[2]?.release();
    await pool.lease(key(1, 'a', other('u3')), signal);
    await clock.advance(0);
    expect(seen.closed).toEqual(['us@1 capacity']);
  });

  test('closings that hang do not pile up: the oldest are not waited for', async () => {
    const { clock, pool, key, faults, metric } = poolLab({
      limits: { backends: 2 },
      backend: () => ({ close: () => new Promise(() => undefined) }),
    });
    for (let i = 0; i < 300; i++) {
      (await pool.lease(key(1, 'a', other(`u${i}`)), signal)).release();
      await clock.advance(0);
    }
    expect(await metric('eso_provider_backends{state="closing"}')).toBeLessThanOrEqual(256);
    expect(await faults('close', 'hung')).toBeGreaterThan(40);
    await clock.advance(10_000);
    expect(await metric('eso_provider_backends{state="closing"}')).toBe(0);
    expect(await faults('close', 'hung')).toBe(298);
  });
});

function fail(code: 'SECRET_NOT_FOUND' | 'CLIENT_REJECTED') {
  return () => Promise.reject(new ProviderError(code, 'no'));
}

/** What a careless author throws. */
function nothing(): Error {
  return undefined as unknown as Error;
}
