import { constants as opensslConstants } from 'node:crypto';
import {
  constants as http2Constants,
  type IncomingHttpHeaders,
  performServerHandshake,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { createServer as createTlsServer, type SecureContextOptions, type TLSSocket } from 'node:tls';
import {
  type Clock,
  errorText,
  formatAddress,
  type ListenAddress,
  type Logger,
  LogThrottle,
  RuntimeError,
} from '@eso/runtime';
import { CLIENT_REFUSED } from '../../contract/client-refused.ts';
import type { TlsMaterial } from '../../tls/material.ts';
import type { ServerLimits } from '../options.ts';
import type { ClientGate, ClientVerdict } from './client-gate.ts';
import { Connections, HANDSHAKE_MS, type VerifiedConnection } from './connections.ts';
import { HandshakeLimiter } from './handshake-limiter.ts';
import { RefusedPeer } from './refused-peer.ts';
import { respondWithError, clientRejected } from './error-response.ts';
import type { ServerMetrics } from './server-metrics.ts';
import { sessionOptions } from './session-options.ts';
import { LAST_STREAM_ID, type Sessions } from './sessions.ts';

/** What a call of an accepted client begins with. */
export type OnCall = (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => void;

/** Who is let in, the bounds of connections, and who serves their calls. */
export interface GatedListenerOptions {
  readonly gate: ClientGate;
  readonly sessions: Sessions;
  readonly metrics: ServerMetrics;
  readonly limits: ServerLimits;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Called once for each connection of an accepted client; what it returns gets the calls of that connection. */
  readonly connected: () => OnCall;
}

/** A refused client gets this long to read the answers to calls that were on their way, milliseconds. */
const REFUSED_GRACE_MS = 1_000;
/** The same for an accepted client whose certificate has expired meanwhile. */
const EXPIRED_GRACE_MS = 2_000;

/**
 * The TLS side of a provider: HTTP/2 over TLS 1.3 and nothing else. Each connection is judged once after its handshake. One whose client
 * is accepted becomes a session; another one is told why and ends, and no session is ever made for it.
 */
export class GatedListener {
  readonly #options: GatedListenerOptions;
  readonly #connections: Connections;
  readonly #handshakes: HandshakeLimiter;
  readonly #tcp = createTcpServer();
  readonly #tls = createTlsServer({
    ...secureContext(undefined),
    requestCert: true,
    // A handshake that fails tells neither side why; the gate judges afterwards.
    rejectUnauthorized: false,
    ALPNProtocols: ['h2'],
    handshakeTimeout: HANDSHAKE_MS,
  });
  /** Whoever can reach the port can be refused as often as it likes. */
  readonly #refusals = new LogThrottle();

  constructor(options: GatedListenerOptions) {
    this.#options = options;
    const { clock, limits, logger, metrics } = options;
    this.#handshakes = new HandshakeLimiter(clock);
    this.#connections = new Connections({
      clock,
      accepted: limits.connections,
      onCount: (count) => metrics.connections(count),
      onEvicted: (why, phase) => {
        metrics.refused(why);
        logger.debug({ why, phase }, 'a connection was cut');
      },
    });
    this.#tcp.on('connection', (socket) => {
      socket.on('error', () => undefined);
      this.#guard(socket, () => {
        this.#connections.opened(socket);
        this.#handshakes.enqueue(socket, () => this.#guard(socket, () => this.#tls.emit('connection', socket)));
      });
    });
    this.#tls.on('secureConnection', (socket) => this.#guard(socket, () => this.#verifyClient(socket)));
    this.#tls.on('tlsClientError', (error, socket) => {
      metrics.refused('handshake');
      logger.debug({ problem: errorText(error) }, 'TLS handshake failed');
      socket.destroy();
    });
  }

  /** @throws RuntimeError LISTEN_FAILED */
  listen(address: ListenAddress): Promise<{ readonly host: string; readonly port: number }> {
    const server = this.#tcp;
    return new Promise((resolve, reject) => {
      const onError = (error: Error): void => {
        const problem = `cannot listen on ${formatAddress(address)}: ${error.message}`;
        reject(new RuntimeError('LISTEN_FAILED', problem, { cause: error }));
      };
      server.once('error', onError);
      server.listen(address, () => {
        server.off('error', onError);
        server.on('error', (error) => this.#options.logger.error({ err: error }, 'listener failed'));
        const { address: host, port } = server.address() as AddressInfo;
        resolve({ host, port });
      });
    });
  }

  /** What handshakes are made with from now on. */
  use(material: TlsMaterial): void {
    this.#tls.setSecureContext(secureContext(material));
  }

  /** From now on nobody can connect; what is connected goes on. */
  stopAccepting(): void {
    if (this.#tcp.listening) this.#tcp.close();
  }

  /** Cuts every connection, also those that never got to a handshake. Resolves when none is left. */
  async close(): Promise<void> {
    this.stopAccepting();
    this.#connections.destroyAll();
    await this.#connections.whenEmpty();
  }

  /** Runs a callback that a peer can reach; what it throws ends that connection or stream and nothing else. */
  #guard(ends: { destroy: () => unknown }, run: () => void): void {
    try {
      run();
    } catch (error) {
      this.#options.metrics.refused('failed');
      this.#options.logger.debug({ problem: errorText(error) }, 'a peer was cut off');
      ends.destroy();
    }
  }

  #verifyClient(socket: TLSSocket): void {
    const { gate, metrics } = this.#options;
    if (socket.alpnProtocol !== 'h2') {
      metrics.refused('protocol');
      socket.destroy();
      return;
    }
    const verdict = gate.verify(socket);
    const connection = this.#connections.verified(socket, verdict.kind === 'accepted' ? 'accepted' : 'refused');
    if (connection === undefined) socket.destroy();
    else if (verdict.kind === 'accepted') this.#serve(socket, verdict, connection);
    else this.#refuse(socket, verdict.reason);
  }

  #refuse(socket: TLSSocket, reason: string): void {
    const { clock, logger, metrics } = this.#options;
    logger[this.#refusals.isDue(reason) ? 'warn' : 'debug']({ reason }, 'client refused');
    let answered = false;
    new RefusedPeer(socket, {
      error: clientRejected(reason),
      onAnswer: () => {
        metrics.clientRejected(reason);
        if (!answered)
          socket.once(
            'close',
            clock.schedule(REFUSED_GRACE_MS, () => socket.destroySoon()),
          );
        answered = true;
      },
      onEnd: () => socket.destroySoon(),
    });
  }

  #serve(socket: TLSSocket, verdict: ClientVerdict, { destroy, busy }: VerifiedConnection): void {
    const { connected, limits, metrics, sessions } = this.#options;
    const onCall = connected();
    const session = performServerHandshake(socket, sessionOptions(limits));
    let calls = 0;
    session.on('error', () => metrics.refused('session'));
    session.on('stream', (stream, headers) =>
      this.#guard(stream, () => {
        if (calls === 0) busy(true);
        calls += 1;
        stream.once('close', () => {
          calls -= 1;
          if (calls === 0) busy(false);
        });
        this.#call(session, verdict, stream, () => onCall(stream, headers));
      }),
    );
    sessions.add(session, { socket, cut: destroy });
  }

  #call(session: ServerHttp2Session, judged: ClientVerdict, stream: ServerHttp2Stream, serve: () => void): void {
    const { gate, metrics, sessions } = this.#options;
    const verdict = gate.stillValid(judged);
    if (verdict.kind === 'accepted') {
      serve();
      return;
    }
    metrics.clientRejected(verdict.reason);
    // Before the answer: core believes it only on a connection that said so as a whole.
    session.goaway(http2Constants.NGHTTP2_NO_ERROR, LAST_STREAM_ID, Buffer.from(CLIENT_REFUSED));
    respondWithError(stream, clientRejected(verdict.reason));
    sessions.retire(session, EXPIRED_GRACE_MS);
  }
}

/**
 * What a handshake is made with. Session tickets are off: a resumed session would carry an old verdict about the client
 * past an expiry, a revocation or a change of trust.
 * @param material absent while no certificate is there; every handshake fails then.
 */
function secureContext(material: TlsMaterial | undefined): SecureContextOptions {
  return {
    minVersion: 'TLSv1.3',
    secureOptions: opensslConstants.SSL_OP_NO_TICKET,
    // Without a bundle Node would trust the public authorities.
    ca: material?.ca ?? [],
    ...(material ? { cert: material.cert, key: material.key } : {}),
    ...(material?.crl ? { crl: material.crl } : {}),
  };
}
