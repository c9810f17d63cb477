import type { OutgoingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import { Code } from '@connectrpc/connect';
import type { UniversalServerResponse } from '@connectrpc/connect/protocol';
import { ProviderError } from '../../contract/provider-error.ts';
import { statusFields } from './error-response.ts';

const HEADERS: OutgoingHttpHeaders = { ':status': 200, 'content-type': 'application/grpc+proto' };
const OK: OutgoingHttpHeaders = { 'grpc-status': '0' };

/** Writes the one message of a call that went well. */
export function writeMessage(stream: ServerHttp2Stream, envelope: Uint8Array): void {
  if (begin(stream, () => OK)) stream.end(envelope);
}

/**
 * Writes what Connect's handler of a stream answers, message by message as the client reads them. The status is known when the last one
 * is; without any both go out as one. No handler of ours sends headers of its own.
 */
export async function writeStream(
  stream: ServerHttp2Stream,
  { body, trailer }: UniversalServerResponse,
): Promise<void> {
  const messages = body?.[Symbol.asyncIterator]() as AsyncIterator<Uint8Array, undefined> | undefined;
  try {
    let next = await messages?.next();
    if (next === undefined || next.done === true) {
      if (isOpen(stream)) stream.respond({ ...HEADERS, ...statusOf(trailer) }, { endStream: true });
    } else if (begin(stream, () => statusOf(trailer))) {
      for (; next?.done === false; next = await messages?.next()) if (!stream.write(next.value)) await drained(stream);
      stream.end();
    }
  } finally {
    // Lets a generator that was left half-way clean up.
    void messages?.return?.().catch(() => undefined);
  }
}

function isOpen(stream: ServerHttp2Stream): boolean {
  return !stream.destroyed && !stream.closed;
}

function begin(stream: ServerHttp2Stream, status: () => OutgoingHttpHeaders): boolean {
  if (!isOpen(stream)) return false;
  stream.on('wantTrailers', () => stream.sendTrailers(status()));
  stream.respond(HEADERS, { waitForTrailers: true });
  return true;
}

/**
 * A status without our detail is Connect's: its text quotes what it met, so ours stands in its place. The two that are left are the
 * health service's, whose protocol asks for them.
 */
function statusOf(trailer: Headers | undefined): OutgoingHttpHeaders {
  const status = Number(trailer?.get('grpc-status') ?? Code.Internal);
  if (status === 0) return OK;
  if (trailer && (trailer.has('grpc-status-details-bin') || HEALTH.has(status))) return Object.fromEntries(trailer);
  return statusFields(new ProviderError('INTERNAL', 'the provider failed unexpectedly'));
}

const HEALTH: ReadonlySet<number> = new Set([Code.NotFound, Code.Unavailable]);

function drained(stream: ServerHttp2Stream): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      stream.off('drain', done);
      stream.off('close', done);
      resolve();
    };
    stream.on('drain', done);
    stream.on('close', done);
    if (stream.destroyed) done();
  });
}
