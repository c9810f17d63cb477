import { isIP } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import { type Clock, within } from '@eso/runtime';
import type { KubeConnection } from '../connection/connection.ts';
import { TransportFailure } from './failure.ts';

export interface DialOptions {
  connection: KubeConnection;
  clock: Clock;
  /** TCP and TLS handshake together, in milliseconds. */
  connectTimeoutMs: number;
  signal: AbortSignal;
}

/** Time to read certificates, or to run what makes them, in milliseconds. */
const MATERIAL_TIMEOUT_MS = 30_000;

/**
 * Opens a TLS connection that speaks HTTP/2, with the newest certificates there are.
 * @throws TransportFailure of stage `connect`
 */
export async function dial({ connection, clock, connectTimeoutMs, signal }: DialOptions): Promise<TLSSocket> {
  const { server } = connection;
  const host = server.hostname.replace(/^\[|\]$/g, '');
  const late = (): Error => new Error(`no certificates to connect with within ${MATERIAL_TIMEOUT_MS} ms`);
  const material = await within(connection.tls(signal), { clock, ms: MATERIAL_TIMEOUT_MS, signal, late });
  signal.throwIfAborted();
  const socket = connect({
    ...material,
    host,
    port: Number(server.port || 443),
    // A server name is a DNS name (RFC 6066 §3); an address is verified against the certificate's addresses.
    servername: material.servername ?? (isIP(host) ? '' : host),
    ALPNProtocols: ['h2'],
    // Said here, because its default is what NODE_TLS_REJECT_UNAUTHORIZED says.
    rejectUnauthorized: true,
    minVersion: 'TLSv1.2',
  });
  socket.setNoDelay(true);
  try {
    await handshake(socket, clock, connectTimeoutMs, signal);
  } catch (error) {
    socket.destroy();
    throw TransportFailure.connect(server.host, error);
  }
  return socket;
}

function handshake(socket: TLSSocket, clock: Clock, timeoutMs: number, signal: AbortSignal): Promise<void> {
  return new Promise<void>((resolve, reject) => {
    const onAbort = (): void => settle(signal.reason as Error);
    const cancelTimer = clock.schedule(timeoutMs, () => settle(new Error(`no TLS session within ${timeoutMs} ms`)));
    const onError = (error: Error): void => settle(error);
    const onClose = (): void => settle(new Error('it closed the connection during the handshake'));
    const onSecure = (): void => {
      const speaks = socket.alpnProtocol === 'h2';
      settle(speaks ? undefined : new Error('it does not speak HTTP/2, which this client needs'));
    };
    const settle = (error?: Error): void => {
      cancelTimer();
      signal.removeEventListener('abort', onAbort);
      socket.off('close', onClose).off('secureConnect', onSecure);
      if (error) reject(error);
      else resolve();
    };
    signal.addEventListener('abort', onAbort, { once: true });
    // Stays attached: an error that comes when nobody else listens, before or after the HTTP/2 session, must not end the process.
    socket.on('error', onError);
    socket.once('close', onClose).once('secureConnect', onSecure);
  });
}
