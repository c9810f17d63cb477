import { once } from 'node:events';
import {
  createSecureServer,
  type Http2SecureServer,
  type ServerHttp2Session,
  type ServerHttp2Stream,
  type Settings,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import { createServer, type Server, type TlsOptions, type TLSSocket } from 'node:tls';
import type { PeerAddress } from '../dial.ts';

/** Key and certificate of a server, PEM. */
export interface PeerPair {
  readonly 'tls.crt': string;
  readonly 'tls.key': string;
}

/** An HTTP/2 server whose streams stay open until a test answers them. */
export class Http2Peer {
  /** Streams that came in. */
  readonly streams: ServerHttp2Stream[] = [];
  readonly sessions = new Set<ServerHttp2Session>();
  /** Sessions that were ever made. */
  accepted = 0;
  readonly #server: Http2SecureServer;

  private constructor(server: Http2SecureServer) {
    this.#server = server;
    server.on('sessionError', () => undefined);
    server.on('session', (session) => {
      this.accepted++;
      this.sessions.add(session);
      session.once('close', () => this.sessions.delete(session));
    });
    server.on('stream', (stream: ServerHttp2Stream) => {
      stream.on('error', () => undefined);
      this.streams.push(stream);
    });
  }

  static async start(pair: PeerPair, settings: Settings = {}): Promise<Http2Peer> {
    const peer = new Http2Peer(createSecureServer({ cert: pair['tls.crt'], key: pair['tls.key'], settings }));
    peer.#server.listen(0, '127.0.0.1');
    await once(peer.#server, 'listening');
    return peer;
  }

  get address(): PeerAddress {
    return { host: '127.0.0.1', port: (this.#server.address() as AddressInfo).port };
  }

  async stop(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const session of this.sessions) session.destroy();
    await closed;
  }
}

/** A TLS server that says nothing by itself. */
export class TlsPeer {
  readonly #server: Server;
  readonly #sockets = new Set<TLSSocket>();

  private constructor(server: Server) {
    this.#server = server;
    server.on('tlsClientError', () => undefined);
    server.on('secureConnection', (socket) => {
      this.#sockets.add(socket);
      socket.on('error', () => undefined).resume();
      socket.once('close', () => this.#sockets.delete(socket));
    });
  }

  static async start(pair: PeerPair, options: TlsOptions = {}): Promise<TlsPeer> {
    const peer = new TlsPeer(
      createServer({ cert: pair['tls.crt'], key: pair['tls.key'], ALPNProtocols: ['h2'], ...options }),
    );
    peer.#server.listen(0, '127.0.0.1');
    await once(peer.#server, 'listening');
    return peer;
  }

  get address(): PeerAddress {
    return { host: '127.0.0.1', port: (this.#server.address() as AddressInfo).port };
  }

  /** Connections whose handshake is done. */
  get sockets(): readonly TLSSocket[] {
    return [...this.#sockets];
  }

  async stop(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}
