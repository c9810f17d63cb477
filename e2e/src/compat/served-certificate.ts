import { once } from 'node:events';
import { connect } from 'node:tls';
import type { Pod } from '@eso/testing';

/** Serial number of the certificate that a provider shows to who connects now. */
export async function servedSerial(pod: Pod): Promise<string> {
  const socket = connect({
    host: '127.0.0.1',
    port: pod.ports['grpc'] ?? 0,
    // Only looked at; the provider goes no further with who has no certificate.
    rejectUnauthorized: false,
    ALPNProtocols: ['h2'],
  });
  try {
    await once(socket, 'secureConnect');
    return socket.getPeerCertificate().serialNumber;
  } finally {
    socket.destroy();
  }
}
