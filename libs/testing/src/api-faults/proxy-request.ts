import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  constants,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2';
import { type ApiRequest, parseApiRequest } from './api-request.ts';
import type { ApiAnswer, ApiFault, Interceptor, RefusalFault } from './interceptor.ts';
import { type WatchLine, WatchStream } from './watch-stream.ts';

/** One request of a client, where it goes, and who may stand in its way. */
export interface ProxyRequestOptions {
  readonly client: ServerHttp2Stream;
  readonly headers: IncomingHttpHeaders;
  readonly upstream: ClientHttp2Session;
  readonly interceptors: Iterable<Interceptor>;
  readonly onRequest: (request: ApiRequest) => void;
  readonly onEvents: (watch: WatchStream, events: readonly WatchLine[]) => void;
}

/**
 * Carries one request to the API server and its answer back, past the interceptors.
 * @returns the watch, once it is open, if the request is one
 */
export async function proxyRequest(options: ProxyRequestOptions): Promise<WatchStream | undefined> {
  const { client, headers, upstream } = options;
  try {
    const body = await collect(client);
    const request = parseApiRequest(String(headers[':method']), String(headers[':path']), body);
    options.onRequest(request);
    const matching = [...options.interceptors].filter((interceptor) => interceptor.matches(request));
    for (const interceptor of matching) {
      const fault = await interceptor.before?.(request);
      if (fault === undefined) continue;
      applyFault(fault, client);
      return undefined;
    }
    const stream = send(upstream, headers, body);
    client.once('close', () => stream.close(constants.NGHTTP2_CANCEL));
    const head = await headOf(stream);
    if (request.verb === 'watch' && Number(head[':status']) === 200) return relay(request, stream, head, options);
    const answer = { status: Number(head[':status']), body: await collect(stream) };
    for (const interceptor of matching) {
      const fault = await interceptor.after?.(request, answer);
      if (fault === undefined) continue;
      applyFault(fault, client);
      return undefined;
    }
    reply(client, head, answer);
  } catch {
    // One side is gone; so the other has to go.
    client.close(constants.NGHTTP2_INTERNAL_ERROR);
  }
  return undefined;
}

function headOf(stream: ClientHttp2Stream): Promise<IncomingHttpHeaders> {
  return new Promise((resolve, reject) => {
    stream.on('error', reject);
    stream.once('response', resolve);
    stream.once('close', () => reject(new Error('no answer')));
  });
}

function relay(
  request: ApiRequest,
  stream: ClientHttp2Stream,
  head: IncomingHttpHeaders,
  { client, onEvents }: ProxyRequestOptions,
): WatchStream {
  const watch = new WatchStream(request, client);
  client.respond(endToEndHeaders(head));
  stream.setEncoding('utf8');
  stream.on('data', (text: string) => onEvents(watch, watch.split(text)));
  stream.on('end', () => watch.end());
  stream.on('error', () => client.close(constants.NGHTTP2_INTERNAL_ERROR));
  return watch;
}

function send(upstream: ClientHttp2Session, headers: IncomingHttpHeaders, body: Buffer): ClientHttp2Stream {
  const target = { ':method': headers[':method'], ':path': headers[':path'] };
  // What is read here is read as text.
  const own = { ...endToEndHeaders(headers), ...target, 'accept-encoding': 'identity' };
  const stream = upstream.request(own, { endStream: body.length === 0 });
  if (body.length > 0) stream.end(body);
  return stream;
}

function reply(client: ServerHttp2Stream, head: IncomingHttpHeaders, { body }: ApiAnswer): void {
  if (!client.writable) return;
  client.respond({ ...endToEndHeaders(head), ':status': Number(head[':status']) });
  client.end(body);
}

function applyFault(fault: ApiFault, client: ServerHttp2Stream): void {
  if (fault.kind === 'cut') client.close(constants.NGHTTP2_INTERNAL_ERROR);
  else if (client.writable) refuse(fault, client);
}

function refuse(
  { status, reason, message = `refused by the fault proxy: ${reason}` }: RefusalFault,
  client: ServerHttp2Stream,
) {
  client.respond({ ':status': status, 'content-type': 'application/json' });
  client.end(JSON.stringify({ kind: 'Status', apiVersion: 'v1', status: 'Failure', message, reason, code: status }));
}

/** Headers that belong to the message, not to the connection. */
function endToEndHeaders(headers: IncomingHttpHeaders): OutgoingHttpHeaders {
  const own = Object.entries(headers).filter(([name]) => !name.startsWith(':') && name !== 'content-length');
  return Object.fromEntries(own);
}

/** Not with `for await`, which destroys the stream at its end, and with it the way back. */
function collect(stream: ServerHttp2Stream | ClientHttp2Stream): Promise<Buffer> {
  const chunks: Buffer[] = [];
  return new Promise((resolve, reject) => {
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.once('end', () => resolve(Buffer.concat(chunks)));
    stream.once('close', () => reject(new Error('the stream ended before its time')));
  });
}
