import { once } from 'node:events';
import * as http from 'node:http';
import * as https from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { AdverseFault, AdverseRequest } from './adverse-fault.ts';
import { drip, pourWithoutEnd, sendHalf } from './bad-bodies.ts';

/** What an {@link AdverseProxy} stands before. */
export interface AdverseProxyOptions {
  /** Base URL of the backend, http or https. Over https it is asked by the name that the client used. */
  readonly target: string;
  /** Whose requests the fault is for. Default: everybody's. `refuse` is everybody's always. */
  readonly affects?: (request: AdverseRequest) => boolean;
  /** PEM that the proxy shows to clients. Absent: it speaks plain HTTP. */
  readonly tls?: { readonly cert: string; readonly key: string };
  /** PEM that the backend's certificate is checked with. Default: what Node trusts. */
  readonly ca?: string;
}

/** Stands before an HTTP backend on 127.0.0.1, and is ill when told to be, for all requests or for those of one tenant. */
export class AdverseProxy implements AsyncDisposable {
  readonly #options: AdverseProxyOptions;
  readonly #server: http.Server;
  readonly #sockets = new Set<Socket>();
  /** Connections that carried a request of whom the fault is for. */
  readonly #theirs = new WeakSet<Socket>();
  #silenced = new WeakSet<Socket>();
  #fault: AdverseFault | undefined;
  #ended = Promise.withResolvers<undefined>();
  #port = 0;
  #hit = 0;
  #held = 0;
  #paths: string[] = [];
  #poured = 0;

  private constructor(options: AdverseProxyOptions) {
    this.#options = options;
    const serve = (request: http.IncomingMessage, response: http.ServerResponse): void =>
      void this.#serve(request, response).catch(() => response.destroy());
    this.#server = options.tls ? https.createServer(options.tls, serve) : http.createServer(serve);
    // Node closes idle connections after five seconds, in the middle of a request of who is well, where the machine is slow.
    this.#server.keepAliveTimeout = 0;
    this.#server.on(options.tls ? 'secureConnection' : 'connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => this.#sockets.delete(socket));
    });
  }

  /** Starts a proxy that hands everything on. */
  static async start(options: AdverseProxyOptions): Promise<AdverseProxy> {
    const proxy = new AdverseProxy(options);
    await proxy.#listen();
    return proxy;
  }

  get url(): string {
    return `${this.#options.tls ? 'https' : 'http'}://127.0.0.1:${this.#port}`;
  }

  /** Stays the same, whatever the fault. */
  get port(): number {
    return this.#port;
  }

  /** Requests that the present fault, or the last one, was for. */
  get hit(): number {
    return this.#hit;
  }

  /** Requests that are held back now. */
  get held(): number {
    return this.#held;
  }

  /** Paths that were asked for since the present fault, or the last one, began. */
  get paths(): readonly string[] {
    return this.#paths;
  }

  /** Bytes that bodies without an end had before their reader went away, since the present fault, or the last one, began. */
  get poured(): number {
    return this.#poured;
  }

  /** From now on does this; undefined: is well again. */
  async set(fault: AdverseFault | undefined): Promise<void> {
    this.#ended.resolve(undefined);
    this.#ended = Promise.withResolvers();
    this.#fault = fault;
    if (fault) {
      [this.#hit, this.#paths, this.#poured] = [0, [], 0];
      this.#silenced = new WeakSet(
        fault.kind === 'silence' ? [...this.#sockets].filter((one) => this.#theirs.has(one)) : [],
      );
    }
    if (fault?.kind === 'refuse' && this.#server.listening) await this.stop();
    if (fault?.kind !== 'refuse' && !this.#server.listening) await this.#listen();
  }

  async stop(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #listen(): Promise<void> {
    this.#server.listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  async #serve(incoming: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const body = await buffer(incoming);
    const { method = '', url: path = '/', headers } = incoming;
    const fault = this.#fault;
    this.#paths.push(path);
    if (this.#silenced.has(incoming.socket)) {
      this.#hit += 1;
      return;
    }
    const affected = this.#options.affects?.({ method, path, headers, body: body.toString() }) ?? true;
    if (affected) this.#theirs.add(incoming.socket);
    if (!fault || !affected) await this.#pass(incoming, body, response);
    else await this.#harm(fault, incoming, body, response);
  }

  async #harm(
    fault: AdverseFault,
    incoming: http.IncomingMessage,
    body: Buffer,
    response: http.ServerResponse,
  ): Promise<void> {
    if (fault.kind !== 'silence') this.#hit += 1;
    switch (fault.kind) {
      case 'answer':
        response.writeHead(fault.status, fault.headers).end(fault.body);
        return;
      case 'change':
        return this.#pass(incoming, body, response, (text) => Buffer.from(fault.change(text.toString())));
      case 'cut':
        sendHalf(await this.#forward(incoming, body), response);
        return;
      case 'hold':
        return this.#hold(incoming, body, response);
      case 'drip':
        return drip(response, this.#ended.promise);
      case 'endless':
        return pourWithoutEnd(response, (bytes) => (this.#poured += bytes));
      case 'bytes':
        incoming.socket.end(fault.bytes);
        return;
      case 'reset':
        incoming.socket.resetAndDestroy();
        return;
      case 'silence':
        return this.#pass(incoming, body, response);
      case 'refuse':
        response.destroy();
    }
  }

  async #hold(incoming: http.IncomingMessage, body: Buffer, response: http.ServerResponse): Promise<void> {
    this.#held += 1;
    await Promise.race([this.#ended.promise, once(response, 'close')]);
    this.#held -= 1;
    if (!response.destroyed) await this.#pass(incoming, body, response);
  }

  async #pass(
    incoming: http.IncomingMessage,
    body: Buffer,
    response: http.ServerResponse,
    change: (body: Buffer) => Buffer = (text) => text,
  ): Promise<void> {
    const answer = await this.#forward(incoming, body);
    const text = change(answer.body);
    response.writeHead(answer.status, { ...answer.headers, 'content-length': text.length }).end(text);
  }

  /** Header for header: a signature may cover them. */
  async #forward({ method, url, headers }: http.IncomingMessage, body: Buffer): Promise<BackendAnswered> {
    const { target, ca } = this.#options;
    const to = new URL(url ?? '/', target);
    // The name that the client asked for, wherever the backend listens.
    const servername = (headers.host ?? to.hostname).replace(/:\d+$/, '');
    const options = { method, headers, servername, ...(ca === undefined ? {} : { ca }) };
    const outgoing = to.protocol === 'https:' ? https.request(to, options) : http.request(to, options);
    outgoing.end(body);
    const [answer] = (await once(outgoing, 'response')) as [http.IncomingMessage];
    // Emulators close the connection after each answer; what they stand for does not.
    const kept = { ...answer.headers };
    delete kept['transfer-encoding'];
    delete kept.connection;
    delete kept['keep-alive'];
    return { status: answer.statusCode ?? 0, headers: kept, body: await buffer(answer) };
  }
}

/** What the backend answered. */
export interface BackendAnswered {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
}
