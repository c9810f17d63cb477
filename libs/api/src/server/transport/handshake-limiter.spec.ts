import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { ManualClock } from '@eso/runtime';
import { eventually } from '@eso/testing';
import { HandshakeLimiter } from './handshake-limiter.ts';

const BURST = 64;
const FLOOD = '127.0.0.2';
const HONEST = '127.0.0.3';

let clock: ManualClock;
let turns: HandshakeLimiter;
let server: Server;
let peers: Socket[];
/** Addresses in the order of their turns. */
let begun: string[];

beforeEach(async () => {
  clock = new ManualClock();
  turns = new HandshakeLimiter(clock);
  peers = [];
  begun = [];
  server = createServer((socket) => {
    peers.push(socket.on('error', () => undefined));
    turns.enqueue(socket, () => begun.push(socket.remoteAddress ?? ''));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
});
afterEach(async () => {
  for (const peer of peers) peer.destroy();
  server.close();
  await once(server, 'close');
});

async function peer(localAddress: string, says?: string): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port: (server.address() as AddressInfo).port, localAddress });
  peers.push(socket.on('error', () => undefined));
  await once(socket, 'connect');
  if (says !== undefined) socket.write(says);
  return socket;
}

const flood = (count: number): Promise<Socket[]> =>
  Promise.all(Array.from({ length: count }, () => peer(FLOOD, 'hello')));

/** As many turns as may be taken at once are taken, and so many connections wait. */
async function exhausted(waiting: number): Promise<Socket[]> {
  const sockets = await flood(BURST + waiting);
  await eventually(() => {
    expect(begun).toHaveLength(BURST);
    expect(turns.waiting).toBe(waiting);
  });
  return sockets;
}

test('what is beyond a burst waits, and gets a turn every 20 ms', async () => {
  await exhausted(3);
  await clock.advance(19);
  expect(begun).toHaveLength(BURST);
  await clock.advance(1);
  await eventually(() => expect(begun).toHaveLength(BURST + 1));
  await eventually(async () => {
    await clock.advance(20);
    expect(turns.waiting).toBe(0);
  });
  expect(begun).toHaveLength(BURST + 3);
});

test('another address waits for one turn of those that flood, and not for all of them', async () => {
  await exhausted(20);
  await peer(HONEST, 'hello');
  await eventually(() => expect(turns.waiting).toBe(21));
  await clock.advance(20);
  await eventually(() => expect(begun).toHaveLength(BURST + 1));
  await clock.advance(20);
  await eventually(() => expect(begun).toHaveLength(BURST + 2));
  expect(begun.slice(BURST)).toContain(HONEST);
});

test('a connection that says nothing takes no turn', async () => {
  const silent = await Promise.all(Array.from({ length: 2 * BURST }, () => peer(FLOOD)));
  await peer(HONEST, 'hello');
  await eventually(() => expect(begun).toEqual([HONEST]));
  silent[0]?.write('hello');
  await eventually(() => expect(begun).toEqual([HONEST, FLOOD]));
});

test('a connection that closes gives its place up', async () => {
  const sockets = await exhausted(3);
  for (const socket of sockets) socket.resetAndDestroy();
  await eventually(() => expect(turns.waiting).toBe(0));
});
