import { createServer, type Server, type Socket, connect } from 'node:net';
import { once } from 'node:events';

/**
 * What the proxy does with the bytes of both directions:
 * - `pass`: hands them on
 * - `delay`: hands them on `ms` milliseconds later
 * - `stall`: keeps connections open and the bytes back; they go on when the fault ends
 * - `drop`: keeps connections open and throws the bytes away, as a broken network does (a half-open connection); those
 *   that lost something are reset when the fault ends
 * - `corrupt`: flips a bit in each piece, another one for each direction
 * - `reset`: ends present and new connections with a TCP reset
 * - `refuse`: ends present connections the same way, and nobody listens for new ones
 */
export type Fault =
  | { readonly kind: 'pass' }
  | { readonly kind: 'delay'; readonly ms: number }
  | { readonly kind: 'stall' }
  | { readonly kind: 'drop' }
  | { readonly kind: 'corrupt' }
  | { readonly kind: 'reset' }
  | { readonly kind: 'refuse' };

/** What a {@link FaultProxy} stands before. */
export interface FaultProxyOptions {
  /** Where connections go. */
  readonly target: { readonly host: string; readonly port: number };
}

/** One accepted connection and the one it leads to. */
interface Pair {
  readonly sockets: readonly [Socket, Socket];
  lostBytes: boolean;
}

/** A TCP proxy on loopback that does harm when told to. */
export class FaultProxy implements AsyncDisposable {
  readonly host = '127.0.0.1';
  readonly #options: FaultProxyOptions;
  readonly #server: Server;
  readonly #pairs = new Set<Pair>();
  #fault: Fault = { kind: 'pass' };
  #port = 0;
  #accepted = 0;

  private constructor(options: FaultProxyOptions) {
    this.#options = options;
    this.#server = createServer({ allowHalfOpen: true }, (client) => this.#accept(client));
  }

  /** Starts a proxy that passes everything. */
  static async start(options: FaultProxyOptions): Promise<FaultProxy> {
    const proxy = new FaultProxy(options);
    await proxy.#listen();
    return proxy;
  }

  /** Stays the same, whatever the fault. */
  get port(): number {
    return this.#port;
  }

  /** Connections accepted since the start. */
  get accepted(): number {
    return this.#accepted;
  }

  /** Connections that are open now. */
  get open(): number {
    return this.#pairs.size;
  }

  get fault(): Fault {
    return this.#fault;
  }

  /** From now on does this, to present connections, too. */
  async set(fault: Fault): Promise<void> {
    const previous = this.#fault;
    this.#fault = fault;
    if (previous.kind === 'drop') this.resetConnections((pair) => pair.lostBytes);
    if (fault.kind === 'reset' || fault.kind === 'refuse') this.resetConnections();
    for (const { sockets } of this.#pairs) {
      for (const socket of sockets) {
        if (fault.kind === 'stall') socket.pause();
        else socket.resume();
      }
    }
    if (fault.kind === 'refuse' && this.#server.listening) await this.#closeServer();
    if (fault.kind !== 'refuse' && !this.#server.listening) await this.#listen();
  }

  /** Ends present connections with a TCP reset; new ones are not affected. */
  resetConnections(which: (pair: Pair) => boolean = () => true): void {
    for (const pair of this.#pairs) {
      if (which(pair)) pair.sockets.forEach((socket) => socket.resetAndDestroy());
    }
  }

  /** Ends everything. */
  async stop(): Promise<void> {
    this.#fault = { kind: 'refuse' };
    this.resetConnections();
    if (this.#server.listening) await this.#closeServer();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #listen(): Promise<void> {
    this.#server.listen(this.#port, this.host);
    await once(this.#server, 'listening');
    this.#port = (this.#server.address() as { port: number }).port;
  }

  async #closeServer(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.resetConnections();
    await closed;
  }

  #accept(client: Socket): void {
    this.#accepted++;
    if (this.#fault.kind === 'reset' || this.#fault.kind === 'refuse') {
      client.resetAndDestroy();
      return;
    }
    const { host, port } = this.#options.target;
    const upstream = connect({ host, port, allowHalfOpen: true });
    const pair: Pair = { sockets: [client, upstream], lostBytes: false };
    this.#pairs.add(pair);
    this.#forward(pair, 0);
    this.#forward(pair, 1);
  }

  /** Hands on what one side of a connection (0 the client, 1 the target) sends. */
  #forward(pair: Pair, side: 0 | 1): void {
    const from = pair.sockets[side];
    const to = pair.sockets[side === 0 ? 1 : 0];
    from.setNoDelay(true);
    from.on('data', (bytes: Buffer) => {
      if (this.#fault.kind === 'drop') {
        pair.lostBytes = true;
        return;
      }
      if (this.#fault.kind === 'corrupt') flipBit(bytes, side);
      this.#later(() => this.#write(from, to, bytes));
    });
    from.on('end', () => this.#later(() => to.end()));
    from.on('error', () => to.resetAndDestroy());
    from.on('close', () => {
      this.#pairs.delete(pair);
      this.#later(() => to.destroySoon());
    });
    if (this.#fault.kind === 'stall') from.pause();
  }

  #write(from: Socket, to: Socket, bytes: Buffer): void {
    if (to.destroyed || to.write(bytes)) return;
    from.pause();
    to.once('drain', () => {
      if (this.#fault.kind !== 'stall') from.resume();
    });
  }

  /** Runs `action` at once, or after the delay of the present fault. */
  #later(action: () => void): void {
    if (this.#fault.kind === 'delay') setTimeout(action, this.#fault.ms);
    else action();
  }
}

/** In the middle, where payload is more likely than a length. */
function flipBit(bytes: Buffer, side: 0 | 1): void {
  const middle = bytes.length >> 1;
  bytes[middle] = (bytes[middle] ?? 0) ^ (0x10 << side);
}
