import { type ClientHttp2Session, connect, constants, type IncomingHttpHeaders } from 'node:http2';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import type { Address } from './connection.ts';
import { tlsOptions } from './connection.ts';
import type { ClientCredentials } from './credentials.ts';

/** What came of a call, as far as HTTP/2 shows it. */
export interface StreamAnswer {
  /** gRPC status; undefined where the stream ended without one. */
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly trailers: IncomingHttpHeaders;
  /** Why the stream ended; 0: as it should. */
  readonly resetCode: number;
}

/** A call that is under way. */
export interface RawCall {
  /** Resolves when the first headers of the answer, or its end, are there. */
  readonly begun: Promise<void>;
  readonly ended: Promise<StreamAnswer>;
  /** Gives it up, as a client does (RST_STREAM, CANCEL). */
  readonly cancel: () => void;
}

/** What a call by hand says. */
export interface StreamCallOptions {
  /** The message, without its prefix. Default empty. */
  readonly message?: Uint8Array;
  /** More headers. Default none. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Path of health's methods: there is no provider without them. */
export const HEALTH_CHECK = '/grpc.health.v1.Health/Check';
/** See {@link HEALTH_CHECK}. */
export const HEALTH_WATCH = '/grpc.health.v1.Health/Watch';

/** One connection whose frames are seen: what no gRPC client shows. */
export class RawSession {
  readonly #session: ClientHttp2Session;
  readonly #closed: Promise<void>;
  #askedToGo = false;
  #goneToGo: (() => void) | undefined;

  private constructor(session: ClientHttp2Session, socket: TLSSocket) {
    this.#session = session;
    // Each call tells of it as well.
    session.on('error', () => undefined);
    session.on('goaway', () => {
      this.#askedToGo = true;
      this.#goneToGo?.();
    });
    // Of a client that is refused after the handshake Node's session says nothing; its socket does.
    this.#closed = new Promise((resolve) => socket.once('close', () => resolve()));
  }

  /**
   * Connects, and waits for the settings that the provider announces.
   * @throws what TLS or the network says, or Error when it is closed without them
   */
  static async open(address: Address, credentials: ClientCredentials): Promise<RawSession> {
    const { host, port } = address;
    const socket = connectTls({ host, port, ...tlsOptions(address, credentials), ALPNProtocols: ['h2'] });
    await new Promise<void>((resolve, reject) => {
      socket.once('secureConnect', resolve);
      socket.once('error', reject);
      socket.once('close', () => reject(new Error('the connection was closed in its handshake')));
    });
    const session = connect(`https://${host}:${port}`, { createConnection: () => socket });
    const raw = new RawSession(session, socket);
    await new Promise<void>((resolve, reject) => {
      session.once('remoteSettings', () => resolve());
      session.once('error', reject);
      socket.on('error', reject);
      socket.once('close', () => reject(new Error('the connection was closed')));
    });
    return raw;
  }

  /** Calls at once on this connection, as the provider announces it; undefined where it says nothing. */
  get announcedStreams(): number | undefined {
    const most = this.#session.remoteSettings.maxConcurrentStreams;
    // Node's way to say that there is none.
    return most === undefined || most >= 0x7fff_ffff ? undefined : most;
  }

  /** Whether the provider has said that it takes no more calls here (GOAWAY). */
  get askedToGo(): boolean {
    return this.#askedToGo;
  }

  /** Resolves when it has said so, or when the connection is closed. */
  async whenAskedToGo(): Promise<void> {
    if (this.#askedToGo) return;
    await Promise.race([new Promise<void>((resolve) => (this.#goneToGo = resolve)), this.#closed]);
  }

  /** Resolves when the connection is closed. */
  get closed(): Promise<void> {
    return this.#closed;
  }

  /** Calls a method by its path; the call's failures are its answer. */
  call(path: string, { message = new Uint8Array(), headers = {} }: StreamCallOptions = {}): RawCall {
    const stream = this.#session.request({
      ':method': 'POST',
      ':path': path,
      'content-type': 'application/grpc+proto',
      te: 'trailers',
      ...headers,
    });
    let first: IncomingHttpHeaders = {};
    let trailers: IncomingHttpHeaders = {};
    stream.on('error', () => undefined);
    stream.on('trailers', (fields) => (trailers = fields));
    const ended = new Promise<StreamAnswer>((resolve) => {
      const end = (): void => {
        const status = trailers['grpc-status'] ?? first['grpc-status'];
        resolve({
          status: typeof status === 'string' ? Number(status) : undefined,
          headers: first,
          trailers,
          resetCode: stream.rstCode,
        });
      };
      stream.once('close', end);
      // After the events of what had come before.
      void this.#closed.then(() => setImmediate(end));
    });
    const begun = new Promise<void>((resolve) =>
      stream.once('response', (fields) => {
        first = fields;
        resolve();
      }),
    );
    stream.resume();
    stream.end(enveloped(message));
    return {
      begun: Promise.race([begun, ended.then(() => undefined)]),
      ended,
      cancel: () => stream.close(constants.NGHTTP2_CANCEL),
    };
  }

  /** Cuts the connection, whatever is under way. */
  destroy(): void {
    this.#session.destroy();
  }
}

/** A byte for compression, four for the length, the message. */
function enveloped(message: Uint8Array): Buffer {
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
}
