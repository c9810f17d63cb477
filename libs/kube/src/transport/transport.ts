import type { OutgoingHttpHeaders } from 'node:http2';
import { type Clock, type Counter, errorText, type Logger, within } from '@eso/runtime';
import type { KubeConnection } from '../connection/connection.ts';
import { KubeError } from '../error.ts';
import { dial } from './dial.ts';
import { exchange, exchangeHead, type ExchangeOptions, type HttpResponse, type HttpStream } from './exchange.ts';
import { TransportFailure } from './failure.ts';
import { type KeepAlive, Session } from './session.ts';
import { SessionPool } from './session-pool.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface TransportRequest {
  method: Method;
  /** Path and query, without the path of the server URL. */
  path: string;
  accept: string;
  contentType?: string | undefined;
  body?: string | undefined;
  /** Time this attempt may take, connection and credentials included, in milliseconds. */
  timeoutMs: number;
  signal?: AbortSignal | undefined;
}

export interface TransportOptions extends KeepAlive {
  connection: KubeConnection;
  clock: Clock;
  logger: Logger;
  userAgent: string;
  connectTimeoutMs: number;
  /** A larger answer to `send` is refused, in bytes. */
  maxBodyBytes: number;
  /** rest_client_requests_total{code,method,host} */
  requests?: Counter<'code' | 'method' | 'host'> | undefined;
}

/** Time between a connection attempt and one that is made only to learn whether the API server is there, in milliseconds. */
const REDIAL_MS = 1_000;

/** What a streamed answer is for: a watch, which stays, or a list, which goes with the other requests. */
export type StreamPurpose = 'watch' | 'list';

/** Carries requests to the API server over HTTP/2: watches on sessions of their own, so that neither waits for the other. */
export class Transport {
  readonly #options: TransportOptions;
  readonly #unary: SessionPool;
  readonly #watches: SessionPool;
  readonly #fixedHeaders: OutgoingHttpHeaders;
  #reachable = false;
  #lastDial = -Infinity;
  #closed = false;
  #cancelRedial: (() => void) | undefined;

  constructor(options: TransportOptions) {
    this.#options = options;
    const open = (signal: AbortSignal): Promise<Session> => this.#open(signal);
    this.#unary = new SessionPool({ open, maxSessions: 4 });
    this.#watches = new SessionPool({ open, maxSessions: 64 });
    this.#fixedHeaders = {
      ':scheme': 'https',
      ':authority': options.connection.server.host,
      'user-agent': options.userAgent,
    };
  }

  /**
   * Whether the API server was there when it was last heard of. While it was not, asking makes an attempt to reach it, so that a
   * process that sends no requests of its own notices when it is back.
   */
  isReachable(): boolean {
    if (!this.#reachable) this.#redial();
    return this.#reachable;
  }

  /**
   * One attempt at a request.
   * @throws TransportFailure, or the reason of the signal
   */
  send(request: TransportRequest): Promise<HttpResponse> {
    return this.#attempt(this.#unary, request, exchange);
  }

  /**
   * One attempt at a request whose answer is read as it comes; `timeoutMs` is for its head.
   * @throws TransportFailure, or the reason of the signal
   */
  open(request: TransportRequest, purpose: StreamPurpose): Promise<HttpStream> {
    return this.#attempt(purpose === 'watch' ? this.#watches : this.#unary, request, exchangeHead);
  }

  /** Ends every session; requests under way fail. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelRedial?.();
    await Promise.all([this.#unary.close(), this.#watches.close()]);
  }

  async #attempt<T extends { status: number }>(
    pool: SessionPool,
    request: TransportRequest,
    run: (session: Session, options: ExchangeOptions) => Promise<T>,
  ): Promise<T> {
    const { clock, maxBodyBytes } = this.#options;
    const { signal, body } = request;
    signal?.throwIfAborted();
    const deadline = clock.monotonic() + request.timeoutMs;
    const leftMs = (): number => Math.max(deadline - clock.monotonic(), 1);
    const inTime = <V>(what: string, promise: Promise<V>): Promise<V> =>
      within(promise, { clock, ms: leftMs(), signal, late: () => this.#late(what, request.timeoutMs) });
    try {
      const pending = pool.acquire(signal);
      const session = pending instanceof Promise ? await inTime('no connection', pending) : pending;
      const proof = this.#options.connection.authorization();
      const authorization = typeof proof === 'object' ? await inTime('no credentials', proof) : proof;
      const headers = this.#headers(request, authorization);
      const answer = await run(session, { headers, body, timeoutMs: leftMs(), maxBodyBytes, clock, signal });
      this.#reachable = true;
      this.#count(request.method, String(answer.status));
      return answer;
    } catch (error) {
      if (error instanceof TransportFailure) this.#count(request.method, '<error>');
      throw error;
    }
  }

  #late(what: string, timeoutMs: number): TransportFailure {
    const { host } = this.#options.connection.server;
    const text = `${what} for the API server at ${host} within ${Math.round(timeoutMs)} ms`;
    return new TransportFailure('connect', 'TIMEOUT', text);
  }

  #headers(
    { method, path, accept, contentType }: TransportRequest,
    authorization: string | undefined,
  ): OutgoingHttpHeaders {
    const prefix = this.#options.connection.server.pathname.replace(/\/$/, '');
    const headers: OutgoingHttpHeaders = { ...this.#fixedHeaders, ':method': method, ':path': prefix + path, accept };
    if (contentType !== undefined) headers['content-type'] = contentType;
    if (authorization !== undefined) headers['authorization'] = authorization;
    return headers;
  }

  async #open(signal: AbortSignal): Promise<Session> {
    const { connection, clock, logger, connectTimeoutMs, pingIntervalMs, pingTimeoutMs } = this.#options;
    this.#lastDial = clock.monotonic();
    try {
      const socket = await dial({ connection, clock, connectTimeoutMs, signal });
      const onClose = (session: Session, error: Error | undefined): void => this.#ended(session, error);
      const session = new Session(socket, {
        server: connection.server,
        clock,
        logger,
        pingIntervalMs,
        pingTimeoutMs,
        onClose,
      });
      this.#reachable = true;
      logger.debug({ host: session.host }, 'API session open');
      return session;
    } catch (error) {
      this.#reachable = false;
      logger.debug({ host: connection.server.host, reason: errorText(error) }, 'API session refused');
      throw error instanceof KubeError ? error : TransportFailure.connect(connection.server.host, error);
    }
  }

  #ended(session: Session, error: Error | undefined): void {
    this.#unary.remove(session);
    this.#watches.remove(session);
    if (this.#closed || this.#unary.connected || this.#watches.connected) return;
    // A drained connection says nothing about the API server, a broken one something; a new one tells the truth.
    if (error) this.#reachable = false;
    this.#redial();
  }

  /** Connects for no request's sake, once a second at most; how it went shows in `#reachable`. */
  #redial(): void {
    if (this.#cancelRedial || this.#closed) return;
    const { clock } = this.#options;
    this.#cancelRedial = clock.schedule(this.#lastDial + REDIAL_MS - clock.monotonic(), () => {
      this.#cancelRedial = undefined;
      void Promise.resolve(this.#unary.acquire()).catch(() => undefined);
    });
  }

  #count(method: Method, code: string): void {
    this.#options.requests?.inc({ code, method, host: this.#options.connection.server.host });
  }
}
