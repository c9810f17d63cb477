import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { ManualClock } from '@eso/runtime';
import { eventually, LAB_SERVER_NAME, type LabKeyPair, PREFACE, TlsLab } from '@eso/testing';
import { CLIENT_REFUSED } from '../../contract/client-refused.ts';
import { startTestProvider, type TestProvider } from '../../testing/index.ts';
import { IDLE_KIND } from '../testing/idle-kind.ts';
import { HANDSHAKE_MS, REFUSED_MS } from './connections.ts';
import { framesOf, headers, reset, settings } from './testing/raw-frames.ts';

const CHECK = '/grpc.health.v1.Health/Check';
const AGE_MS = 60_000;

let lab: TlsLab;
let provider: TestProvider;
let clock: ManualClock;
let core: LabKeyPair;
let peers: Socket[];

beforeAll(async () => {
  lab = await TlsLab.create();
  core = await lab.client();
});
beforeEach(async () => {
  peers = [];
  clock = new ManualClock(Date.now());
  provider = await startTestProvider({
    definition: { name: 'probe', kinds: [IDLE_KIND] },
    tls: {
      serverDir: await lab.directory(await lab.server()),
      clientDir: await lab.directory(core),
      serverName: LAB_SERVER_NAME,
    },
    // Fewer than the peers that come: whoever is not accepted must not take the place of one who is.
    limits: { connections: 4 },
    connectionMaxAgeMs: AGE_MS,
    clock,
  });
});
afterEach(async () => {
  for (const peer of peers) peer.destroy();
  const stopped = provider.stop();
  await clock.advance(60_000);
  await stopped;
});
afterAll(() => lab.remove());

/** A TLS peer that never closes its side, with or without a certificate. */
async function tlsPeer(pair?: LabKeyPair): Promise<TLSSocket> {
  const options: ConnectionOptions & { readonly allowHalfOpen: boolean } = {
    host: '127.0.0.1',
    port: provider.port,
    servername: LAB_SERVER_NAME,
    ca: lab.authority.certificate,
    ALPNProtocols: ['h2'],
    allowHalfOpen: true,
    ...(pair ? { cert: pair['tls.crt'], key: pair['tls.key'] } : {}),
  };
  const socket = connect(options);
  peers.push(socket);
  socket.on('error', () => undefined);
  await Promise.race([once(socket, 'secureConnect'), once(socket, 'close')]);
  return socket;
}

/** A TCP peer that says nothing and never closes its side. */
async function tcpPeer(): Promise<Socket> {
  const socket = connectTcp({ host: '127.0.0.1', port: provider.port, allowHalfOpen: true });
  peers.push(socket);
  socket.on('error', () => undefined).resume();
  await Promise.race([once(socket, 'connect'), once(socket, 'close')]);
  return socket;
}

/** Everything that a peer has got so far. */
function received(socket: Socket): { readonly bytes: Buffer } {
  const got = { bytes: Buffer.alloc(0) };
  socket.on('data', (chunk: Buffer) => (got.bytes = Buffer.concat([got.bytes, chunk])));
  return got;
}

const judged = async (): Promise<number | undefined> =>
  (await provider.registry.getSingleMetric('grpc_server_active_connections')?.get())?.values[0]?.value;
const served = async (): Promise<number> => (await provider.client.health.check({})).status;
const gone = (socket: Socket): boolean => socket.destroyed || socket.readableEnded;

test('silent clients without a certificate share a small room, and their end is that of the socket', async () => {
  const silent = await Promise.all(Array.from({ length: 60 }, () => tlsPeer()));
  for (const peer of silent) peer.resume();
  expect(await served()).toBe(1);
  await eventually(async () => expect(await judged()).toBe(32 + 1));
  await clock.advance(REFUSED_MS);
  // None of them has closed its side.
  await eventually(async () => expect(await judged()).toBe(1));
  await eventually(() => expect(silent.filter(gone)).toHaveLength(60));
  expect(await served()).toBe(1);
});

test('connections without a handshake take nobody else the room, and end soon', async () => {
  const silent = await Promise.all(Array.from({ length: 300 }, () => tcpPeer()));
  expect(await served()).toBe(1);
  await eventually(() => expect(silent.filter(gone).length).toBeGreaterThanOrEqual(300 - 256));
  await clock.advance(HANDSHAKE_MS);
  await eventually(() => expect(silent.filter(gone)).toHaveLength(300));
  expect(await served()).toBe(1);
});

test('an accepted client that never closes its side is cut when its connection has reached its age', async () => {
  const peer = await tlsPeer(core);
  peer.resume();
  peer.write(Buffer.concat([PREFACE, settings()]));
  await eventually(async () => expect(await judged()).toBe(1));
  await clock.advance(1.2 * AGE_MS);
  await eventually(() => expect(peer.readableEnded).toBe(true));
  await clock.advance(5_000);
  await eventually(async () => expect(await judged()).toBe(0));
});

describe('a flood of calls that are given up at once', () => {
  /** Calls, each with its reset, in one write. */
  const flood = (count: number): Buffer =>
    Buffer.concat([
      PREFACE,
      settings(),
      ...Array.from({ length: count }, (_, i) => [headers(2 * i + 1, CHECK), reset(2 * i + 1)]).flat(),
    ]);

  test('ends the connection of a client without a certificate after a few answers', async () => {
    const peer = await tlsPeer();
    const got = received(peer);
    const closed = once(peer, 'end');
    peer.write(flood(5_000));
    await closed;
    const answers = framesOf(got.bytes).filter(({ type }) => type === 1);
    expect(answers.length).toBeLessThanOrEqual(16);
    await eventually(async () => expect(await judged()).toBe(0));
    expect(await served()).toBe(1);
  });

  test('ends the connection of an accepted client, which is served on another one', async () => {
    const peer = await tlsPeer(core);
    peer.resume();
    const closed = Promise.race([once(peer, 'end'), once(peer, 'close')]);
    peer.write(flood(5_000));
    await closed;
    expect(await served()).toBe(1);
  });
});

describe('a client that is refused', () => {
  test('is told at whatever pieces its bytes come in', async () => {
    const peer = await tlsPeer();
    const got = received(peer);
    for (const byte of Buffer.concat([PREFACE, settings(), headers(1, CHECK)])) peer.write(Buffer.from([byte]));
    await eventually(() => expect(framesOf(got.bytes).map(({ type }) => type)).toEqual([4, 4, 7, 1]));
    const [, , goaway, answer] = framesOf(got.bytes);
    expect(goaway?.payload.toString('latin1')).toContain(CLIENT_REFUSED);
    expect(answer).toMatchObject({ flags: 0x5, stream: 1 });
    expect(answer?.payload.toString('latin1')).toContain('grpc-status');
  });

  test.each([
    ['no HTTP/2', Buffer.alloc(100, 'x')],
    [
      'a frame that is too large',
      Buffer.concat([PREFACE, settings(), Buffer.from([0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 1])]),
    ],
    ['a flood of settings', Buffer.concat([PREFACE, ...Array.from({ length: 1_000 }, settings)])],
    ['more than it may send', Buffer.concat([PREFACE, settings(), ...Array.from({ length: 20 }, () => body(16_384))])],
  ])('is cut when it sends %s', async (_what, bytes) => {
    const peer = await tlsPeer();
    peer.resume();
    const closed = Promise.race([once(peer, 'end'), once(peer, 'close')]);
    peer.write(bytes);
    await closed;
    await eventually(async () => expect(await judged()).toBe(0));
  });
});

/** A frame of data. */
function body(bytes: number): Buffer {
  const header = Buffer.alloc(9);
  header.writeUIntBE(bytes, 0, 3);
  header.writeUInt32BE(1, 5);
  return Buffer.concat([header, Buffer.alloc(bytes)]);
}

test('handshakes beyond a burst wait for their turn, also those of peers that have said what they want', async () => {
  let secured = 0;
  for (let count = 0; count < 70; count++) {
    const socket = connect({
      host: '127.0.0.1',
      port: provider.port,
      servername: LAB_SERVER_NAME,
      ca: lab.authority.certificate,
      ALPNProtocols: ['h2'],
    });
    socket.on('error', () => undefined);
    socket.once('secureConnect', () => secured++);
    peers.push(socket);
  }
  await eventually(() => expect(secured).toBeGreaterThanOrEqual(64));
  // Long enough for those that would not wait.
  await pause(200);
  expect(secured).toBe(64);
  await clock.advance(20);
  await eventually(() => expect(secured).toBe(65));
});
