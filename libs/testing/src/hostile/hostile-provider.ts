import { once } from 'node:events';
import {
  createSecureServer,
  type Http2SecureServer,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { LabKeyPair } from '../tls/tls-lab.ts';
import { hostileCorpus } from './corpus/index.ts';
import type { HostileBackend } from './entry.ts';

type Answer = Extract<HostileBackend, { kind: 'answer' }>;

/** `valid`, and nothing more; as an answer about health it says "serving". */
const VALID = Buffer.from([0x08, 0x01]);
const HEADERS = { ':status': 200, 'content-type': 'application/grpc+proto' } as const;
const FRAME_HEADER_BYTES = 5;

/**
 * A provider that has a good certificate and answers each read with the bytes of the entry of the corpus that the request names. It
 * speaks the contract byte by byte: no encoder would write such messages.
 */
export class HostileProvider {
  readonly #server: Http2SecureServer;
  readonly #sessions = new Set<ServerHttp2Session>();
  readonly #answers = new Map<string, { readonly answer: Answer; frame?: Buffer }>();
  /** Reads that were answered. */
  reads = 0;

  private constructor(server: Http2SecureServer) {
    this.#server = server;
    for (const { name, backend } of hostileCorpus)
      if (backend.kind === 'answer') this.#answers.set(name, { answer: backend });
    server.on('sessionError', () => undefined);
    server.on('session', (session) => {
      this.#sessions.add(session);
      session.once('close', () => this.#sessions.delete(session));
    });
    server.on('stream', (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => {
      stream.on('error', () => undefined);
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.once('end', () => this.#answer(stream, headers[':path'] ?? '', Buffer.concat(chunks)));
    });
  }

  /** @param pair its certificate, PEM; clients need none */
  static async start(pair: LabKeyPair): Promise<HostileProvider> {
    const server = createSecureServer({
      cert: pair['tls.crt'],
      key: pair['tls.key'],
      minVersion: 'TLSv1.3',
      settings: { maxConcurrentStreams: 1_000 },
    });
    const provider = new HostileProvider(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return provider;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const session of this.#sessions) session.destroy();
    await closed;
  }

  #answer(stream: ServerHttp2Stream, path: string, request: Buffer): void {
    if (stream.destroyed) return;
    stream.respond(HEADERS, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
    if (/\/(?:Validate|Check)$/.test(path)) stream.end(framed(VALID));
    else if (path.endsWith('/Capabilities')) stream.end(framed(Buffer.alloc(0)));
    else this.#answerRead(stream, request);
  }

  #answerRead(stream: ServerHttp2Stream, request: Buffer): void {
    this.reads++;
    const named = [...this.#answers].find(([name]) => request.includes(name))?.[1];
    if (!named) {
      stream.end(framed(Buffer.alloc(0)));
      return;
    }
    named.frame ??= framed(named.answer.message());
    if (named.answer.pieceBytes === undefined) stream.end(named.frame);
    else sendInPieces(stream, named.frame, named.answer.pieceBytes);
  }
}

/** Each piece is a frame of its own: the next one is not written before this one is out. */
function sendInPieces(stream: ServerHttp2Stream, frame: Buffer, pieceBytes: number): void {
  let at = 0;
  const next = (): void => {
    if (stream.destroyed || stream.closed) return;
    if (at >= frame.length) {
      stream.end();
      return;
    }
    stream.write(frame.subarray(at, (at += pieceBytes)), next);
  };
  next();
}

/** A message as gRPC puts it on the wire: a byte of flags, four bytes of length, the message. */
function framed(message: Buffer): Buffer {
  const header = Buffer.alloc(FRAME_HEADER_BYTES);
  header.writeUInt32BE(message.length, 1);
  return Buffer.concat([header, message]);
}
