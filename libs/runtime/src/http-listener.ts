import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, Server as TlsServer } from 'node:https';
import { type AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { formatAddress } from './address.ts';
import { ConnectionLimiter } from './connection-limiter.ts';
import { RuntimeError } from './error.ts';
import type {
  Admission,
  HttpListenerOptions,
  Listener,
  Page,
  RefusalReason,
  ServerCertificate,
} from './listener-options.ts';
import { type Counter, counterOf, type Registry } from './metrics.ts';
import { RawSockets } from './raw-sockets.ts';
import { splitTarget } from './request-target.ts';
import { errorText } from './text.ts';

/** Prometheus sends less than 1 KiB, a bearer token included rarely more than 4. */
const HEADER_BYTES = 8 * 1024;
const MAX_HEADERS = 64;
/** From the start of a connection or of a request to the end of its headers, and to the end of the request. */
const REQUEST_MS = 5_000;
/** A connection that stays idle between two requests this long is closed; HTTP clients open a new one then. */
const KEEP_ALIVE_MS = 15_000;
/** A client that reads nothing of its answer for this long loses it. */
const SILENT_MS = 30_000;
/** A kubelet has one or two connections at a time, a scraper one. */
const CONNECTIONS = 64;
const REQUESTS_PER_CONNECTION = 256;
/** What Go's servers ask for, and every scraper speaks. */
const MIN_TLS = 'TLSv1.2';

type AnsweredRefusal = Exclude<Admission, 'admitted'> | 'malformed' | 'method' | 'path' | 'body' | 'expect' | 'failed';

/** Refusals that are answered with a page. */
const STATUS: Readonly<Record<AnsweredRefusal, readonly [number, string]>> = {
  malformed: [400, 'not understood'],
  unauthorized: [401, 'Unauthorized'],
  forbidden: [403, 'Authorization denied'],
  too_many_reviews: [429, 'too many tokens that nobody knows'],
  method: [405, 'only GET and HEAD are served'],
  path: [404, 'not found'],
  body: [413, 'a request has no body here'],
  expect: [417, 'no expectation is met here'],
  failed: [500, 'failed'],
};

/**
 * Serves pages over HTTP or HTTPS to whoever can reach it, as narrowly as a kubelet and a scraper allow: GET and HEAD, no bodies, no
 * upgrades, small headers, short times, few connections. Nothing that a client sends gets past a guard: it is refused and
 * counted in `http_refused_requests_total`.
 * @throws RuntimeError LISTEN_FAILED
 */
export async function listenHttp(options: HttpListenerOptions): Promise<Listener> {
  const { name, address, logger } = options;
  const server = new GuardedServer(options).server;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => {
      const problem = `cannot listen for ${name} on ${formatAddress(address)}: ${errorText(error)}`;
      reject(new RuntimeError('LISTEN_FAILED', problem, { cause: error }));
    });
    server.listen({ host: address.host, port: address.port }, resolve);
  });
  server.on('error', (error) => logger.error({ err: error }, `listener for ${name} failed`));
  const { address: host, port } = server.address() as AddressInfo;
  logger.info({ host, port }, `serving ${name}`);
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  const setCertificate = (certificate: ServerCertificate): void => {
    if (server instanceof TlsServer) server.setSecureContext({ ...certificate, minVersion: MIN_TLS });
  };
  return { host, port, setCertificate, close };
}

/** Node's server with a guard around each callback that a client can reach. */
class GuardedServer {
  readonly server: Server;
  readonly #options: HttpListenerOptions;
  readonly #refused: Counter<'listener' | 'reason'>;
  readonly #connections = new ConnectionLimiter<Socket>(CONNECTIONS);
  readonly #raw = new RawSockets();

  constructor(options: HttpListenerOptions) {
    this.#options = options;
    this.#refused = refusalCounter(options.registry);
    const { tls } = options;
    const limits = {
      maxHeaderSize: HEADER_BYTES,
      headersTimeout: REQUEST_MS,
      requestTimeout: REQUEST_MS,
      connectionsCheckingInterval: 1_000,
      keepAliveTimeout: KEEP_ALIVE_MS,
      insecureHTTPParser: false,
      // Node would answer by itself and count nothing; see judgeRequest.
      requireHostHeader: false,
    };
    this.server = tls
      ? createTlsServer({ ...limits, ...tls, minVersion: MIN_TLS, handshakeTimeout: REQUEST_MS })
      : createServer(limits);
    this.server.maxHeadersCount = MAX_HEADERS;
    this.server.maxRequestsPerSocket = REQUESTS_PER_CONNECTION;
    this.server.setTimeout(SILENT_MS);
    this.#listen();
  }

  #listen(): void {
    const { server } = this;
    server.on('connection', (socket: Socket) => this.#guard(socket, () => this.#onConnection(socket)));
    server.on('secureConnection', (socket: Socket) => this.#guard(socket, () => this.#raw.secured(socket)));
    server.on('request', (request, response) => this.#guard(request.socket, () => this.#onRequest(request, response)));
    server.on('clientError', (error: NodeJS.ErrnoException, socket) =>
      this.#guard(socket, () => this.#onClientError(error, socket)),
    );
    for (const event of ['checkContinue', 'checkExpectation'] as const)
      server.on(event, (request: IncomingMessage, response: ServerResponse) =>
        this.#guard(request.socket, () => this.#refuse('expect', response)),
      );
    // A socket that is handed over has lost Node's own handlers.
    for (const event of ['upgrade', 'connect'] as const)
      server.on(event, (_request: IncomingMessage, socket: Duplex) =>
        this.#guard(socket, () => this.#destroySocket('upgrade', socket)),
      );
    server.on('dropRequest', (_request: IncomingMessage, socket: Duplex) =>
      this.#guard(socket, () => this.#destroySocket('too_many_requests', socket)),
    );
  }

  /** Runs a callback; what it throws ends that connection and nothing else. */
  #guard(socket: Duplex, run: () => void): void {
    try {
      run();
    } catch (error) {
      this.#count('failed', error);
      socket.destroy();
    }
  }

  #onConnection(socket: Socket): void {
    this.#raw.add(socket);
    socket.once('close', () => this.#connections.remove(socket));
    const victim = this.#connections.admit(socket);
    if (victim) this.#destroySocket('too_many_connections', victim);
  }

  #onRequest(request: IncomingMessage, response: ServerResponse): void {
    // The connection may break at any moment; the server's own handlers count it.
    for (const stream of [request, response]) stream.on('error', () => undefined);
    const socket = this.#raw.of(request.socket);
    this.#connections.setBusy(socket, true);
    response.once('close', () => this.#connections.setBusy(socket, false));
    const refusal = checkRequest(request);
    if (refusal) this.#refuse(refusal, response);
    else
      this.#answer(request, response).catch((error: unknown) => {
        this.#count('failed', error);
        socket.destroy();
      });
  }

  async #answer({ url = '', headers: { authorization } }: IncomingMessage, response: ServerResponse): Promise<void> {
    const target = splitTarget(url);
    try {
      const admission = (await this.#options.admit?.({ ...target, authorization })) ?? 'admitted';
      if (admission !== 'admitted') {
        this.#refuse(admission, response);
        return;
      }
      const page = await this.#options.page(target);
      if (page) send(response, page);
      else this.#refuse('path', response);
    } catch (error) {
      this.#refuse('failed', response, error);
    }
  }

  /** Bytes that are no HTTP, a request that takes too long, a connection that breaks. */
  #onClientError(error: NodeJS.ErrnoException, socket: Duplex): void {
    const [reason, status] = classifyClientError(error);
    this.#count(reason);
    socket.on('error', () => undefined);
    // What is written after an answer that is under way would be taken for a part of it.
    const fresh = socket instanceof Socket && socket.writable && socket.bytesWritten === 0;
    if (status === undefined || !fresh) socket.destroy();
    else socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\n\r\n`, () => socket.destroy());
  }

  #destroySocket(reason: RefusalReason, socket: Duplex): void {
    this.#count(reason);
    socket.on('error', () => undefined);
    socket.destroy();
  }

  #refuse(reason: AnsweredRefusal, response: ServerResponse, error?: unknown): void {
    this.#count(reason, error);
    const [status, text] = STATUS[reason];
    if (response.headersSent || response.destroyed) {
      response.destroy();
      return;
    }
    // What else comes on this connection belongs to a request that was not understood.
    if (reason !== 'path') response.setHeader('connection', 'close');
    if (reason === 'method') response.setHeader('allow', 'GET, HEAD');
    send(response, { status, type: 'text/plain', body: `${text}\n` });
  }

  /** Nothing of what was sent is logged: it may be anything. */
  #count(reason: RefusalReason, error?: unknown): void {
    const { name, logger } = this.#options;
    this.#refused.inc({ listener: name, reason });
    logger.debug({ listener: name, reason, ...(error === undefined ? {} : { error: errorText(error) }) }, 'refused');
  }
}

function send(response: ServerResponse, { status, type, body }: Page): void {
  const length = Buffer.byteLength(body);
  response
    .writeHead(status, { 'content-type': type, 'content-length': length, 'x-content-type-options': 'nosniff' })
    .end(body);
}

function checkRequest(request: IncomingMessage): 'malformed' | 'method' | 'body' | undefined {
  if (request.method !== 'GET' && request.method !== 'HEAD') return 'method';
  if (request.httpVersion !== '1.0' && request.headers.host === undefined) return 'malformed';
  return hasBody(request) ? 'body' : undefined;
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || !['0', undefined].includes(headers['content-length']);
}

function classifyClientError({ code = '' }: NodeJS.ErrnoException): [RefusalReason, string?] {
  if (code === 'HPE_HEADER_OVERFLOW') return ['headers_too_large', '431 Request Header Fields Too Large'];
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return ['timeout', '408 Request Timeout'];
  if (code.startsWith('HPE_')) return ['malformed', '400 Bad Request'];
  if (code.startsWith('ERR_SSL') || code === 'ERR_TLS_HANDSHAKE_TIMEOUT') return ['handshake'];
  return ['broken_connection'];
}

function refusalCounter(registry: Registry): Counter<'listener' | 'reason'> {
  return counterOf(registry, {
    name: 'http_refused_requests_total',
    help: 'What clients of the probe and metrics listeners sent and was not served, by reason',
    labelNames: ['listener', 'reason'],
  });
}
