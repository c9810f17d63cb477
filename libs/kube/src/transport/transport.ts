import type { OutgoingHttpHeaders } from 'node:http2';
import { ConnectTimeout, Http2Session, type SessionEnd, SessionError, SessionPool } from '@eso/http2';
import { type Clock, type Counter, errorText, type Logger, within } from '@eso/runtime';
import type { KubeConnection } from '../connection/connection.ts';
import { KubeError } from '../error.ts';
import {
  type ApiRequestOptions,
  type ApiResponse,
  type ApiResponseStream,
  sendRequest,
  startRequest,
} from './send-request.ts';
import { TransportFailure } from './failure.ts';

/** The HTTP methods of the Kubernetes API. */
export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** One attempt at a request. */
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

/** How a {@link Transport} connects, and what bounds it keeps. No option has a default. */
export interface TransportOptions {
  connection: KubeConnection;
  clock: Clock;
  logger: Logger;
  userAgent: string;
  /** TCP and TLS handshake together, and the API server's first word after them, in milliseconds. */
  connectTimeoutMs: number;
  /** A session on which nothing came in for this long is probed, in milliseconds. client-go: 30,000. */
  pingIntervalMs: number;
  /** A probe that is not answered within this ends the session, in milliseconds. client-go: 15,000. */
  pingTimeoutMs: number;
  /** A larger answer to `send` is refused, in bytes. */
  maxBodyBytes: number;
  /** rest_client_requests_total{code,method,host} */
  requests?: Counter<'code' | 'method' | 'host'> | undefined;
}

/** Time between a connection attempt and one that is made only to learn whether the API server is there, in milliseconds. */
const REDIAL_MS = 1_000;

/** Time to read certificates, or to run what makes them, in milliseconds. */
const MATERIAL_TIMEOUT_MS = 30_000;
/** Bytes the API server may send ahead on all streams of a session together. */
const SESSION_WINDOW = 16 * 1024 * 1024;
/** MiB that Node lets a session buffer; its default of 10 refuses streams while a few large pages come in. */
const SESSION_MEMORY_MIB = 512;

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
    const { clock } = options;
    const open = (signal: AbortSignal): Promise<Http2Session> => this.#open(signal);
    this.#unary = new SessionPool({ open, maxSessions: 4, clock });
    this.#watches = new SessionPool({ open, maxSessions: 64, clock });
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
  send(request: TransportRequest): Promise<ApiResponse> {
    return this.#attempt(this.#unary, request, sendRequest);
  }

  /**
   * One attempt at a request whose answer is read as it comes; `timeoutMs` is for its head.
   * @throws TransportFailure, or the reason of the signal
   */
  open(request: TransportRequest, purpose: StreamPurpose): Promise<ApiResponseStream> {
    return this.#attempt(purpose === 'watch' ? this.#watches : this.#unary, request, startRequest);
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
    run: (session: Http2Session, options: ApiRequestOptions) => Promise<T>,
  ): Promise<T> {
    const { clock, maxBodyBytes, connection } = this.#options;
    const { host } = connection.server;
    const { signal, body } = request;
    signal?.throwIfAborted();
    const deadline = clock.monotonic() + request.timeoutMs;
    const leftMs = (): number => Math.max(deadline - clock.monotonic(), 1);
    const inTime = <V>(what: string, promise: Promise<V>): Promise<V> =>
      within(promise, { clock, ms: leftMs(), signal, late: () => this.#late(what, request.timeoutMs) });
    try {
      const pending = pool.acquire(signal);
      const session = pending instanceof Promise ? await inTime('no connection', pending) : pending;
      const proof = connection.authorization();
      const authorization = typeof proof === 'object' ? await inTime('no credentials', proof) : proof;
      const headers = this.#headers(request, authorization);
      const answer = await run(session, { host, headers, body, timeoutMs: leftMs(), maxBodyBytes, clock, signal });
      this.#reachable = true;
      this.#count(request.method, String(answer.status));
      return answer;
    } catch (thrown) {
      const error = thrown instanceof SessionError ? TransportFailure.connect(host, reasonOf(thrown)) : thrown;
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

  async #open(signal: AbortSignal): Promise<Http2Session> {
    const { connection, clock, logger, connectTimeoutMs, pingIntervalMs, pingTimeoutMs } = this.#options;
    const { server } = connection;
    this.#lastDial = clock.monotonic();
    try {
      const late = (): Error => new Error(`no certificates to connect with within ${MATERIAL_TIMEOUT_MS} ms`);
      const tls = await within(connection.tls(signal), { clock, ms: MATERIAL_TIMEOUT_MS, signal, late });
      const session = new Http2Session({
        address: { host: server.hostname.replace(/^\[|\]$/g, ''), port: Number(server.port || 443) },
        serverName: tls.servername,
        credentials: tls,
        minVersion: 'TLSv1.2',
        timeoutMs: connectTimeoutMs,
        settingsTimeoutMs: connectTimeoutMs,
        keepAlive: { busySilenceMs: pingIntervalMs, idleSilenceMs: pingIntervalMs, pingIntervalMs: 0, pingTimeoutMs },
        windowBytes: SESSION_WINDOW,
        memoryMiB: SESSION_MEMORY_MIB,
        signal,
        clock,
        onEnd: (end) => this.#ended(end),
      });
      await session.ready;
      this.#reachable = true;
      logger.debug({ host: server.host }, 'API session open');
      return session;
    } catch (error) {
      this.#reachable = false;
      const failure =
        error instanceof KubeError
          ? error
          : TransportFailure.connect(server.host, signal.aborted ? CLOSED : reasonOf(error));
      logger.debug({ host: server.host, reason: errorText(error) }, 'API session refused');
      throw failure;
    }
  }

  #ended({ reached, error }: SessionEnd): void {
    // One that could not be made is told to those who asked for it.
    if (reached === 'connecting') return;
    const { logger, connection } = this.#options;
    logger.debug({ host: connection.server.host, reason: error && errorText(error) }, 'API session ended');
    if (this.#closed || this.#unary.isConnected || this.#watches.isConnected) return;
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

/** What a request is told after {@link Transport.close}. */
const CLOSED = new Error('the client was closed');

/** Why no session came about. */
function reasonOf(thrown: unknown): unknown {
  if (!(thrown instanceof SessionError)) return thrown;
  if (thrown.kind === 'refused') return CLOSED;
  if (thrown.kind !== 'connect') return thrown;
  const { cause = new Error('it closed the connection during the handshake') } = thrown;
  const late = cause instanceof ConnectTimeout && cause.awaited === 'handshake';
  return late ? new Error(`no TLS session within ${cause.timeoutMs} ms`, { cause }) : cause;
}
