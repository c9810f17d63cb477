import { once } from 'node:events';
import {
  createSecureServer,
  type Http2SecureServer,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { ServiceImpl } from '@connectrpc/connect';
import { connectNodeAdapter } from '@connectrpc/connect-node';
import { Health, SecretStoreProvider } from '@eso/api/stubs';
import type { ProviderAddress } from '../endpoint.ts';

/** Key, certificate and trust of a server, PEM. */
export interface ServerPair {
  readonly 'tls.crt': string;
  readonly 'tls.key': string;
  readonly 'ca.crt': string;
}

/** Handlers by the name of the method. */
export type Handlers = Partial<ServiceImpl<typeof SecretStoreProvider>>;

/** What the server answers: proper handlers, or whatever a test does with the bare streams. */
export type Behaviour =
  | { readonly kind: 'handlers'; readonly store: Handlers; readonly health?: Partial<ServiceImpl<typeof Health>> }
  | { readonly kind: 'streams'; readonly onStream: (stream: ServerHttp2Stream, count: number) => void };

/** A provider that is nothing but the wire: connect-node behind real mutual TLS, or worse. */
export class WireServer {
  readonly #server: Http2SecureServer;
  readonly #sessions = new Set<ServerHttp2Session>();
  readonly #sockets = new Set<TLSSocket>();
  /** Serial numbers of the certificates that clients showed, one for each connection. */
  readonly clientSerials: string[] = [];
  /** Calls that arrived. */
  calls = 0;

  private constructor(server: Http2SecureServer) {
    this.#server = server;
    server.on('stream', () => this.calls++);
    server.on('secureConnection', (socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    server.on('session', (session) => {
      this.#sessions.add(session);
      session.once('close', () => this.#sessions.delete(session));
      if (session.socket instanceof TLSSocket)
        this.clientSerials.push(session.socket.getPeerCertificate().serialNumber);
    });
  }

  static async start(pair: ServerPair, behaviour: Behaviour): Promise<WireServer> {
    const server = createSecureServer({
      ...contextOf(pair),
      requestCert: true,
      rejectUnauthorized: true,
      minVersion: 'TLSv1.3',
      settings: { maxConcurrentStreams: 1_000 },
    });
    // A client that goes away, or is turned away, is what the tests are about.
    server.on('sessionError', () => undefined);
    const wire = new WireServer(server);
    if (behaviour.kind === 'streams') {
      server.on('stream', (stream: ServerHttp2Stream) => {
        stream.on('error', () => undefined);
        behaviour.onStream(stream, wire.calls);
      });
    } else {
      server.on(
        'request',
        connectNodeAdapter({
          routes: (router) => {
            router.service(SecretStoreProvider, behaviour.store);
            router.service(Health, behaviour.health ?? {});
          },
        }),
      );
    }
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return wire;
  }

  get address(): ProviderAddress {
    return { host: '127.0.0.1', port: (this.#server.address() as AddressInfo).port };
  }

  get connections(): number {
    return this.#sessions.size;
  }

  /** Shows another certificate to new connections. */
  use(pair: ServerPair): void {
    this.#server.setSecureContext(contextOf(pair));
  }

  /** Cuts all connections. */
  cut(): void {
    for (const session of this.#sessions) session.destroy();
  }

  /** Tells clients to go elsewhere and lets calls finish. */
  drain(): void {
    for (const session of this.#sessions) session.close();
  }

  async stop(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.cut();
    // A session with much left to send keeps its socket.
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}

function contextOf(pair: ServerPair): { cert: string; key: string; ca: string } {
  return { cert: pair['tls.crt'], key: pair['tls.key'], ca: pair['ca.crt'] };
}
