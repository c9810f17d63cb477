import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { FaultProxy } from './fault-proxy.ts';

let echo: Server;
let proxy: FaultProxy;
let sockets: Socket[];

beforeEach(async () => {
  sockets = [];
  echo = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined).pipe(socket);
  });
  echo.listen(0, '127.0.0.1');
  await once(echo, 'listening');
  const { port } = echo.address() as { port: number };
  proxy = await FaultProxy.start({ target: { host: '127.0.0.1', port } });
});

afterEach(async () => {
  await proxy.stop();
  sockets.forEach((socket) => socket.destroy());
  echo.close();
});

/** A connection through the proxy that collects what comes back. */
class Client {
  readonly socket = connect({ port: proxy.port, host: proxy.host });
  received = '';
  error: NodeJS.ErrnoException | undefined;
  readonly closed: Promise<unknown>;

  constructor() {
    sockets.push(this.socket);
    this.socket.setEncoding('utf8').on('data', (text: string) => (this.received += text));
    this.socket.on('error', (error) => (this.error = error));
    this.closed = new Promise((resolve) => this.socket.once('close', resolve));
  }

  async until(text: string): Promise<void> {
    while (this.received !== text) await once(this.socket, 'data');
  }
}

/** Time for bytes to arrive that must not. */
const aMoment = () => new Promise((resolve) => setTimeout(resolve, 60));

test('passes both directions, and the end of one of them', async () => {
  const client = new Client();
  client.socket.end('hello');
  await client.closed;
  expect(client.received).toBe('hello');
  expect({ accepted: proxy.accepted, open: proxy.open }).toEqual({ accepted: 1, open: 0 });
});

test('stall keeps bytes back and hands them on afterwards', async () => {
  const client = new Client();
  client.socket.write('a');
  await client.until('a');
  await proxy.set({ kind: 'stall' });
  client.socket.write('b');
  const late = new Client();
  late.socket.write('c');
  await aMoment();
  expect([client.received, late.received]).toEqual(['a', '']);
  await proxy.set({ kind: 'pass' });
  await client.until('ab');
  await late.until('c');
});

test('drop is a half-open connection: silence, and no end until the fault ends', async () => {
  const client = new Client();
  client.socket.write('a');
  await client.until('a');
  await proxy.set({ kind: 'drop' });
  client.socket.write('lost');
  await aMoment();
  expect([client.received, client.socket.destroyed]).toEqual(['a', false]);
  await proxy.set({ kind: 'pass' });
  await client.closed;
  expect(client.error?.code).toBe('ECONNRESET');
});

test('corrupt changes what it hands on, not how much', async () => {
  await proxy.set({ kind: 'corrupt' });
  const client = new Client();
  client.socket.end('hello');
  await client.closed;
  expect(client.received).toHaveLength(5);
  expect(client.received).not.toBe('hello');
});

test('delay hands everything on, in order', async () => {
  await proxy.set({ kind: 'delay', ms: 20 });
  const client = new Client();
  client.socket.write('a');
  client.socket.end('b');
  await client.closed;
  expect(client.received).toBe('ab');
});

test('reset ends present and new connections', async () => {
  const present = new Client();
  present.socket.write('a');
  await present.until('a');
  await proxy.set({ kind: 'reset' });
  const fresh = new Client();
  await Promise.all([present.closed, fresh.closed]);
  expect([present.error?.code, fresh.error?.code]).toEqual(['ECONNRESET', 'ECONNRESET']);
});

test('refuse is a port on which nobody listens, and the same port works again afterwards', async () => {
  await proxy.set({ kind: 'refuse' });
  const refused = new Client();
  await refused.closed;
  expect(refused.error?.code).toBe('ECONNREFUSED');
  await proxy.set({ kind: 'pass' });
  const client = new Client();
  client.socket.end('back');
  await client.closed;
  expect(client.received).toBe('back');
});

test('one reset of present connections leaves new ones alone', async () => {
  const present = new Client();
  present.socket.write('a');
  await present.until('a');
  proxy.resetConnections();
  await present.closed;
  const client = new Client();
  client.socket.end('new');
  await client.closed;
  expect(client.received).toBe('new');
});

test('an end on the far side is an end on the near side', async () => {
  const client = new Client();
  client.socket.write('a');
  await client.until('a');
  echo.close();
  sockets.at(-1)?.destroy();
  sockets.filter((socket) => socket !== client.socket).forEach((socket) => socket.destroy());
  await client.closed;
  expect(client.socket.destroyed).toBe(true);
});
