import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

/** What is sent over one connection, piece by piece, and how it ends: an orderly end, a reset, or silence. */
export interface HostileInput {
  readonly pieces: readonly Buffer[];
  readonly ends: 'fin' | 'reset' | 'silence';
}

/** Numbers from a seed, the same ones each time: 0 ≤ n < 1 (mulberry32). */
function numbersOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const TARGETS = [
  '//',
  '//[',
  '///',
  '/',
  '*',
  '',
  '?',
  '#',
  'http://[',
  'http://x:99999999/',
  'http://%',
  '//@',
  '/%',
  '/%00',
  '/%c0%ae',
  '/readyz',
  '/livez',
  '/metrics',
  '/readyz?%',
  '/readyz?verbose=[',
  '/metrics?name[]=a',
  '/../../etc/passwd',
  '\\\\[',
  'javascript:1',
  '/\u0000',
  '/ü',
  '//[::1',
  '//[::1]:x',
  'a:b',
  '://',
  '//:80',
  '/__proto__',
  '/constructor',
  `/${'a'.repeat(4_000)}`,
];
const METHODS = [
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'DELETE',
  'CONNECT',
  'OPTIONS',
  'TRACE',
  'PATCH',
  'PRI',
  'get',
  'G\u0000T',
  '',
];
const VERSIONS = ['HTTP/1.1', 'HTTP/1.0', 'HTTP/0.9', 'HTTP/2.0', 'HTTP/1.1 x', 'http/1.1', ''];
const HEADERS = [
  'host: x',
  'host:',
  'host: x\r\nhost: y',
  'host: [',
  'content-length: 5',
  'content-length: -1',
  'content-length: 5\r\ncontent-length: 6',
  'content-length: 99999999999999999999',
  'transfer-encoding: chunked',
  'transfer-encoding: gzip, chunked, x',
  'expect: 100-continue',
  'expect: \u0001',
  'connection: upgrade\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABkAAQAAP__',
  'upgrade: websocket\r\nconnection: upgrade',
  'connection: close',
  'connection: keep-alive, x',
  ' folded: x',
  'a b: c',
  ': empty',
  'no colon',
  'x: \u0000',
  'cookie: __proto__=1',
  `x: ${'a'.repeat(20_000)}`,
  '__proto__: x',
  'authorization: Bearer x',
  'range: bytes=0-',
  'te: trailers',
  'accept: */*',
];
const EOLS = ['\r\n', '\r\n', '\r\n', '\n', '\r', '\r\n\r\n'];
const H2_PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';
/** A greeting of TLS 1.3 that openssl wrote, cut and bent below. */
const CLIENT_HELLO = Buffer.from(
  '16030100770100007303030000000000000000000000000000000000000000000000000000000000000000200000000000000000000000000000' +
    '000000000000000000000000000000000000000004130113020100002600000008000600000378797a002b0003020304000d000400020403000a00040002001d',
  'hex',
);

/** Inputs of every kind, the same for the same seed. */
export function hostileInputs(seed: number, count: number): HostileInput[] {
  const random = numbersOf(seed);
  const below = (n: number): number => Math.floor(random() * n);
  const one = <T>(items: readonly T[]): T => items[below(items.length)] as T;
  const bytes = (max: number): Buffer => Buffer.from(Array.from({ length: below(max + 1) }, () => below(256)));
  const times = <T>(max: number, make: () => T): T[] => Array.from({ length: below(max + 1) }, make);

  const request = (): Buffer => {
    const eol = one(EOLS);
    const target = random() < 0.8 ? one(TARGETS) : bytes(40).toString('latin1');
    const line = `${one(METHODS)} ${target} ${one(VERSIONS)}`;
    const body = random() < 0.3 ? `5${eol}hello${eol}zz${eol}` : '';
    return Buffer.from([line, ...times(6, () => one(HEADERS)), '', body].join(eol), 'utf8');
  };
  const frame = (): Buffer => {
    const payload = bytes(60);
    const header = Buffer.alloc(9);
    header.writeUIntBE(random() < 0.8 ? payload.length : below(2 ** 24), 0, 3);
    header[3] = random() < 0.8 ? below(10) : below(256);
    header[4] = below(256);
    header.writeUInt32BE(random() < 0.7 ? below(8) : below(2 ** 32), 5);
    return Buffer.concat([header, payload]);
  };
  const bent = (text: Buffer): Buffer => {
    const copy = Buffer.from(text.subarray(0, 1 + below(text.length)));
    for (let i = below(4); i > 0; i--) copy[below(copy.length)] = below(256);
    return copy;
  };
  const kinds: readonly (() => Buffer[])[] = [
    () => [request()],
    () => [request()],
    () => [Buffer.concat(times(20, request))],
    () => [bent(request()), bytes(20)],
    () => [bytes(600)],
    () => [
      Buffer.from(`GET /readyz HTTP/1.1\r\n${`x-${String(below(99))}: ${'b'.repeat(200)}\r\n`.repeat(below(200))}\r\n`),
    ],
    () => [Buffer.from(H2_PREFACE), ...times(8, frame)],
    () => times(8, frame),
    () => [bent(CLIENT_HELLO)],
    () => [CLIENT_HELLO, bytes(200)],
  ];
  return Array.from({ length: count }, () => ({
    pieces: one(kinds)(),
    ends: one(['fin', 'fin', 'reset', 'silence'] as const),
  }));
}

/** Where inputs go: bytes as they are, or inside of TLS as an HTTP/2 client, with or without a certificate. */
export type Wire =
  | { readonly kind: 'tcp' }
  | {
      readonly kind: 'tls';
      readonly tls: { readonly servername: string; readonly cert?: string; readonly key?: string };
    };

/** Sends all inputs to a port, some at a time; resolves when every connection is over. What comes back is of no interest. */
export async function bombard(
  port: number,
  inputs: readonly HostileInput[],
  wire: Wire = { kind: 'tcp' },
): Promise<void> {
  const left = [...inputs];
  const worker = async (): Promise<void> => {
    for (let input = left.pop(); input; input = left.pop()) await deliver(port, input, wire);
  };
  await Promise.all(Array.from({ length: 12 }, worker));
}

/** How long an answer is waited for once everything is sent. */
const PATIENCE_MS = 60;

function deliver(port: number, { pieces, ends }: HostileInput, wire: Wire): Promise<void> {
  return new Promise((resolve) => {
    const socket = dial(port, wire);
    socket.once('close', () => resolve());
    socket.on('error', () => undefined);
    socket.resume();
    // A listener that does not even accept must not hold up the test.
    socket.setTimeout(5_000, () => socket.destroy());
    socket.once(wire.kind === 'tls' ? 'secureConnect' : 'connect', () => {
      for (const piece of pieces) socket.write(piece);
      // Node resets plain connections only.
      if (ends === 'reset' && wire.kind === 'tcp') socket.resetAndDestroy();
      else if (ends === 'fin') socket.end();
      setTimeout(() => socket.destroy(), PATIENCE_MS);
    });
  });
}

function dial(port: number, wire: Wire): Socket {
  if (wire.kind === 'tcp') return connectTcp({ host: '127.0.0.1', port });
  return connectTls({ ...wire.tls, host: '127.0.0.1', port, ALPNProtocols: ['h2'], rejectUnauthorized: false });
}
