import { once } from 'node:events';
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  constants,
  type OutgoingHttpHeaders,
} from 'node:http2';
import type { TLSSocket } from 'node:tls';
import { type Clock, errorText, isError, type Logger } from '@eso/runtime';

/** Bytes the API server may send on one stream before it has to wait; Node's default of 64 KiB stalls every list page. */
const STREAM_WINDOW = 1024 * 1024;
/** The same for all streams of the session together. */
const SESSION_WINDOW = 16 * 1024 * 1024;
/** MiB that Node lets a session buffer; its default of 10 refuses streams while a few large pages come in. */
const SESSION_MEMORY_MIB = 512;

export interface KeepAlive {
  /** A session on which nothing came in for this long is probed, in milliseconds. client-go: 30,000. */
  pingIntervalMs: number;
  /** A probe that is not answered within this ends the session, in milliseconds. client-go: 15,000. */
  pingTimeoutMs: number;
}

export interface SessionOptions extends KeepAlive {
  server: URL;
  clock: Clock;
  logger: Logger;
  /** Called once, when the session has ended for whatever reason. */
  onClose: (session: Session, error: Error | undefined) => void;
}

/** One HTTP/2 connection to the API server that finds out by itself when the other side is gone. */
export class Session {
  /** Host and port, for messages. */
  readonly host: string;
  /** Streams in use, as this side counts them. */
  streams = 0;
  /** Why the session ended, when it did not end in peace. */
  error: Error | undefined;
  readonly #http2: ClientHttp2Session;
  readonly #socket: TLSSocket;
  readonly #options: SessionOptions;
  #bytesSeen = 0;
  #probing = false;
  #cancelTimer: () => void = () => undefined;

  constructor(socket: TLSSocket, options: SessionOptions) {
    this.#socket = socket;
    this.#options = options;
    this.host = options.server.host;
    this.#http2 = connect(options.server, {
      createConnection: () => socket,
      settings: { enablePush: false, initialWindowSize: STREAM_WINDOW },
      maxSessionMemory: SESSION_MEMORY_MIB,
    });
    this.#http2.once('connect', () => {
      // A session that has ended meanwhile throws, and nothing stands between this callback and the end of the process.
      if (this.usable) this.#http2.setLocalWindowSize(SESSION_WINDOW);
    });
    this.#http2.on('error', (error) => (this.error ??= error));
    this.#http2.once('close', () => this.#closed());
    this.#scheduleProbe();
  }

  /** Whether new streams may be opened: neither ended nor told to drain by a GOAWAY. */
  get usable(): boolean {
    return !this.#http2.closed && !this.#http2.destroyed;
  }

  /** Whether the API server takes no further stream now. */
  get saturated(): boolean {
    return this.streams >= (this.#http2.remoteSettings.maxConcurrentStreams ?? 100);
  }

  /**
   * Opens a stream.
   * @throws Node's error when the session has ended meanwhile
   */
  request(headers: OutgoingHttpHeaders, endStream: boolean): ClientHttp2Stream {
    const stream = this.#http2.request(headers, { endStream });
    this.streams += 1;
    stream.once('close', () => (this.streams -= 1));
    return stream;
  }

  /** Asks the other side for a sign of life now, because something else hints that it is gone. */
  probe(): void {
    if (this.#probing || this.#http2.destroyed) return;
    this.#probing = true;
    this.#cancelTimer();
    const { clock, pingTimeoutMs } = this.#options;
    this.#cancelTimer = clock.schedule(pingTimeoutMs, () => {
      this.#http2.destroy(new Error(`no answer to a PING within ${pingTimeoutMs} ms`), constants.NGHTTP2_CANCEL);
    });
    try {
      this.#http2.ping((error) => this.#answered(error));
    } catch (error) {
      this.#http2.destroy(isError(error) ? error : new Error(errorText(error)));
    }
  }

  /** Ends at once; open streams fail. Resolves when the socket is closed. */
  async destroy(): Promise<void> {
    // `once` rejects when an error comes first; it is closed all the same.
    const closed = this.#socket.closed ? undefined : once(this.#socket, 'close').catch(() => undefined);
    this.#http2.destroy();
    this.#socket.destroy();
    await closed;
  }

  #answered(error: Error | null): void {
    this.#cancelTimer();
    this.#probing = false;
    if (!error && !this.#http2.destroyed) this.#scheduleProbe();
  }

  #scheduleProbe(): void {
    this.#bytesSeen = this.#socket.bytesRead;
    this.#cancelTimer = this.#options.clock.schedule(this.#options.pingIntervalMs, () => {
      // Whatever came in meanwhile is as good as an answer.
      if (this.#socket.bytesRead === this.#bytesSeen) this.probe();
      else this.#scheduleProbe();
    });
  }

  #closed(): void {
    this.#cancelTimer();
    this.#socket.destroy();
    this.#options.logger.debug({ host: this.host, reason: this.error && errorText(this.error) }, 'API session ended');
    this.#options.onClose(this, this.error);
  }
}
