import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import {
  type ClientHttp2Session,
  connect,
  constants,
  createSecureServer,
  type Http2SecureServer,
  type Http2Session,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { ControlPlaneState } from '@eso/testing';

/** Stands between pods and the API server, and resets watches when told to; everything else goes through. */
export class WatchCutter implements AsyncDisposable {
  /** Whether new watches are reset as well. */
  cutting = false;
  readonly caFile: string;
  readonly #server: Http2SecureServer;
  readonly #target: { url: string; ca: string };
  readonly #watches = new Set<ServerHttp2Stream>();
  readonly #sessions = new Set<Http2Session>();
  #upstream: ClientHttp2Session | undefined;

  private constructor(target: { url: string; ca: string }, identity: { pem: string; caFile: string }) {
    this.#target = target;
    this.caFile = identity.caFile;
    this.#server = createSecureServer({ key: identity.pem, cert: identity.pem });
    this.#server.on('session', (session) => {
      this.#sessions.add(session);
      session.on('error', () => undefined).once('close', () => this.#sessions.delete(session));
    });
    this.#server.on('sessionError', () => undefined);
    this.#server.on('stream', (stream, headers) => this.#forward(stream as ServerHttp2Stream, headers));
  }

  static async start({ url, caFile, dir }: ControlPlaneState): Promise<WatchCutter> {
    const subject = ['-subj', '/CN=watch cutter', '-addext', 'subjectAltName=IP:127.0.0.1', '-days', '1'];
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', '-', '-out', '-'];
    const pem = execFileSync('openssl', ['req', '-x509', ...key, ...subject], { encoding: 'utf8', stdio: 'pipe' });
    const own = join(dir, 'watch-cutter.crt');
    await writeFile(own, pem.slice(pem.indexOf('-----BEGIN CERTIFICATE-----')));
    const target = { url, ca: await readFile(caFile, 'utf8') };
    const cutter = new WatchCutter(target, { pem, caFile: own });
    cutter.#server.listen(0, '127.0.0.1');
    await once(cutter.#server, 'listening');
    return cutter;
  }

  get url(): string {
    return `https://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Watches that are open now. */
  get watches(): number {
    return this.#watches.size;
  }

  /** Resets the watches that are open now. */
  cut(): void {
    for (const stream of this.#watches) stream.close(constants.NGHTTP2_INTERNAL_ERROR);
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const session of this.#sessions) session.destroy();
    this.#upstream?.destroy();
    await closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  #forward(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
    stream.on('error', () => undefined);
    if (new URL(headers[':path'] ?? '/', this.#target.url).searchParams.has('watch')) {
      if (this.cutting) {
        stream.close(constants.NGHTTP2_INTERNAL_ERROR);
        return;
      }
      this.#watches.add(stream);
    }
    const request = this.#connected().request({ ...headers, ':authority': new URL(this.#target.url).host });
    request.on('error', () => undefined);
    request.on('response', (answer) => {
      if (!stream.destroyed) stream.respond(answer);
    });
    stream.pipe(request).pipe(stream);
    request.once('close', () => {
      if (request.rstCode !== 0) stream.close(request.rstCode);
    });
    stream.once('close', () => {
      this.#watches.delete(stream);
      request.close(constants.NGHTTP2_CANCEL);
    });
  }

  #connected(): ClientHttp2Session {
    if (!this.#upstream || this.#upstream.closed || this.#upstream.destroyed) {
      this.#upstream = connect(this.#target.url, { ca: this.#target.ca });
      this.#upstream.on('error', () => undefined);
    }
    return this.#upstream;
  }
}
