import { isIP } from 'node:net';
import { checkServerIdentity, connect, type TLSSocket } from 'node:tls';
import type { Clock } from '@eso/runtime';

/** Where a peer listens. */
export interface PeerAddress {
  /** DNS name or IP address; an IPv6 address without brackets. */
  readonly host: string;
  readonly port: number;
}

/** Who we are, and whom we trust. PEM throughout. */
export interface TlsCredentials {
  /** Bundle of the certificate authorities that may have issued the peer's certificate. Default: those of Node. */
  readonly ca?: string | Buffer | undefined;
  /** Our certificate, then intermediates, with `key`. Default: none is shown. */
  readonly cert?: string | Buffer | undefined;
  readonly key?: string | Buffer | undefined;
  /** One revocation list for each authority. Default: revocation is not looked at. */
  readonly crl?: string | Buffer | undefined;
}

/** How to connect. */
export interface DialOptions {
  readonly address: PeerAddress;
  readonly credentials: TlsCredentials;
  /** DNS name or IP address that the peer's certificate has to carry, whatever was dialled. Default: the host that is dialled. */
  readonly serverName?: string | undefined;
  /** Oldest TLS that is spoken. Default TLS 1.3. */
  readonly minVersion?: 'TLSv1.2' | 'TLSv1.3';
  /** How long TCP and TLS may take together, milliseconds. Default 10,000; Node itself would wait for minutes. */
  readonly timeoutMs?: number;
  readonly clock: Clock;
}

/** Default of {@link DialOptions.timeoutMs}. */
export const CONNECT_TIMEOUT_MS = 10_000;

/** Thrown when a connection did not come about in time. */
export class ConnectTimeout extends Error {
  override readonly name = 'ConnectTimeout';
  readonly code = 'ESO_CONNECT_TIMEOUT';
  /** What was waited for: TCP and TLS, or the peer's first word after them. */
  readonly awaited: 'handshake' | 'settings';
  /** How long, milliseconds. */
  readonly timeoutMs: number;

  constructor(awaited: ConnectTimeout['awaited'], timeoutMs: number) {
    const what = awaited === 'handshake' ? 'no TLS connection' : 'no word after the handshake';
    super(`${what} within ${timeoutMs / 1000} s`);
    this.awaited = awaited;
    this.timeoutMs = timeoutMs;
  }
}

/**
 * Starts a TLS connection that offers HTTP/2. The peer's certificate is always verified, whatever the environment or the options of the
 * process say. What goes wrong is emitted by the socket as an error: Node's own, or {@link ConnectTimeout}.
 */
export function dial(options: DialOptions): TLSSocket {
  const { address, credentials, minVersion = 'TLSv1.3', timeoutMs = CONNECT_TIMEOUT_MS, clock } = options;
  const verified = options.serverName ?? address.host;
  const { ca, cert, key, crl } = credentials;
  const socket = connect({
    host: address.host,
    port: address.port,
    // A server name is a DNS name (RFC 6066 §3); an address is verified against the certificate's addresses.
    servername: isIP(verified) ? '' : verified,
    checkServerIdentity: (_, certificate) => checkServerIdentity(verified, certificate),
    ca,
    cert,
    key,
    crl,
    // Said here, because its default is what NODE_TLS_REJECT_UNAUTHORIZED says.
    rejectUnauthorized: true,
    minVersion,
    ALPNProtocols: ['h2'],
  });
  socket.setNoDelay(true);
  const cancel = clock.schedule(timeoutMs, () => socket.destroy(new ConnectTimeout('handshake', timeoutMs)));
  socket.once('secureConnect', cancel);
  socket.once('close', cancel);
  return socket;
}
