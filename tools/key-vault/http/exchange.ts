import type { IncomingMessage, ServerResponse } from 'node:http';

/** A request as the handlers see it. */
export interface Call {
  readonly method: string;
  /** Lower case, without port. */
  readonly host: string;
  /** Without query, percent-encoding kept. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

/** A response. An object becomes JSON. */
export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: object | string | undefined;
}

/** Larger bodies are cut off: the largest that Azure takes is a certificate's. */
const MAX_BODY_BYTES = 1 << 20;

/** Reads a request whole. @throws when its body is larger than a mebibyte, or the caller hangs up */
export async function readCall(request: IncomingMessage): Promise<Call> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) throw new Error('the body is too large');
    chunks.push(chunk);
  }
  const host = (request.headers.host ?? '').toLowerCase().replace(/:\d+$/, '');
  const url = new URL(request.url ?? '/', `https://${host || 'localhost'}`);
  return {
    method: request.method ?? 'GET',
    host,
    path: url.pathname,
    query: url.searchParams,
    headers: request.headers,
    body: Buffer.concat(chunks),
  };
}

/** Sends an answer. */
export function send(response: ServerResponse, { status, headers, body }: Answer): void {
  const isText = typeof body === 'string';
  const text = body === undefined ? '' : isText ? body : JSON.stringify(body);
  response.writeHead(status, {
    ...(body === undefined || isText ? {} : { 'content-type': 'application/json; charset=utf-8' }),
    'cache-control': 'no-cache',
    ...headers,
    'content-length': String(Buffer.byteLength(text)),
  });
  response.end(text);
}

/** The body as a form. */
export function formOf({ body }: Call): URLSearchParams {
  return new URLSearchParams(body.toString());
}
