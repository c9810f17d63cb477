import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  constants,
  type OutgoingHttpHeaders,
} from 'node:http2';
import type { TLSSocket } from 'node:tls';
import type { Clock } from '@eso/runtime';
import { WireFailure } from './wire-failure.ts';

/** Ping after this much silence, with or without calls; Go servers allow one every 5 s. Milliseconds. */
export const PING_INTERVAL_MS = 10_000;
/** A ping that is not answered within this ends the connection, milliseconds. */
export const PING_TIMEOUT_MS = 5_000;
/** A connection without calls is closed after this, milliseconds. */
const IDLE_TIMEOUT_MS = 5 * 60_000;
/** Bytes a provider may send ahead on one stream, and on all; Node's 64 KiB stall larger answers. */
const STREAM_WINDOW = 1024 * 1024;
const CONNECTION_WINDOW = 8 * 1024 * 1024;

export interface ConnectionOptions {
  /** A TLS socket that is being connected. */
  readonly socket: TLSSocket;
  /** `https://<name>:<port>`, which calls carry as their authority. */
  readonly origin: string;
  readonly clock: Clock;
  /** Called once when the connection has ended. `idle`: it was closed because nobody used it. */
  readonly onEnd: (how: { idle: boolean; error: Error | undefined }) => void;
}

/**
 * One HTTP/2 connection that finds out by itself when the other side is gone. Written here because connect-node's session manager
 * goes on pinging a session that was destroyed with calls open, from a timer, where Node's error ends the process.
 */
export class Connection {
  /** Resolves when calls can be made. @throws WireFailure of kind `connect` with the reason as its cause. */
  readonly ready: Promise<void>;
  /** Resolves when the socket is closed. */
  readonly ended: Promise<void>;
  readonly #http2: ClientHttp2Session;
  readonly #options: ConnectionOptions;
  #streams = 0;
  #error: Error | undefined;
  #idle = false;
  #isReady = false;
  #heard = false;
  #ended = false;
  #bytesSeen = 0;
  #cancelPing: () => void = () => undefined;
  #cancelIdle: () => void = () => undefined;

  constructor(options: ConnectionOptions) {
    const { socket, origin } = options;
    this.#options = options;
    this.#http2 = connect(origin, {
      createConnection: () => socket,
      settings: { enablePush: false, initialWindowSize: STREAM_WINDOW },
    });
    this.ready = new Promise((resolve, reject) => {
      this.#http2.once('connect', () => {
        this.#opened();
        resolve();
      });
      socket.once('close', () => reject(new WireFailure('connect', 'no connection', this.#error)));
    });
    this.ended = new Promise((resolve) => {
      socket.once('close', () => {
        this.#closed();
        resolve();
      });
    });
    this.#http2.once('remoteSettings', () => (this.#heard = true));
    // Whoever waits for it is told; nobody has to.
    this.ready.catch(() => undefined);
    // The socket knows best why it failed; the session only that it did.
    socket.on('error', (error) => (this.#error ??= error));
    this.#http2.on('error', (error) => (this.#error ??= error));
    // A peer that has more to send than it may would otherwise keep a closed session's socket for ever.
    this.#http2.once('close', () => socket.destroy());
  }

  /** Whether new calls may be made: connected, or about to be, and not told to go away. */
  get isUsable(): boolean {
    return !this.#ended && !this.#http2.closed && !this.#http2.destroyed;
  }

  get isOpen(): boolean {
    return this.#isReady && this.isUsable;
  }

  /** Why the connection failed, if it did. */
  get error(): Error | undefined {
    return this.#error;
  }

  /** Whether the peer went away after the handshake without a word, which is how Node refuses a client's certificate. */
  get wasTurnedAway(): boolean {
    return this.#ended && this.#isReady && !this.#heard && this.#error === undefined;
  }

  /**
   * Opens a stream.
   * @throws WireFailure of kind `refused` when the connection has been told to go away meanwhile.
   */
  request(headers: OutgoingHttpHeaders): ClientHttp2Stream {
    let stream: ClientHttp2Stream;
    try {
      stream = this.#http2.request(headers);
    } catch (cause) {
      throw new WireFailure('refused', 'the connection takes no more calls', cause);
    }
    this.#streams++;
    this.#cancelIdle();
    stream.once('close', () => {
      if (--this.#streams === 0) this.#startIdle();
    });
    return stream;
  }

  /** Takes no more calls; the connection ends with the last one under way. */
  drain(): void {
    this.#http2.close();
  }

  /** Ends the connection and every call on it. */
  destroy(): void {
    this.#http2.destroy();
    this.#options.socket.destroy();
  }

  #opened(): void {
    this.#isReady = true;
    this.#http2.setLocalWindowSize(CONNECTION_WINDOW);
    this.#schedulePing();
    this.#startIdle();
  }

  #closed(): void {
    this.#ended = true;
    this.#cancelPing();
    this.#cancelIdle();
    this.#http2.destroy();
    this.#options.onEnd({ idle: this.#idle, error: this.#error });
  }

  #startIdle(): void {
    if (this.#ended) return;
    this.#cancelIdle();
    this.#cancelIdle = this.#options.clock.schedule(IDLE_TIMEOUT_MS, () => {
      this.#idle = true;
      this.#http2.close();
    });
  }

  #schedulePing(): void {
    const { clock, socket } = this.#options;
    this.#bytesSeen = socket.bytesRead;
    this.#cancelPing = clock.schedule(PING_INTERVAL_MS, () => {
      // Whatever came in meanwhile is as good as an answer.
      if (socket.bytesRead === this.#bytesSeen) this.#ping();
      else this.#schedulePing();
    });
  }

  #ping(): void {
    if (this.#ended || this.#http2.destroyed) return;
    this.#cancelPing = this.#options.clock.schedule(PING_TIMEOUT_MS, () => {
      this.#error ??= new WireFailure('lost', `no answer to a ping within ${PING_TIMEOUT_MS / 1000} s`);
      this.#http2.destroy(this.#error, constants.NGHTTP2_CANCEL);
      this.#options.socket.destroy();
    });
    this.#http2.ping((error) => {
      this.#cancelPing();
      if (!error && !this.#ended) this.#schedulePing();
    });
  }
}
