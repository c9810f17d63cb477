import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  constants,
  type OutgoingHttpHeaders,
  type Settings,
} from 'node:http2';
import { isIPv6 } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { CONNECT_TIMEOUT_MS, ConnectTimeout, dial } from './dial.ts';
import { answerHeaderOptions, headerListBytes } from './header-limits.ts';
import { InFlightGate } from './in-flight-gate.ts';
import { DEFAULT_KEEP_ALIVE, Liveness } from './liveness.ts';
import { NoHttp2, SessionError } from './session-error.ts';
import type { Http2RequestOptions, Http2SessionOptions, SessionEnd, SessionState } from './session-options.ts';

/** Bytes a peer may send ahead on one stream; Node's 64 KiB stall larger answers. */
const STREAM_WINDOW = 1024 * 1024;
/** A peer that takes as many bytes of header fields takes ours, whatever the names in them. */
const LEAST_HEADER_BYTES = 4_096;
/** Default of {@link Http2SessionOptions.windowBytes}. */
const DEFAULT_WINDOW = 8 * 1024 * 1024;

/**
 * One HTTP/2 connection that finds out by itself when the other side is gone. Written here because connect-node's session manager
 * goes on pinging a session that was destroyed with calls open, from a timer, where Node's error ends the process.
 */
export class Http2Session {
  /** Resolves when streams can be opened. @throws SessionError of kind `connect` with the reason as its cause, or `turnedAway`. */
  readonly ready: Promise<void>;
  /** Resolves when the socket is closed. */
  readonly ended: Promise<void>;
  readonly #options: Http2SessionOptions;
  readonly #socket: TLSSocket;
  readonly #http2: ClientHttp2Session;
  readonly #liveness: Liveness;
  /** As many streams as the peer takes at a time. Node would send more, and such a stream cannot even be given up. */
  readonly #streamSlots = new InFlightGate(0);
  #maxStreams = 0;
  #streams = 0;
  #phase: SessionEnd['reached'] = 'connecting';
  #error: Error | undefined;
  #goawayText: string | undefined;
  #idle = false;
  #closedLocally = false;
  #pingTimedOut = false;
  #ended = false;
  /** What the peer takes in header fields, as HTTP/2 counts them, bytes. */
  #peerHeaderBytes = Infinity;
  #cancelSettings: () => void = () => undefined;
  #cancelIdle: () => void = () => undefined;
  #cancelDrain: () => void = () => undefined;

  /**
   * Dials.
   * @throws the signal's reason, when it has aborted already
   */
  constructor(options: Http2SessionOptions) {
    options.signal?.throwIfAborted();
    this.#options = options;
    const socket = dial(options);
    this.#socket = socket;
    this.#http2 = connect(originOf(options), {
      createConnection: () => socket,
      settings: { enablePush: false, initialWindowSize: STREAM_WINDOW, ...answerHeaderOptions.settings },
      maxHeaderListPairs: answerHeaderOptions.maxHeaderListPairs,
      ...(options.memoryMiB === undefined ? {} : { maxSessionMemory: options.memoryMiB }),
    });
    this.#liveness = new Liveness({
      clock: options.clock,
      keepAlive: options.keepAlive ?? DEFAULT_KEEP_ALIVE,
      isBusy: () => this.#streams > 0,
      ping: (answered) => this.#ping(answered),
      onSilence: (error) => {
        this.#pingTimedOut = true;
        this.#fail(error);
      },
    });
    const opened = Promise.withResolvers<undefined>();
    this.ready = opened.promise;
    // Whoever waits for it is told; nobody has to.
    this.ready.catch(() => undefined);
    const onAbort = (): void => void this.destroy();
    options.signal?.addEventListener('abort', onAbort, { once: true });
    const settled = (): void => options.signal?.removeEventListener('abort', onAbort);
    this.ended = new Promise((resolve) => {
      socket.once('close', () => {
        settled();
        this.#onSocketClosed();
        opened.reject(this.#neverOpened());
        resolve();
      });
    });
    this.#http2.once('connect', () => this.#onHandshakeDone());
    this.#http2.on('remoteSettings', (settings: Settings) => {
      settled();
      this.#onRemoteSettings(settings);
      opened.resolve(undefined);
    });
    this.#http2.on('goaway', (_code, _lastStream, text?: Buffer) => {
      this.recordActivity();
      if (text?.length) this.#goawayText = text.toString('latin1');
    });
    // The socket knows best why it failed; the session only that it did.
    socket.on('error', (error) => (this.#error ??= error));
    this.#http2.on('error', (error) => (this.#error ??= error));
    // A peer that has more to send than it may would otherwise keep a closed session's socket for ever.
    this.#http2.once('close', () => socket.destroy());
  }

  get state(): SessionState {
    if (this.#ended || this.#http2.destroyed || this.#socket.destroyed) return 'closed';
    return this.#http2.closed ? 'draining' : this.#phase;
  }

  /** Streams that are open or waited for. */
  get load(): number {
    return this.#streamSlots.inFlight + this.#streamSlots.waiting;
  }

  /** Whether the peer takes no further stream now: one more has to wait. */
  get isSaturated(): boolean {
    return this.load >= this.#maxStreams;
  }

  /** Why the session failed, if it did. */
  get error(): Error | undefined {
    return this.#error;
  }

  /** Debug data of the peer's last GOAWAY that had any, one character a byte. Not to be shown: it is the peer's. */
  get goawayText(): string | undefined {
    return this.#goawayText;
  }

  /**
   * Opens a stream, at once where the peer takes one more, else as soon as it does.
   * @throws SessionError of kind `refused` when the session takes no more streams, `headersTooLarge` when the peer takes fewer header
   *   fields than there are; the signal's reason. Thrown, or what the promise rejects with.
   */
  request(
    headers: OutgoingHttpHeaders,
    options: Http2RequestOptions = {},
  ): ClientHttp2Stream | Promise<ClientHttp2Stream> {
    const { endStream = false, group, signal } = options;
    signal?.throwIfAborted();
    if (this.#peerHeaderBytes < LEAST_HEADER_BYTES && headerListBytes(headers) > this.#peerHeaderBytes) {
      const text = `it takes no more than ${this.#peerHeaderBytes} bytes of header fields`;
      throw new SessionError('headersTooLarge', text);
    }
    const leave = this.#streamSlots.tryAcquire(group);
    return leave
      ? this.#stream(headers, endStream, leave)
      : this.#streamSlots.acquire(signal, group).then((place) => this.#stream(headers, endStream, place));
  }

  /** To be told of whatever comes in on a stream, which is as good as the answer to a ping. */
  readonly recordActivity = (): void => this.#liveness.recordActivity();

  /** Asks the peer for a sign of life now, because something else hints that it is gone. */
  probe(): void {
    if (this.#phase === 'open' && this.state !== 'closed') this.#liveness.probe();
  }

  /**
   * Takes no more streams; the session ends with the last one under way.
   * @param graceMs time after which it ends in any case, milliseconds. Default: never
   */
  drain(graceMs = Infinity): void {
    if (this.state === 'closed') return;
    this.#http2.close();
    if (graceMs === Infinity) return;
    this.#cancelDrain();
    this.#cancelDrain = this.#options.clock.schedule(graceMs, () => {
      this.#closedLocally = true;
      this.#fail(new SessionError('lost', 'the connection was given up'));
    });
  }

  /** Ends the session and every stream on it. Resolves when the socket is closed. */
  destroy(): Promise<void> {
    this.#closedLocally = true;
    this.#http2.destroy();
    this.#socket.destroy();
    return this.ended;
  }

  #stream(headers: OutgoingHttpHeaders, endStream: boolean, leave: () => void): ClientHttp2Stream {
    let stream: ClientHttp2Stream;
    try {
      // Node would take it all the same, and end it later.
      if (this.state !== 'open') throw this.#error ?? new Error(`the session is ${this.state}`);
      stream = this.#http2.request(headers, { endStream });
    } catch (cause) {
      leave();
      throw new SessionError('refused', 'the connection takes no more calls', cause);
    }
    if (this.#streams++ === 0) this.#cancelIdle();
    stream.once('close', () => {
      leave();
      if (--this.#streams === 0) this.#startIdle();
    });
    return stream;
  }

  #fail(error: Error): void {
    this.#error ??= error;
    this.#http2.destroy(this.#error, constants.NGHTTP2_CANCEL);
    this.#socket.destroy();
  }

  #onHandshakeDone(): void {
    if (this.state === 'closed') return;
    // Not before: a socket that is destroyed while Node sets the session up on it ends the process.
    if (this.#socket.alpnProtocol !== 'h2') {
      this.#fail(new NoHttp2());
      return;
    }
    this.#phase = 'negotiating';
    const ms = this.#options.settingsTimeoutMs ?? CONNECT_TIMEOUT_MS;
    this.#cancelSettings = this.#options.clock.schedule(ms, () => this.#fail(new ConnectTimeout('settings', ms)));
  }

  #onRemoteSettings({ maxConcurrentStreams = Infinity, maxHeaderListSize = Infinity }: Settings): void {
    this.recordActivity();
    this.#peerHeaderBytes = maxHeaderListSize;
    if (this.#phase !== 'open') this.#open();
    this.#maxStreams = maxConcurrentStreams;
    this.#streamSlots.setLimit(maxConcurrentStreams);
  }

  #open(): void {
    this.#phase = 'open';
    this.#cancelSettings();
    // A session that has ended meanwhile would throw, and nothing stands between this callback and the end of the process.
    if (this.state === 'closed') return;
    this.#http2.setLocalWindowSize(this.#options.windowBytes ?? DEFAULT_WINDOW);
    this.#liveness.start();
    this.#startIdle();
    this.#options.onOpen?.();
  }

  #neverOpened(): SessionError {
    return this.#phase === 'negotiating' && this.#error === undefined && !this.#closedLocally
      ? new SessionError('turnedAway', 'closed right after the TLS handshake')
      : new SessionError('connect', 'no connection', this.#error);
  }

  #onSocketClosed(): void {
    this.#ended = true;
    this.#liveness.stop();
    this.#cancelSettings();
    this.#cancelIdle();
    this.#cancelDrain();
    this.#http2.destroy();
    // Whoever waits for a place is let through and finds out.
    this.#streamSlots.setLimit(Infinity);
    this.#options.onEnd?.({
      reached: this.#phase,
      idle: this.#idle,
      closedLocally: this.#closedLocally,
      pingTimedOut: this.#pingTimedOut,
      error: this.#error,
    });
  }

  #startIdle(): void {
    const { clock, idleTimeoutMs } = this.#options;
    if (this.#ended || idleTimeoutMs === undefined) return;
    this.#cancelIdle();
    this.#cancelIdle = clock.schedule(idleTimeoutMs, () => {
      this.#idle = true;
      this.#http2.close();
    });
  }

  #ping(answered: () => void): void {
    if (this.state === 'closed') return;
    this.#http2.ping((error) => {
      if (!error) answered();
    });
  }
}

/** What requests carry as their authority unless they say another. */
function originOf({ address, serverName }: Http2SessionOptions): string {
  const name = serverName ?? address.host;
  return `https://${isIPv6(name) ? `[${name}]` : name}:${address.port}`;
}
