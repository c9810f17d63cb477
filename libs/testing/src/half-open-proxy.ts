import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/**
 * A TCP proxy on loopback whose present connections can be cut without a word, as when a machine in between forgets them: they
 * stay open and nothing gets through any more, while new ones work.
 */
export class HalfOpenProxy implements AsyncDisposable {
  readonly #server: Server;
  readonly #open = new Set<Socket>();
  #epoch = 0;
  #accepted = 0;

  private constructor(targetPort: number) {
    this.#server = createServer((client) => this.#accept(client, targetPort));
  }

  /** @param targetPort where connections go, on loopback */
  static async start(targetPort: number): Promise<HalfOpenProxy> {
    const proxy = new HalfOpenProxy(targetPort);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as { port: number }).port;
  }

  /** Connections accepted since the start. */
  get accepted(): number {
    return this.#accepted;
  }

  /** From now on nothing of the present connections gets through, in either direction. */
  freeze(): void {
    this.#epoch++;
  }

  async stop(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#open) socket.destroy();
    await closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  #accept(client: Socket, port: number): void {
    this.#accepted++;
    const epoch = this.#epoch;
    const target = connect({ host: '127.0.0.1', port });
    for (const [from, to] of [
      [client, target],
      [target, client],
    ] as const) {
      this.#open.add(from);
      from.setNoDelay(true);
      from.on('data', (bytes) => {
        if (epoch === this.#epoch) to.write(bytes);
      });
      from.on('error', () => undefined);
      from.on('close', () => {
        this.#open.delete(from);
        // A peer behind a dead connection does not hear of its end.
        if (epoch === this.#epoch) to.destroy();
      });
    }
  }
}
