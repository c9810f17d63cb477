import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer, type Server, type TLSSocket } from 'node:tls';
import { fromBinary } from '@bufbuild/protobuf';
import { GetSecretRequestSchema } from '@eso/api/stubs';
import {
  FrameFlag,
  FrameType,
  frame,
  goawayFrame,
  headerFrames,
  PREFACE,
  resetFrame,
  settingsFrame,
} from '@eso/testing';
import type { ProviderAddress } from '../endpoint.ts';
import type { ServerPair } from './wire-server.ts';

const GRPC_HEADER_BYTES = 5;

/** A call of GetSecret that came in whole, and every way to answer it wrongly. */
export class FrameCall {
  readonly id: number;
  readonly key: string;
  readonly tenant: string;
  /** Number of its connection, from 1. */
  readonly connection: number;
  readonly #socket: TLSSocket;

  constructor(socket: TLSSocket, connection: number, id: number, body: Buffer) {
    this.#socket = socket;
    this.connection = connection;
    this.id = id;
    const { remoteRef, sourceNamespace } = fromBinary(GetSecretRequestSchema, body.subarray(GRPC_HEADER_BYTES));
    this.key = remoteRef?.key ?? '';
    this.tenant = sourceNamespace;
  }

  /** A proper answer with this value. */
  answer(value: string): void {
    this.headers().message(Buffer.from([10, Buffer.byteLength(value), ...Buffer.from(value)]));
    this.trailers({ 'grpc-status': '0' });
  }

  headers(fields: Record<string, string> = {}, end = false): this {
    const all = { ':status': '200', 'content-type': 'application/grpc+proto', ...fields };
    return this.write(headerFrames(this.id, Object.entries(all), end));
  }

  trailers(fields: Record<string, string> | [string, string][]): this {
    return this.write(headerFrames(this.id, Array.isArray(fields) ? fields : Object.entries(fields), true));
  }

  /** One message with gRPC's header, in frames of 16 KiB. */
  message(bytes: Buffer, flags = 0): this {
    const header = Buffer.alloc(GRPC_HEADER_BYTES);
    header.writeUInt8(flags, 0);
    header.writeUInt32BE(bytes.length, 1);
    return this.data(Buffer.concat([header, bytes]));
  }

  data(bytes: Buffer, end = false): this {
    for (let at = 0; at < bytes.length; at += 16_384)
      this.write(frame(FrameType.data, 0, this.id, bytes.subarray(at, at + 16_384)));
    return end ? this.write(frame(FrameType.data, FrameFlag.endStream, this.id)) : this;
  }

  reset(code: number): this {
    return this.write(resetFrame(this.id, code));
  }

  goaway(lastStream: number, code: number, text = ''): this {
    return this.write(goawayFrame(lastStream, code, text));
  }

  write(bytes: Buffer): this {
    if (!this.#socket.destroyed) this.#socket.write(bytes);
    return this;
  }

  /** Ends the connection. */
  cut(): void {
    this.#socket.destroy();
  }
}

/** What the server does with each call, and where it misbehaves. */
export interface FrameServerOptions {
  readonly onCall: (call: FrameCall) => void;
  /** What a call is answered with before its message is read, which it then never is. Default: nothing. */
  readonly hastily?: (stream: number) => Buffer;
  /** Calls at a time that are announced. Default: nothing is. */
  readonly maxStreams?: number;
  /** Whether it hangs up when it is told that what it sent is no HTTP/2, as every honest peer does. Default true. */
  readonly hangsUp?: boolean;
  /** Whether it answers pings. Default true. */
  readonly answersPings?: boolean;
}

/** A provider made of bare frames, because Node's own server refuses to send what a broken one sends. */
export class FrameServer {
  /** Connections that were made, and are open. */
  accepted = 0;
  readonly #options: FrameServerOptions;
  readonly #server: Server;
  readonly #sockets = new Set<TLSSocket>();

  private constructor(pair: ServerPair, options: FrameServerOptions) {
    this.#options = options;
    this.#server = createServer({
      cert: pair['tls.crt'],
      key: pair['tls.key'],
      ca: pair['ca.crt'],
      requestCert: true,
      minVersion: 'TLSv1.3',
      ALPNProtocols: ['h2'],
    });
    this.#server.on('tlsClientError', () => undefined);
    this.#server.on('secureConnection', (socket) => this.#accept(socket));
  }

  static async start(pair: ServerPair, options: FrameServerOptions): Promise<FrameServer> {
    const started = new FrameServer(pair, options);
    started.#server.listen(0, '127.0.0.1');
    await once(started.#server, 'listening');
    return started;
  }

  get address(): ProviderAddress {
    return { host: '127.0.0.1', port: (this.#server.address() as AddressInfo).port };
  }

  get connections(): number {
    return this.#sockets.size;
  }

  async stop(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #accept(socket: TLSSocket): void {
    const connection = ++this.accepted;
    this.#sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => this.#sockets.delete(socket));
    const { maxStreams } = this.#options;
    socket.write(settingsFrame(maxStreams === undefined ? [] : [[3, maxStreams]]));
    let rest = Buffer.alloc(0);
    let greeted = false;
    const bodies = new Map<number, Buffer[]>();
    socket.on('data', (chunk: Buffer) => {
      rest = Buffer.concat([rest, chunk]);
      if (!greeted && rest.length >= PREFACE.length) {
        greeted = true;
        rest = rest.subarray(PREFACE.length);
      }
      for (; greeted && rest.length >= 9 && rest.length >= 9 + rest.readUIntBE(0, 3);) {
        const length = rest.readUIntBE(0, 3);
        this.#frame(socket, connection, rest.subarray(0, 9), rest.subarray(9, 9 + length), bodies);
        rest = rest.subarray(9 + length);
      }
    });
  }

  #frame(socket: TLSSocket, connection: number, header: Buffer, payload: Buffer, bodies: Map<number, Buffer[]>): void {
    const [type, flags, id] = [header.readUInt8(3), header.readUInt8(4), header.readUInt32BE(5)];
    const { onCall, hastily, hangsUp = true, answersPings = true } = this.#options;
    if (type === FrameType.settings && !(flags & FrameFlag.ack))
      socket.write(frame(FrameType.settings, FrameFlag.ack, 0));
    if (type === FrameType.ping && !(flags & FrameFlag.ack) && answersPings)
      socket.write(frame(FrameType.ping, FrameFlag.ack, 0, payload));
    if (type === FrameType.goaway && payload.readUInt32BE(4) !== 0 && hangsUp) socket.destroy();
    if (type === FrameType.headers && hastily) socket.write(hastily(id));
    if (type !== FrameType.data || hastily) return;
    const body = bodies.get(id) ?? [];
    bodies.set(id, body);
    body.push(Buffer.from(payload));
    if (!(flags & FrameFlag.endStream)) return;
    bodies.delete(id);
    onCall(new FrameCall(socket, connection, id, Buffer.concat(body)));
  }
}
