import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  constants,
  type OutgoingHttpHeaders,
  type Settings,
} from 'node:http2';
import type { TLSSocket } from 'node:tls';
import { CLIENT_REFUSED } from '@eso/api/contract';
import type { Clock } from '@eso/runtime';
import { answerHeaderOptions, headerListBytes } from './header-limits.ts';
import { InFlightGate } from './in-flight-gate.ts';
import { Liveness } from './liveness.ts';
import { ConnectTimeout } from './secure-connection.ts';
import { WireFailure } from './wire-failure.ts';

/** How long the peer's first word may take after the handshake, milliseconds. */
const FIRST_WORD_TIMEOUT_MS = 10_000;
/** A connection without calls is closed after this, milliseconds. */
const IDLE_TIMEOUT_MS = 5 * 60_000;
/** Bytes a provider may send ahead on one stream, and on all; Node's 64 KiB stall larger answers. */
const STREAM_WINDOW = 1024 * 1024;
const CONNECTION_WINDOW = 8 * 1024 * 1024;

/** A peer that takes as many bytes of header fields takes ours, whatever the names in them. */
const LEAST_HEADER_BYTES = 4_096;

/** How a connection ended. */
export interface ConnectionEnd {
  /** It was closed because nobody used it. */
  readonly idle: boolean;
  /** The peer had said a word on it. */
  readonly opened: boolean;
  /** It was ended here, on purpose. */
  readonly ours: boolean;
  /** Nothing answered a ping. */
  readonly silent: boolean;
  readonly error: Error | undefined;
}

export interface ConnectionOptions {
  /** A TLS socket that is being connected. */
  readonly socket: TLSSocket;
  /** `https://<name>:<port>`, which calls carry as their authority. */
  readonly origin: string;
  readonly clock: Clock;
  /** Called once when the peer has said its first word. */
  readonly onOpen?: () => void;
  /** Called once when the connection has ended. */
  readonly onEnd: (how: ConnectionEnd) => void;
}

/**
 * One HTTP/2 connection that finds out by itself when the other side is gone. Written here because connect-node's session manager
 * goes on pinging a session that was destroyed with calls open, from a timer, where Node's error ends the process.
 */
export class Connection {
  /** Resolves when calls can be made. @throws WireFailure of kind `connect` with the reason as its cause, or `turnedAway`. */
  readonly ready: Promise<void>;
  /** Resolves when the socket is closed. */
  readonly ended: Promise<void>;
  readonly #http2: ClientHttp2Session;
  readonly #options: ConnectionOptions;
  readonly #liveness: Liveness;
  /** As many calls as the peer takes at a time. Node would send more, and such a stream cannot even be given up. */
  readonly #places = new InFlightGate(0);
  #streams = 0;
  #error: Error | undefined;
  #idle = false;
  #ours = false;
  #silent = false;
  #shookHands = false;
  #opened = false;
  #ended = false;
  #refusesClient = false;
  /** What the peer takes in header fields, as HTTP/2 counts them, bytes. */
  #peerHeaderBytes = Infinity;
  #cancelFirstWord: () => void = () => undefined;
  #cancelIdle: () => void = () => undefined;
  #cancelDrain: () => void = () => undefined;

  constructor(options: ConnectionOptions) {
    const { socket, origin, clock } = options;
    this.#options = options;
    this.#http2 = connect(origin, {
      createConnection: () => socket,
      settings: { enablePush: false, initialWindowSize: STREAM_WINDOW, ...answerHeaderOptions.settings },
      maxHeaderListPairs: answerHeaderOptions.maxHeaderListPairs,
    });
    this.#liveness = new Liveness({
      clock,
      isBusy: () => this.#streams > 0,
      ping: (answered) => this.#ping(answered),
      onSilence: (error) => {
        this.#silent = true;
        this.#break(error);
      },
    });
    const opened = Promise.withResolvers<undefined>();
    this.ready = opened.promise;
    // Whoever waits for it is told; nobody has to.
    this.ready.catch(() => undefined);
    this.ended = new Promise((resolve) => {
      socket.once('close', () => {
        this.#closed();
        opened.reject(this.#neverOpened());
        resolve();
      });
    });
    this.#http2.once('connect', () => this.#handshakeDone());
    this.#http2.on('remoteSettings', ({ maxConcurrentStreams, maxHeaderListSize }: Settings) => {
      this.#heard();
      this.#peerHeaderBytes = maxHeaderListSize ?? Infinity;
      if (!this.#opened) this.#open();
      this.#places.setLimit(maxConcurrentStreams ?? Infinity);
      opened.resolve(undefined);
    });
    this.#http2.on('goaway', (_code, _lastStream, text?: Buffer) => {
      this.#heard();
      if (text?.toString('latin1') === CLIENT_REFUSED) this.#refusesClient = true;
    });
    // The socket knows best why it failed; the session only that it did.
    socket.on('error', (error) => (this.#error ??= error));
    this.#http2.on('error', (error) => (this.#error ??= error));
    // A peer that has more to send than it may would otherwise keep a closed session's socket for ever.
    this.#http2.once('close', () => socket.destroy());
  }

  /** Whether new calls may be made: connected, or about to be, and not told to go away. */
  get isUsable(): boolean {
    return !this.isBroken && !this.#http2.closed;
  }

  /** Whether nothing comes or goes any more, or is about to end: calls on it are lost. */
  get isBroken(): boolean {
    return this.#ended || this.#http2.destroyed || this.#options.socket.destroyed;
  }

  get isOpen(): boolean {
    return this.#opened && this.isUsable;
  }

  /** Calls on it. */
  get streams(): number {
    return this.#streams;
  }

  /** Why the connection failed, if it did. */
  get error(): Error | undefined {
    return this.#error;
  }

  /** Whether the peer said for the whole connection that it does not accept our certificate. */
  get refusesClient(): boolean {
    return this.#refusesClient;
  }

  /**
   * Opens a stream as soon as the peer takes one more.
   * @param tenant on whose behalf: tenants take turns where the peer takes fewer than are wanted
   * @throws WireFailure of kind `refused` when the connection has been told to go away meanwhile, `requestTooLarge` when the peer takes
   *   fewer header fields than a call has; the signal's reason
   */
  async request(headers: OutgoingHttpHeaders, tenant: string, signal: AbortSignal): Promise<ClientHttp2Stream> {
    if (this.#peerHeaderBytes < LEAST_HEADER_BYTES && headerListBytes(headers) > this.#peerHeaderBytes)
      throw new WireFailure('requestTooLarge', `it takes no more than ${this.#peerHeaderBytes} bytes of header fields`);
    const leave = await this.#places.enter(signal, tenant);
    let stream: ClientHttp2Stream;
    try {
      stream = this.#http2.request(headers);
    } catch (cause) {
      leave();
      throw new WireFailure('refused', 'the connection takes no more calls', cause);
    }
    if (this.#streams++ === 0) this.#cancelIdle();
    stream.once('close', () => {
      leave();
      if (--this.#streams === 0) this.#startIdle();
    });
    return stream;
  }

  /** Told of whatever came in, which is as good as the answer to a ping. */
  readonly heard = (): void => this.#heard();

  /**
   * Takes no more calls; the connection ends with the last one under way.
   * @param graceMs time after which it ends in any case, milliseconds. Default: never
   */
  drain(graceMs = Infinity): void {
    if (this.isBroken) return;
    this.#http2.close();
    if (graceMs === Infinity) return;
    this.#cancelDrain();
    this.#cancelDrain = this.#options.clock.schedule(graceMs, () => {
      this.#ours = true;
      this.#break(new WireFailure('lost', 'the connection was given up'));
    });
  }

  /** Ends the connection and every call on it. */
  destroy(): void {
    this.#ours = true;
    this.#http2.destroy();
    this.#options.socket.destroy();
  }

  #break(error: Error): void {
    this.#error ??= error;
    this.#http2.destroy(this.#error, constants.NGHTTP2_CANCEL);
    this.#options.socket.destroy();
  }

  #handshakeDone(): void {
    this.#shookHands = true;
    this.#cancelFirstWord = this.#options.clock.schedule(FIRST_WORD_TIMEOUT_MS, () => {
      this.#break(new ConnectTimeout(`no word after the handshake within ${FIRST_WORD_TIMEOUT_MS / 1000} s`));
    });
  }

  #open(): void {
    this.#opened = true;
    this.#cancelFirstWord();
    this.#http2.setLocalWindowSize(CONNECTION_WINDOW);
    this.#liveness.start();
    this.#startIdle();
    this.#options.onOpen?.();
  }

  #neverOpened(): WireFailure {
    return this.#shookHands && this.#error === undefined && !this.#ours
      ? new WireFailure('turnedAway', 'closed right after the TLS handshake')
      : new WireFailure('connect', 'no connection', this.#error);
  }

  #closed(): void {
    this.#ended = true;
    this.#liveness.stop();
    this.#cancelFirstWord();
    this.#cancelIdle();
    this.#cancelDrain();
    this.#http2.destroy();
    // Whoever waits for a place is let through and finds out.
    this.#places.setLimit(Infinity);
    this.#options.onEnd({
      idle: this.#idle,
      opened: this.#opened,
      ours: this.#ours,
      silent: this.#silent,
      error: this.#error,
    });
  }

  #heard(): void {
    this.#liveness.heard();
  }

  #startIdle(): void {
    if (this.#ended) return;
    this.#cancelIdle();
    this.#cancelIdle = this.#options.clock.schedule(IDLE_TIMEOUT_MS, () => {
      this.#idle = true;
      this.#http2.close();
    });
  }

  #ping(answered: () => void): void {
    if (this.isBroken) return;
    this.#http2.ping((error) => {
      if (!error) answered();
    });
  }
}
