import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';

/**
 * A proxy for `HTTPS_PROXY` that leads single hosts to ports of this machine: so that a client reaches an {@link AdverseProxy} by the
 * backend's real name, with all its checks of names on.
 */
export class TunnelProxy {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server) {
    this.#server = server;
  }

  /** @param portOf where a host is found on 127.0.0.1; undefined: it is refused, as a name that nobody knows */
  static async start(portOf: (host: string) => number | undefined): Promise<TunnelProxy> {
    const proxy = new TunnelProxy(createServer());
    proxy.#server.on('connect', (request, client: Socket) => {
      const port = portOf((request.url ?? '').toLowerCase().replace(/:\d+$/, ''));
      if (port === undefined) client.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
      else proxy.#tunnel(client, port);
    });
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  /** A client hears that nobody listens behind it as a proxy tells it: with 502. */
  #tunnel(client: Socket, port: number): void {
    const upstream = connect(port, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      upstream.pipe(client);
      client.pipe(upstream);
    });
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      this.#sockets.add(socket);
      socket.on('error', () => {
        if (socket === upstream && socket.connecting) client.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
        else other.destroy();
      });
      socket.on('close', () => {
        this.#sockets.delete(socket);
        other.destroy();
      });
    }
  }
}
