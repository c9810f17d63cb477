import { constants as opensslConstants } from 'node:crypto';
import {
  constants as http2Constants,
  createSecureServer,
  type Http2SecureServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type SecureServerOptions,
  type ServerHttp2Session,
} from 'node:http2';
import type { Socket } from 'node:net';
import type { SecureContextOptions } from 'node:tls';
import { errorText, type Logger, Rarely } from '@eso/runtime';
import { CLIENT_REFUSED } from '../../contract/client-refused.ts';
import type { TlsMaterial } from '../../tls/material.ts';
import type { ClientGate, Verdict } from './client-gate.ts';
import { answerWithError, clientRejected } from './rejection.ts';
import type { ServerLimits } from '../options.ts';
import type { ServerMetrics } from './server-metrics.ts';
import { LAST_STREAM_ID, type Sessions } from './sessions.ts';

export interface GatedListenerOptions {
  readonly gate: ClientGate;
  readonly sessions: Sessions;
  readonly metrics: ServerMetrics;
  readonly limits: ServerLimits;
  readonly logger: Logger;
  /** Runs for calls of accepted clients only. */
  readonly route: (request: Http2ServerRequest, response: Http2ServerResponse) => void;
}

export interface GatedListener {
  readonly server: Http2SecureServer;
  /** Cuts every connection, also those that never got to a handshake and would hold up the end. */
  readonly cut: () => void;
}

const HANDSHAKE_TIMEOUT_MS = 10_000;
/** A refused client gets this long to ask something, so that it is told why. */
const REFUSED_AGE_MS = 10_000;
/** And this long to read the answer. */
const REFUSED_GRACE_MS = 2_000;
/** Node's own limit of 10 MB cuts connections that have several answers of 4 MiB in flight. */
const SESSION_MEMORY_MB = 128;

/**
 * The TLS side of a provider: HTTP/2 over TLS 1.3 and nothing else. Each connection is judged once after its handshake; a
 * call of a client that is not accepted ends here, whatever it asks for.
 */
export function gatedListener(options: GatedListenerOptions): GatedListener {
  const { gate, sessions, metrics, limits, logger, route } = options;
  const verdicts = new WeakMap<object, Verdict>();
  const server = createSecureServer({
    ...secureContext(undefined),
    requestCert: true,
    rejectUnauthorized: false,
    allowHTTP1: false,
    handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
    settings: { maxConcurrentStreams: limits.concurrentStreams },
    maxSessionMemory: SESSION_MEMORY_MB,
  } satisfies SecureServerOptions);
  server.maxConnections = limits.connections;

  // Whoever can reach the port can be refused as often as it likes.
  const refusals = new Rarely();
  /** Runs a callback that a peer can reach; what it throws ends that connection or stream and nothing else. */
  const guard = (ends: { destroy: () => unknown }, run: () => void): void => {
    try {
      run();
    } catch (error) {
      metrics.refused('failed');
      logger.debug({ problem: errorText(error) }, 'a peer was cut off');
      ends.destroy();
    }
  };
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.on('session', (session) => {
    session.on('error', () => metrics.refused('session'));
    guard(session, () => {
      const verdict = gate.judge(session.socket as never);
      verdicts.set(session, verdict);
      sessions.add(session, verdict.kind === 'rejected' ? { maxAgeMs: REFUSED_AGE_MS } : {});
      if (verdict.kind === 'rejected')
        logger[refusals.due(verdict.reason) ? 'warn' : 'debug']({ reason: verdict.reason }, 'client refused');
    });
  });
  server.on('request', (request, response) => {
    const { stream } = request;
    const session = stream.session as ServerHttp2Session | undefined;
    if (!session) {
      stream.destroy();
      return;
    }
    guard(stream, () => {
      const verdict = gate.stillValid(verdicts.get(session) ?? { kind: 'rejected', reason: 'NOT_JUDGED' });
      if (verdict.kind === 'accepted') {
        route(request, response);
        return;
      }
      metrics.clientRejected(verdict.reason);
      // Before the answer: core believes it only on a connection that said so as a whole.
      session.goaway(http2Constants.NGHTTP2_NO_ERROR, LAST_STREAM_ID, Buffer.from(CLIENT_REFUSED));
      answerWithError(stream, clientRejected(verdict.reason));
      sessions.retire(session, REFUSED_GRACE_MS);
    });
  });
  server.on('unknownProtocol', (socket) => {
    metrics.refused('protocol');
    socket.destroy();
  });
  server.on('tlsClientError', (error, socket) => {
    metrics.refused('handshake');
    logger.debug({ problem: errorText(error) }, 'TLS handshake failed');
    socket.destroy();
  });
  return {
    server,
    cut: () => {
      for (const socket of sockets) socket.destroy();
    },
  };
}

/**
 * What a handshake is made with. Session tickets are off: a resumed session would carry an old verdict about the client
 * past an expiry, a revocation or a change of trust.
 * @param material absent while no certificate is there; every handshake fails then.
 */
export function secureContext(material: TlsMaterial | undefined): SecureContextOptions {
  return {
    minVersion: 'TLSv1.3',
    secureOptions: opensslConstants.SSL_OP_NO_TICKET,
    // Without a bundle Node would trust the public authorities.
    ca: material?.ca ?? [],
    ...(material ? { cert: material.cert, key: material.key } : {}),
    ...(material?.crl ? { crl: material.crl } : {}),
  };
}
