import { once } from 'node:events';
import {
  createSecureServer,
  type Http2SecureServer,
  type IncomingHttpHeaders,
  type Http2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import type { KubeConnection } from '../connection/connection.ts';
import { issueServerIdentity, type ServerIdentity } from './certificates.ts';

/** A request the server got, and the means to answer it rightly or wrongly. */
export interface ReceivedRequest {
  method: string;
  url: URL;
  headers: IncomingHttpHeaders;
  body: string;
  stream: ServerHttp2Stream;
  session: Http2Session;
  /** Answers with JSON. */
  json(status: number, value: unknown, headers?: Record<string, string>): void;
  /** Answers with bytes that are called JSON. */
  text(status: number, text: string): void;
}

/**
 * An HTTP/2 server behind a relay of its own, so that a test can do to the connection what networks do: cut it, freeze it, spoil
 * its bytes, or take the server away and bring it back on the same port.
 */
export class FaultServer {
  /** Everything that was asked, in order. */
  readonly requests: ReceivedRequest[] = [];
  /** Number of connections that were ever made. */
  links = 0;
  /** Decides each answer; a request it does not answer hangs. */
  handle: (request: ReceivedRequest) => void;
  /** Ends each connection as soon as its HTTP/2 session stands. */
  endNewConnections = false;
  readonly #identity: ServerIdentity;
  readonly #http2: Http2SecureServer;
  readonly #links = new Set<{ client: Socket; upstream: Socket }>();
  /** Inner connections: Node leaves one open whose TLS has failed. */
  readonly #sockets = new Set<Socket>();
  #relay: Server | undefined;
  #innerPort = 0;
  #port = 0;
  #frozen = false;

  private constructor(handle: (request: ReceivedRequest) => void, identity: ServerIdentity) {
    this.handle = handle;
    this.#identity = identity;
    this.#http2 = createSecureServer({ ...identity, settings: { maxConcurrentStreams: 100 } });
    this.#http2.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    this.#http2.on('session', (session) => {
      if (this.endNewConnections) session.destroy();
    });
    this.#http2.on('sessionError', () => undefined);
    this.#http2.on('stream', (stream, headers) => void this.#receive(stream as ServerHttp2Stream, headers));
  }

  static async start(
    handle: (request: ReceivedRequest) => void,
    identity = issueServerIdentity(),
  ): Promise<FaultServer> {
    const server = new FaultServer(handle, identity);
    server.#http2.listen(0, '127.0.0.1');
    await once(server.#http2, 'listening');
    server.#innerPort = (server.#http2.address() as AddressInfo).port;
    await server.up();
    return server;
  }

  /** Number of connections that are open. */
  get connections(): number {
    return this.#links.size;
  }

  connection(overrides: Partial<KubeConnection> = {}): KubeConnection {
    return {
      server: new URL(`https://127.0.0.1:${this.#port}`),
      tls: () => Promise.resolve({ ca: this.#identity.cert }),
      authorization: () => undefined,
      ...overrides,
    };
  }

  /** Listens, on the port it had before. */
  async up(): Promise<void> {
    this.#relay = createServer((client) => this.#link(client));
    this.#relay.listen(this.#port, '127.0.0.1');
    await once(this.#relay, 'listening');
    this.#port = (this.#relay.address() as AddressInfo).port;
  }

  /** Stops listening and resets all connections, as a killed process does. */
  async down(): Promise<void> {
    const relay = this.#relay;
    this.#relay = undefined;
    if (!relay) return;
    const closed = new Promise((resolve) => relay.close(resolve));
    this.reset();
    await closed;
  }

  /** Resets all connections. */
  reset(): void {
    for (const { client, upstream } of this.#links) {
      client.resetAndDestroy();
      upstream.destroy();
    }
  }

  /** Lets nothing more through on the connections there are, without closing them; new ones work unless `all`. */
  freeze(all: 'present' | 'all' = 'present'): void {
    this.#frozen = all === 'all';
    for (const { client, upstream } of this.#links) {
      client.pause();
      upstream.pause();
    }
  }

  thaw(): void {
    this.#frozen = false;
    for (const { client, upstream } of this.#links) {
      client.resume();
      upstream.resume();
    }
  }

  /** Sends bytes to the clients that are no TLS record. */
  spoil(): void {
    for (const { client } of this.#links) client.write(Buffer.alloc(64, 'garbage '));
  }

  async stop(): Promise<void> {
    await this.down();
    const closed = new Promise((resolve) => this.#http2.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #link(client: Socket): void {
    const link = { client, upstream: connect(this.#innerPort, '127.0.0.1') };
    this.#links.add(link);
    this.links += 1;
    const end = (): void => {
      this.#links.delete(link);
      client.destroy();
      link.upstream.destroy();
    };
    for (const [from, to] of [
      [client, link.upstream],
      [link.upstream, client],
    ] as const) {
      from.on('data', (chunk) => to.write(chunk));
      from.on('error', end).on('close', end);
      if (this.#frozen) from.pause();
    }
  }

  async #receive(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): Promise<void> {
    stream.on('error', () => undefined);
    const chunks: Buffer[] = [];
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    await once(stream, 'end').catch(() => undefined);
    if (!stream.session) return;
    const answer = (status: number, text: string, extra: Record<string, string> = {}): void => {
      stream.respond({ ':status': status, 'content-type': 'application/json', ...extra });
      stream.end(text);
    };
    const request: ReceivedRequest = {
      method: headers[':method'] ?? '',
      url: new URL(headers[':path'] ?? '/', 'https://api'),
      headers,
      body: Buffer.concat(chunks).toString(),
      stream,
      session: stream.session,
      json: (status, value, extra) => answer(status, JSON.stringify(value), extra),
      text: (status, text) => answer(status, text),
    };
    this.requests.push(request);
    this.handle(request);
  }
}

/** The Status object of an error. */
export function status(code: number, reason: string, message: string, details?: object): object {
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, code, details };
}
