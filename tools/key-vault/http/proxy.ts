import { type Socket, connect } from 'node:net';
import type { Duplex } from 'node:stream';

/**
 * Answers CONNECT: a tunnel to the server's own TLS port for hosts that it stands for, and 502 for every other, as for a name
 * that does not resolve. So clients use the real host names, and all their checks of host names stay on.
 */
export function tunnel(
  socket: Duplex,
  options: { readonly known: boolean; readonly address: string; readonly port: number },
): void {
  socket.on('error', () => socket.destroy());
  if (!options.known) {
    socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
    return;
  }
  const upstream: Socket = connect(options.port, options.address, () => {
    socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
    upstream.pipe(socket);
    socket.pipe(upstream);
  });
  upstream.on('error', () => socket.destroy());
  upstream.on('close', () => socket.destroy());
  socket.on('close', () => upstream.destroy());
}
