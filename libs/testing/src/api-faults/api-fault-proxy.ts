import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import {
  type ClientHttp2Session,
  connect,
  createSecureServer,
  type Http2SecureServer,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';
import { issue } from '@eso/control-plane/x509.mjs';
import { type ApiRequest, isWrite } from './api-request.ts';
import { proxyRequest } from './proxy-request.ts';
import type { Interceptor } from './interceptor.ts';
import { type EventSelector, WatchHold } from './watch-hold.ts';
import type { WatchLine, WatchStream } from './watch-stream.ts';

/** Which API server the proxy stands before. */
export interface ApiFaultProxyOptions {
  /** Where the API server is. */
  readonly url: string;
  /** Path of the CA of its serving certificate, PEM. */
  readonly caFile: string;
  /** Whose requests and watches a test interferes with, as its User-Agent; those of others pass untouched. Default: all. */
  readonly userAgent?: string;
}

/** What becomes of an event that is not held: it is handed on, lost without a word, or handed on twice. */
export type EventFate = 'pass' | 'drop' | 'repeat';
/** Decides what becomes of an event of a watch. */
export type EventRule = (watch: ApiRequest, event: WatchLine) => EventFate;

/** Bytes a peer may send before it has to wait; Node's default of 64 KiB would stall lists. */
const WINDOW = 8 * 1024 * 1024;

/**
 * Stands between one client and the API server, in the manner of Sieve (OSDI 2022): it knows what each request and each
 * watch event is about, and holds, loses or repeats them as a test says. It adds no rights: the client's own credentials
 * go through, so that RBAC decides as always. Client certificates do not pass; a token does.
 */
export class ApiFaultProxy implements AsyncDisposable {
  /** PEM of the authority that the client has to trust in place of the API server's. */
  readonly ca: string;
  /** Writes that reached the proxy, oldest first; neither Leases nor events. */
  readonly writes: ApiRequest[] = [];
  readonly #options: ApiFaultProxyOptions;
  readonly #upstreamCa: string;
  readonly #server: Http2SecureServer;
  readonly #sockets = new Set<Socket>();
  readonly #watches = new Set<WatchStream>();
  readonly #holds = new Set<WatchHold>();
  /** What the next watch about it must not go on from: see `#gone`. */
  readonly #missed = new Set<string>();
  readonly #interceptors = new Set<Interceptor>();
  readonly #eventRules = new Set<EventRule>();

  private constructor(options: ApiFaultProxyOptions) {
    this.#options = options;
    this.#upstreamCa = readFileSync(options.caFile, 'utf8');
    const authority = issue({ commonName: 'api-fault-proxy', use: 'ca' });
    const own = issue({ commonName: 'api-fault-proxy', names: ['127.0.0.1'], use: 'server', issuer: authority });
    this.ca = authority.certPem;
    const settings = { initialWindowSize: WINDOW, maxConcurrentStreams: 1_000 };
    this.#server = createSecureServer({ key: own.keyPem, cert: own.certPem, settings });
    this.#server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    this.#server.on('session', (session) => this.#connected(session));
  }

  /** Starts a proxy that passes everything. */
  static async start(options: ApiFaultProxyOptions): Promise<ApiFaultProxy> {
    const proxy = new ApiFaultProxy(options);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  /** Where the client has to connect. */
  get url(): string {
    return `https://127.0.0.1:${String((this.#server.address() as AddressInfo).port)}`;
  }

  /** Watches that are open now. */
  get watches(): readonly ApiRequest[] {
    return [...this.#watches].map(({ request }) => request);
  }

  /** Rewrites a kubeconfig (JSON, one cluster) so that it leads here. */
  async redirect(kubeconfig: string): Promise<void> {
    const config = JSON.parse(readFileSync(kubeconfig, 'utf8')) as { clusters: { cluster: Record<string, string> }[] };
    for (const { cluster } of config.clusters) {
      cluster['server'] = this.url;
      cluster['certificate-authority-data'] = Buffer.from(this.ca).toString('base64');
    }
    await writeFile(kubeconfig, JSON.stringify(config), { mode: 0o600 });
  }

  /** From now on the interceptor sees requests. Returns what takes it away again. */
  intercept(interceptor: Interceptor): () => void {
    this.#interceptors.add(interceptor);
    return () => this.#interceptors.delete(interceptor);
  }

  /** From now on the rule decides about events that are not held. Returns what takes it away again. */
  onEvent(rule: EventRule): () => void {
    this.#eventRules.add(rule);
    return () => this.#eventRules.delete(rule);
  }

  /** From now on keeps events back, on present and later watches, until the hold is ended. */
  hold(selector: EventSelector): WatchHold {
    const hold = new WatchHold(selector, (ended) => this.#holds.delete(ended));
    this.#holds.add(hold);
    return hold;
  }

  /** Makes the client list a resource again. */
  expire(resource: string): void {
    for (const watch of this.#watches) if (watch.request.resource === resource) watch.expire();
  }

  /** Ends the watches of a resource in peace, as the API server does every few minutes. */
  endWatches(resource: string): void {
    for (const watch of this.#watches) if (watch.request.resource === resource) watch.end();
  }

  /** Ends every connection, as an API server that is killed; the proxy goes on. */
  resetConnections(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async stop(): Promise<void> {
    for (const hold of [...this.#holds]) hold.release();
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  /** Each connection of the client has one of its own to the API server, and both end together. */
  #connected(session: ServerHttp2Session): void {
    const upstream = connect(this.#options.url, { ca: this.#upstreamCa, settings: { initialWindowSize: WINDOW } });
    upstream.once('connect', () => upstream.setLocalWindowSize(WINDOW * 4));
    // What went wrong shows in the streams.
    session.on('error', () => undefined);
    session.on('stream', (stream, headers) => void this.#serve(stream, headers, upstream));
    upstream.on('error', () => undefined);
    session.once('close', () => upstream.destroy());
    upstream.once('close', () => session.destroy());
  }

  async #serve(client: ServerHttp2Stream, headers: IncomingHttpHeaders, upstream: ClientHttp2Session): Promise<void> {
    client.on('error', () => undefined);
    const { userAgent = headers['user-agent'] } = this.#options;
    const concerned = headers['user-agent'] === userAgent;
    const watching = await proxyRequest({
      client,
      headers,
      upstream,
      interceptors: concerned ? this.#interceptors : [],
      onRequest: (request) => {
        if (concerned && isWrite(request)) this.writes.push(request);
      },
      onEvents: (watch, events) => {
        for (const event of events) {
          if (concerned) this.#deliver(watch, event);
          else watch.write(event);
        }
      },
    });
    if (!watching || !concerned) return;
    this.#watches.add(watching);
    client.once('close', () => this.#gone(watching));
    if (this.#missed.delete(watching.about) && !watching.listsFirst) watching.expire();
  }

  /**
   * A client that goes on from the last event it got never gets those held behind it. The API server, which hands on all in one
   * order, would not lose them; so the client is made to list again.
   */
  #gone(watch: WatchStream): void {
    this.#watches.delete(watch);
    for (const hold of this.#holds) if (hold.gone(watch)) this.#missed.add(watch.about);
  }

  #deliver(watch: WatchStream, event: WatchLine): void {
    for (const hold of this.#holds) if (hold.take(watch, event)) return;
    const fates = [...this.#eventRules].map((rule) => rule(watch.request, event));
    if (fates.includes('drop')) return;
    watch.write(event);
    if (fates.includes('repeat')) watch.write(event);
  }
}
