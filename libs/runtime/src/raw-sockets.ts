import type { Socket } from 'node:net';

/**
 * Which connection is under a TLS one. Both are at the same address and port of the client; Node says neither of the other. Limits and
 * times are about the connection itself, which is there before anybody has shown that it speaks TLS.
 */
export class RawSockets {
  readonly #byAddress = new Map<string, Socket>();
  readonly #raw = new WeakMap<object, Socket>();

  add(socket: Socket): void {
    const key = addressOf(socket);
    this.#byAddress.set(key, socket);
    socket.once('close', () => {
      if (this.#byAddress.get(key) === socket) this.#byAddress.delete(key);
    });
  }

  /** A handshake has ended. */
  secured(socket: Socket): void {
    const raw = this.#byAddress.get(addressOf(socket));
    if (raw) this.#raw.set(socket, raw);
  }

  /** The connection under this one, or itself. */
  of(socket: Socket): Socket {
    return this.#raw.get(socket) ?? socket;
  }
}

function addressOf({ remoteAddress = '', remotePort = 0 }: Socket): string {
  return `${remoteAddress} ${String(remotePort)}`;
}
