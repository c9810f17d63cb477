import { once } from 'node:events';
import type { ClientHttp2Stream } from 'node:http2';
import { setTimeout as pause } from 'node:timers/promises';
import { ManualClock } from '@eso/runtime';
import { HalfOpenProxy, LAB_SERVER_NAME, type LabKeyPair, TlsLab } from '@eso/testing';
import { DEFAULT_KEEP_ALIVE, type KeepAlive } from './liveness.ts';
import { Http2Session } from './session.ts';
import type { Http2RequestOptions, Http2SessionOptions, SessionEnd } from './session-options.ts';
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

async function listen(settings: Parameters<typeof Http2Peer.start>[1] = {}): Promise<Http2Peer> {
  const peer = await Http2Peer.start(pair, settings);
  cleanups.push(() => peer.stop());
  return peer;
}

interface Opened {
  readonly session: Http2Session;
  readonly clock: ManualClock;
  readonly ends: SessionEnd[];
}

function open({ address }: Pick<Http2SessionOptions, 'address'>, options: Partial<Http2SessionOptions> = {}): Opened {
  const clock = new ManualClock();
  const ends: SessionEnd[] = [];
  const session = new Http2Session({
    address,
    serverName: LAB_SERVER_NAME,
    credentials: { ca: lab.authority.certificate },
    clock,
    onEnd: (end) => ends.push(end),
    ...options,
  });
  cleanups.push(() => session.destroy());
  return { session, clock, ends };
}

async function request(session: Http2Session, options?: Http2RequestOptions): Promise<ClientHttp2Stream> {
  const stream = await session.request(HEADERS, options);
  stream.on('error', () => undefined);
  return stream;
}

const INPEACE = { idle: false, closedLocally: false, pingTimedOut: false, error: undefined } as const;
/** As towards the API server. */
const EVEN: KeepAlive = { busySilenceMs: 30_000, idleSilenceMs: 30_000, pingIntervalMs: 0, pingTimeoutMs: 15_000 };

describe('a session that comes about', () => {
  test('goes through its states, and says once that it is open', async () => {
    const peer = await listen();
    let opened = 0;
    const { session, ends } = open(peer, { onOpen: () => opened++ });
    expect(session.state).toBe('connecting');
    await session.ready;
    expect([session.state, opened, session.load]).toEqual(['open', 1, 0]);
    const stream = await request(session);
    expect(session.load).toBe(1);
    await until(() => peer.streams.length === 1);
    session.drain();
    expect(session.state).toBe('draining');
    peer.streams[0]!.respond({ ':status': 200 }, { endStream: true });
    stream.end();
    stream.resume();
    await session.ended;
    expect(session.state).toBe('closed');
    expect(ends).toEqual([{ ...INPEACE, reached: 'open' }]);
  });

  test('takes header fields by the hundred', async () => {
    const peer = await listen();
    const { session } = open(peer);
    await session.ready;
    const stream = await request(session);
    await until(() => peer.streams.length === 1);
    const many = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`x-${i}`, 'v']));
    const answered = once(stream, 'response');
    peer.streams[0]!.respond({ ':status': 200, ...many }, { endStream: true });
    const [headers] = (await answered) as [Record<string, string>];
    expect(headers['x-299']).toBe('v');
  });

  test('announces what an answer may have in header fields, and how much may be sent ahead', async () => {
    const peer = await listen();
    const { session } = open(peer, { windowBytes: 3 * 1024 * 1024 });
    await session.ready;
    await request(session);
    await until(() => peer.streams.length === 1);
    const [seen] = peer.sessions;
    expect(seen!.remoteSettings).toMatchObject({
      maxHeaderListSize: 65_536,
      initialWindowSize: 1_048_576,
      enablePush: false,
    });
    await until(() => seen!.state.remoteWindowSize === 3 * 1024 * 1024);
  });
});

describe('a session that does not come about', () => {
  test('says why', async () => {
    const peer = await listen();
    const { session, ends } = open(peer, { serverName: 'other.example' });
    await expect(session.ready).rejects.toMatchObject({
      kind: 'connect',
      cause: { code: 'ERR_TLS_CERT_ALTNAME_INVALID' },
    });
    expect(ends).toEqual([{ ...INPEACE, reached: 'connecting', error: session.error }]);
  });

  test.each(['TLSv1.2', 'TLSv1.3'] as const)('because the peer, of %s, does not choose HTTP/2', async (maxVersion) => {
    const peer = await TlsPeer.start(pair, { ALPNProtocols: [], maxVersion });
    cleanups.push(() => peer.stop());
    const { session, ends } = open(peer, { minVersion: 'TLSv1.2' });
    await expect(session.ready).rejects.toMatchObject({ kind: 'connect', cause: { code: 'ESO_NO_HTTP2' } });
    expect(ends).toMatchObject([{ reached: 'connecting' }]);
  });

  test('because the peer says no word after the handshake', async () => {
    const peer = await TlsPeer.start(pair);
    cleanups.push(() => peer.stop());
    const { session, clock } = open(peer, { settingsTimeoutMs: 3_000 });
    await until(() => session.state === 'negotiating');
    await clock.advance(2_999);
    expect(session.state).toBe('negotiating');
    await clock.advance(1);
    await expect(session.ready).rejects.toMatchObject({
      kind: 'connect',
      cause: { code: 'ESO_CONNECT_TIMEOUT', awaited: 'settings', message: 'no word after the handshake within 3 s' },
    });
  });

  test('because the peer hangs up after the handshake', async () => {
    const peer = await TlsPeer.start(pair);
    cleanups.push(() => peer.stop());
    const { session, ends } = open(peer);
    await until(() => peer.sockets.length === 1);
    peer.sockets[0]!.end();
    await expect(session.ready).rejects.toMatchObject({ kind: 'turnedAway' });
    expect(ends).toEqual([{ ...INPEACE, reached: 'negotiating' }]);
  });

  test.each(['connecting', 'negotiating'] as const)(
    'because nobody wants it any more while it is %s',
    async (state) => {
      const peer = await TlsPeer.start(pair);
      cleanups.push(() => peer.stop());
      const stop = new AbortController();
      const { session, ends } = open(peer, { signal: stop.signal });
      await until(() => session.state === state);
      stop.abort(new Error('enough'));
      await expect(session.ready).rejects.toMatchObject({ kind: 'connect' });
      expect(ends).toEqual([{ ...INPEACE, reached: state, closedLocally: true }]);
      expect(() => open(peer, { signal: stop.signal })).toThrow('enough');
    },
  );

  test('an open one is not ended by the signal of its opening', async () => {
    const stop = new AbortController();
    const { session } = open(await listen(), { signal: stop.signal });
    await session.ready;
    stop.abort();
    expect(session.state).toBe('open');
  });
});

describe('liveness', () => {
  test.each([
    ['with streams, as towards a provider', DEFAULT_KEEP_ALIVE, true],
    ['without streams, as towards a provider', DEFAULT_KEEP_ALIVE, false],
    ['with streams, as towards the API server', EVEN, true],
    ['without streams, as towards the API server', EVEN, false],
  ])('a peer that has gone silent is found by a ping, one that answers is kept: %s', async (_, keepAlive, busy) => {
    const peer = await listen();
    const proxy = await HalfOpenProxy.start(peer.address.port);
    cleanups.push(() => proxy.stop());
    const { session, clock, ends } = open({ address: { host: '127.0.0.1', port: proxy.port } }, { keepAlive });
    await session.ready;
    const closed = busy ? closing(await request(session)) : undefined;
    let pings = 0;
    for (const seen of peer.sessions) seen.on('ping', () => pings++);
    // Several silences, each ended by an answer; the pause lets the answer come in.
    for (let i = 0; i < 4; i++) {
      await pause(50);
      await clock.advance(keepAlive.idleSilenceMs);
    }
    await until(() => pings >= 2);
    await pause(50);
    await clock.advance(keepAlive.pingTimeoutMs - 1);
    expect(session.state).toBe('open');

    proxy.freeze();
    await clock.advance(2 * keepAlive.idleSilenceMs);
    await clock.advance(keepAlive.pingTimeoutMs);
    await closed;
    await session.ended;
    const error = expect.objectContaining({ kind: 'lost' }) as Error;
    expect(ends).toEqual([{ ...INPEACE, reached: 'open', pingTimedOut: true, error }]);
  });

  test('a hint is looked into at once', async () => {
    const peer = await listen();
    const proxy = await HalfOpenProxy.start(peer.address.port);
    cleanups.push(() => proxy.stop());
    const address = { host: '127.0.0.1', port: proxy.port };
    const { session, clock, ends } = open({ address }, { keepAlive: EVEN });
    await session.ready;
    proxy.freeze();
    session.probe();
    await clock.advance(EVEN.pingTimeoutMs);
    await session.ended;
    expect(ends).toMatchObject([{ pingTimedOut: true }]);
    session.probe();
  });
});

describe('streams', () => {
  test('no more are opened than the peer takes at a time; groups take turns, and one who waits can give up', async () => {
    const peer = await listen({ maxConcurrentStreams: 1 });
    const { session } = open(peer);
    await session.ready;
    expect(session.isSaturated).toBe(false);
    const first = await request(session);
    expect(session.isSaturated).toBe(true);
    const order: string[] = [];
    const giveUp = new AbortController();
    const waiting = ['a', 'a', 'b'].map(async (group) => {
      const stream = await request(session, { group, endStream: true });
      order.push(group);
      stream.close();
    });
    const given = request(session, { group: 'c', signal: giveUp.signal });
    expect(session.load).toBe(5);
    giveUp.abort(new Error('enough'));
    await expect(given).rejects.toThrow('enough');
    expect(session.load).toBe(4);
    first.close();
    await Promise.all(waiting);
    expect(order).toEqual(['a', 'b', 'a']);
    await until(() => session.load === 0);
  });

  test('a session that was told to go away refuses them, keeps those under way, and what it was told', async () => {
    const peer = await listen();
    const { session, ends } = open(peer);
    await session.ready;
    expect(session.goawayText).toBeUndefined();
    const stream = await request(session, { endStream: true });
    await until(() => peer.streams.length === 1);
    const [theirs] = peer.sessions;
    theirs!.goaway(0, peer.streams[0]!.id ?? 0, Buffer.from('bye'));
    await until(() => session.state === 'draining');
    expect(() => session.request(HEADERS)).toThrow(expect.objectContaining({ kind: 'refused' }) as Error);
    expect(session.goawayText).toBe('bye');
    stream.resume();
    peer.streams[0]!.respond({ ':status': 200 }, { endStream: true });
    await session.ended;
    expect(ends).toEqual([{ ...INPEACE, reached: 'open' }]);
  });

  test('whoever waits for one finds out that the session has ended', async () => {
    const { session } = open(await listen({ maxConcurrentStreams: 0 }));
    await session.ready;
    const waiting = request(session);
    await session.destroy();
    await expect(waiting).rejects.toMatchObject({ kind: 'refused' });
  });

  test('header fields that the peer said it does not take are not sent', async () => {
    const peer = await listen({ maxHeaderListSize: 1_000 });
    const { session } = open(peer);
    await session.ready;
    const large = { ...HEADERS, 'x-much': 'v'.repeat(1_000) };
    expect(() => session.request(large)).toThrow(expect.objectContaining({ kind: 'headersTooLarge' }) as Error);
    await request(session);
    await until(() => peer.streams.length === 1);
  });

  test('those on a session that is given up get their time and no more', async () => {
    const peer = await listen();
    const { session, clock, ends } = open(peer);
    await session.ready;
    const closed = closing(await request(session));
    await until(() => peer.streams.length === 1);
    session.drain(2_000);
    await clock.advance(1_999);
    expect(session.state).toBe('draining');
    await clock.advance(1);
    await closed;
    await session.ended;
    const error = expect.objectContaining({ kind: 'lost' }) as Error;
    expect(ends).toEqual([{ ...INPEACE, reached: 'open', closedLocally: true, error }]);
  });
});

test('a session that nobody uses ends after its time, one with a stream does not', async () => {
  const peer = await listen();
  const { session, clock, ends } = open(peer, { idleTimeoutMs: 60_000 });
  await session.ready;
  await clock.advance(59_000);
  const stream = await request(session);
  await until(() => peer.streams.length === 1);
  peer.streams[0]!.on('ping', () => undefined);
  for (let i = 0; i < 20; i++) {
    await pause(10);
    await clock.advance(4_000);
  }
  expect(session.state).toBe('open');
  stream.close();
  await once(stream, 'close');
  for (let i = 0; i < 15; i++) {
    await pause(10);
    await clock.advance(4_000);
  }
  await session.ended;
  expect(ends).toEqual([{ ...INPEACE, reached: 'open', idle: true }]);
});

test('one without a time for that stays', async () => {
  const { session, clock } = open(await listen(), { keepAlive: { ...EVEN, busySilenceMs: 1e9, idleSilenceMs: 1e9 } });
  await session.ready;
  await clock.advance(86_400_000);
  expect(session.state).toBe('open');
});

test('destroyed, it ends with its streams, and says when its socket is closed', async () => {
  const peer = await listen();
  const { session, ends } = open(peer);
  await session.ready;
  const closed = closing(await request(session));
  await session.destroy();
  await closed;
  expect([session.state, session.load]).toEqual(['closed', 0]);
  expect(ends).toEqual([{ ...INPEACE, reached: 'open', closedLocally: true }]);
  await until(() => peer.sessions.size === 0);
});

/** Resolves when a stream has ended, however it did. */
function closing(stream: ClientHttp2Stream): Promise<unknown> {
  return new Promise((resolve) => stream.once('close', resolve));
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await pause(2);
}
