import { checkServerIdentity, connect, type TLSSocket } from 'node:tls';
import type { TlsMaterial } from '@eso/api/tls';
import type { Clock } from '@eso/runtime';
import type { ProviderAddress } from './endpoint.ts';

/** How long TCP and TLS may take together, milliseconds. Node itself would wait for minutes. */
export const CONNECT_TIMEOUT_MS = 10_000;

export interface SecureConnectionOptions {
  readonly address: ProviderAddress;
  /** Name that the peer's certificate has to carry, whatever address was dialled. */
  readonly serverName: string;
  readonly material: TlsMaterial;
  readonly clock: Clock;
}

/** Ends a connection that did not come about in time: no handshake, or no word after it. */
export class ConnectTimeout extends Error {
  override readonly name = 'ConnectTimeout';
  readonly code = 'ESO_CONNECT_TIMEOUT';
}

/** Starts a mutual TLS 1.3 connection for HTTP/2. What goes wrong is emitted by the socket as an error. */
export function connectSecurely({ address, serverName, material, clock }: SecureConnectionOptions): TLSSocket {
  const { cert, key, ca, crl } = material;
  const socket = connect({
    host: address.host,
    port: address.port,
    servername: serverName,
    checkServerIdentity: (_, certificate) => checkServerIdentity(serverName, certificate),
    cert,
    key,
    ca,
    ...(crl === undefined ? {} : { crl }),
    // Said here, because its default is what NODE_TLS_REJECT_UNAUTHORIZED says.
    rejectUnauthorized: true,
    minVersion: 'TLSv1.3',
    ALPNProtocols: ['h2'],
  });
  const cancel = clock.schedule(CONNECT_TIMEOUT_MS, () => {
    socket.destroy(new ConnectTimeout(`no TLS connection within ${CONNECT_TIMEOUT_MS / 1000} s`));
  });
  socket.once('secureConnect', cancel);
  socket.once('close', cancel);
  return socket;
}
