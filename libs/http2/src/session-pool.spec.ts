import { setTimeout as pause } from 'node:timers/promises';
import { ManualClock } from '@eso/runtime';
import { LAB_SERVER_NAME, type LabKeyPair, TlsLab } from '@eso/testing';
import { Http2Session } from './session.ts';
import { SessionPool, type SessionPoolOptions } from './session-pool.ts';
import { Http2Peer, TlsPeer } from './testing/peer.ts';

const HEADERS = { ':method': 'POST', ':path': '/x' };
let lab: TlsLab;
let pair: LabKeyPair;
const cleanups: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  lab = await TlsLab.create();
  pair = await lab.server();
});
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});
afterAll(() => lab.remove());

async function listen(maxConcurrentStreams = 100): Promise<Http2Peer> {
  const peer = await Http2Peer.start(pair, { maxConcurrentStreams });
  cleanups.push(() => peer.stop());
  return peer;
}

function poolOf({ address }: Pick<Http2Peer, 'address'>, options: Partial<SessionPoolOptions> = {}) {
  const clock = new ManualClock();
  let openings = 0;
  const open = (signal: AbortSignal): Http2Session => {
    openings++;
    const credentials = { ca: lab.authority.certificate };
    return new Http2Session({ address, serverName: LAB_SERVER_NAME, credentials, clock, signal });
  };
  const pool = new SessionPool({ open, maxSessions: 1, clock, ...options });
  cleanups.push(() => pool.close());
  return { pool, clock, open, openings: () => openings };
}

/** A session with one stream more on it. */
async function load(pool: SessionPool): Promise<Http2Session> {
  const session = await pool.acquire();
  const opened = session.request(HEADERS);
  if (opened instanceof Promise)
    void opened.then((stream) => stream.on('error', () => undefined)).catch(() => undefined);
  else opened.on('error', () => undefined);
  return session;
}

test('all who need a session share the attempt and the session; one who gives up is let go, and no loss to the others', async () => {
  const { pool, openings } = poolOf(await listen());
  const stop = new AbortController();
  const [first, given, second] = [pool.acquire(), pool.acquire(stop.signal), pool.acquire()];
  expect(pool.isConnected).toBe(false);
  stop.abort(new Error('enough'));
  await expect(given).rejects.toThrow('enough');
  expect(await first).toBe(await second);
  expect(pool.isConnected).toBe(true);
  expect(pool.acquire()).toBe(await first);
  expect(openings()).toBe(1);
});

test('a further session is opened when the peer takes no more streams, as long as there may be one; then the least loaded is taken', async () => {
  const { pool } = poolOf(await listen(2), { maxSessions: 2 });
  const first = await load(pool);
  expect(await load(pool)).toBe(first);
  const second = await load(pool);
  expect(second).not.toBe(first);
  await load(pool);
  expect([first.load, second.load]).toEqual([2, 2]);
  const next = await load(pool);
  const after = await load(pool);
  expect(new Set([next, after])).toEqual(new Set([first, second]));
  expect([first.load, second.load]).toEqual([3, 3]);
});

test('a session that drains or has ended is replaced when somebody asks', async () => {
  const peer = await listen();
  const { pool } = poolOf(peer);
  const first = await load(pool);
  await until(() => peer.streams.length === 1);
  first.drain();
  expect(pool.isConnected).toBe(false);
  const second = await load(pool);
  expect([first.state, second.state]).toEqual(['draining', 'open']);
  await second.destroy();
  const third = await pool.acquire();
  expect([first.state, second.state, third.state]).toEqual(['draining', 'closed', 'open']);
  await pool.close();
  expect([first.state, third.state]).toEqual(['closed', 'closed']);
});

test('an attempt that fails is the failure of all who wait, and the next one is another', async () => {
  const peer = await listen();
  const faults = [new Error('no certificate')];
  const { open } = poolOf(peer);
  const { pool } = poolOf(peer, {
    open: (signal) => {
      const fault = faults.pop();
      if (fault) throw fault;
      return open(signal);
    },
  });
  const waiting = [pool.acquire(), pool.acquire()];
  for (const one of waiting) await expect(one).rejects.toThrow('no certificate');
  await expect(pool.acquire()).resolves.toMatchObject({ state: 'open' });
});

test('a retired pool takes nothing new and ends with its last use, which may still connect', async () => {
  const peer = await listen();
  const { pool, clock } = poolOf(peer);
  const done = Promise.withResolvers<undefined>();
  const used = pool.use(async () => {
    await pause(1);
    const session = await pool.acquire();
    await done.promise;
    return session;
  });
  await clock.advance(5_000);
  expect([pool.uses, pool.idleMs, pool.ageMs]).toEqual([1, 0, 5_000]);
  let retired = false;
  const end = pool.retire().then(() => (retired = true));
  await expect(pool.use(() => Promise.resolve())).rejects.toMatchObject({ kind: 'refused' });
  await until(() => pool.isConnected);
  expect(retired).toBe(false);
  done.resolve(undefined);
  const session = await used;
  await end;
  expect(session.state).toBe('closed');
  expect(() => pool.acquire()).toThrow(expect.objectContaining({ kind: 'refused' }) as Error);
  await clock.advance(7_000);
  expect([pool.uses, pool.idleMs]).toEqual([0, 7_000]);
});

test('one that nobody uses ends at once when it is retired', async () => {
  const { pool } = poolOf(await listen());
  const session = await pool.acquire();
  await pool.retire();
  expect(session.state).toBe('closed');
});

test('closed, it ends what is open and what is being opened, also what was still being prepared', async () => {
  const silent = await TlsPeer.start(pair);
  cleanups.push(() => silent.stop());
  const { pool } = poolOf(silent);
  const opening = Promise.resolve(pool.acquire());
  opening.catch(() => undefined);
  await until(() => silent.sockets.length === 1);
  await pool.close();
  await expect(opening).rejects.toMatchObject({ kind: 'connect' });
  await until(() => silent.sockets.length === 0);

  const prepared = Promise.withResolvers<undefined>();
  const { open, pool: other } = poolOf(silent);
  const { pool: slow } = poolOf(silent, { open: (signal) => prepared.promise.then(() => open(signal)) });
  const waiting = Promise.resolve(slow.acquire());
  waiting.catch(() => undefined);
  const closed = slow.close();
  prepared.resolve(undefined);
  await closed;
  await expect(waiting).rejects.toMatchObject({ kind: 'refused' });
  await other.close();
  expect(silent.sockets).toEqual([]);
});

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await pause(2);
}
