import type { OutgoingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import { Code } from '@connectrpc/connect';
import type { UniversalServerResponse } from '@connectrpc/connect/protocol';
import { ProviderError } from '../../contract/provider-error.ts';
import { statusFields } from './rejection.ts';

const HEADERS: OutgoingHttpHeaders = { ':status': 200, 'content-type': 'application/grpc+proto' };
const OK: OutgoingHttpHeaders = { 'grpc-status': '0' };

/**
 * Writes what a handler answered. Its status is known when its last message is; without a message both go out as one.
 * No handler of ours sends headers of its own.
 */
export async function writeAnswer(
  stream: ServerHttp2Stream,
  { body, trailer }: UniversalServerResponse,
  kind: 'unary' | 'stream',
): Promise<void> {
  const messages = body?.[Symbol.asyncIterator]() as AsyncIterator<Uint8Array, undefined> | undefined;
  if (messages === undefined) {
    respondWithStatus(stream, trailer);
    return;
  }
  try {
    let next = await messages.next();
    if (next.done === true) respondWithStatus(stream, trailer);
    else if (kind === 'unary') {
      // What fails behind the message is in the status, so the end is waited for.
      await messages.next();
      if (begin(stream, trailer)) stream.end(next.value);
    } else if (begin(stream, trailer)) {
      for (; next.done !== true; next = await messages.next()) if (!stream.write(next.value)) await drained(stream);
      stream.end();
    }
  } finally {
    // Lets a generator that was left half-way clean up.
    void messages.return?.().catch(() => undefined);
  }
}

function begin(stream: ServerHttp2Stream, trailer: Headers | undefined): boolean {
  if (stream.destroyed || stream.closed) return false;
  stream.on('wantTrailers', () => stream.sendTrailers(statusOf(trailer)));
  stream.respond(HEADERS, { waitForTrailers: true });
  return true;
}

function respondWithStatus(stream: ServerHttp2Stream, trailer: Headers | undefined): void {
  if (!stream.destroyed && !stream.closed) stream.respond({ ...HEADERS, ...statusOf(trailer) }, { endStream: true });
}

function statusOf(trailer: Headers | undefined): OutgoingHttpHeaders {
  const status = trailer?.get('grpc-status') ?? String(Code.Internal);
  if (status === '0') return OK;
  const own = trailer?.has('grpc-status-details-bin') === true ? undefined : ownWords(Number(status) as Code);
  if (own === undefined) return Object.fromEntries(trailer ?? []);
  return statusFields(own);
}

/**
 * A status without our detail is the library's: its text quotes what it met (a header, bytes of a message), so ours stands in its place.
 * The two that are left are the health service's, whose protocol asks for them.
 */
function ownWords(status: Code): ProviderError | undefined {
  switch (status) {
    case Code.NotFound:
    case Code.Unavailable:
      return undefined;
    case Code.InvalidArgument:
      return new ProviderError('INVALID_REQUEST', 'the request is no message of the contract');
    case Code.ResourceExhausted:
      return new ProviderError('LIMIT_EXCEEDED', "the answer is larger than the provider's limit", {
        nextStep:
          'ask for less at once, or raise --max-response-bytes of the provider (and the response limit of core)',
      });
    case Code.Unimplemented:
      return new ProviderError('UNSUPPORTED', 'this provider has no such method');
    default:
      return new ProviderError('INTERNAL', 'the provider failed unexpectedly');
  }
}

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
