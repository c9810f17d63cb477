import { once } from 'node:events';
import { type AddressInfo, connect as connectTcp, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { CertificateDirectory } from '@eso/api/tls';
import { ManualClock } from '@eso/runtime';
import { LAB_SERVER_NAME, TlsLab } from '@eso/testing';
import { Connection, type ConnectionEnd } from './connection.ts';
import { PING_INTERVAL_MS, PING_TIMEOUT_MS } from './liveness.ts';
import { connectSecurely } from './secure-connection.ts';
import { WireServer } from './testing/wire-server.ts';

const signal = new AbortController().signal;
let lab: TlsLab;
let server: WireServer;
let proxy: Proxy;
let certificates: CertificateDirectory;

beforeAll(async () => {
  lab = await TlsLab.create();
  server = await WireServer.start(await lab.server(), { kind: 'streams', onStream: () => undefined });
  proxy = await Proxy.start(server.address.port);
  certificates = await CertificateDirectory.open({ dir: await lab.directory(await lab.client()) });
});
afterAll(async () => {
  certificates.close();
  await proxy.stop();
  await server.stop();
  await lab.remove();
});

/** Passes bytes on until it is told to swallow them. */
class Proxy {
  swallow = false;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  constructor(target: number) {
    this.#server = createServer((near) => {
      const far = connectTcp(target, '127.0.0.1');
      for (const [from, to] of [
        [near, far],
        [far, near],
      ] as const) {
        this.#sockets.add(from);
        from.on('error', () => to.destroy());
        from.on('close', () => to.destroy());
        from.on('data', (bytes) => {
          if (!this.swallow) to.write(bytes);
        });
      }
    });
  }

  static async start(target: number): Promise<Proxy> {
    const started = new Proxy(target);
    started.#server.listen(0, '127.0.0.1');
    await once(started.#server, 'listening');
    return started;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

test('a peer that has gone silent is found by a ping, one that answers is kept', async () => {
  const clock = new ManualClock();
  const ends: ConnectionEnd[] = [];
  const material = certificates.current()!;
  const address = { host: '127.0.0.1', port: proxy.port };
  const connection = new Connection({
    socket: connectSecurely({ address, serverName: LAB_SERVER_NAME, material, clock }),
    origin: `https://${LAB_SERVER_NAME}:${proxy.port}`,
    clock,
    onEnd: (how) => ends.push(how),
  });
  await connection.ready;
  const stream = await connection.request({ ':method': 'POST', ':path': '/x' }, 'a', signal);
  stream.on('error', () => undefined);
  const closed = new Promise((resolve) => stream.once('close', resolve));
  // Several silences, each ended by an answer; the pause lets the answer come in.
  for (let i = 0; i < 3; i++) {
    await pause(50);
    await clock.advance(PING_INTERVAL_MS);
  }
  await pause(50);
  await clock.advance(PING_TIMEOUT_MS - 1);
  expect(connection.isOpen).toBe(true);

  proxy.swallow = true;
  await clock.advance(PING_INTERVAL_MS);
  await clock.advance(PING_INTERVAL_MS);
  await clock.advance(PING_TIMEOUT_MS);
  await closed;
  await connection.ended;
  expect(ends).toEqual([
    { idle: false, opened: true, ours: false, silent: true, error: expect.objectContaining({ kind: 'lost' }) as Error },
  ]);
  expect(connection.isUsable).toBe(false);
});
