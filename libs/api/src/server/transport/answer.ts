import type { OutgoingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import { Code } from '@connectrpc/connect';
import type { UniversalServerResponse } from '@connectrpc/connect/protocol';
import { ProviderError } from '../../contract/provider-error.ts';
import { statusFields } from './rejection.ts';

const HEADERS: OutgoingHttpHeaders = { ':status': 200, 'content-type': 'application/grpc+proto' };
const OK: OutgoingHttpHeaders = { 'grpc-status': '0' };

export interface AnswerOptions {
  readonly kind: 'unary' | 'stream';
  /** Whether a handler got the request; asked when the status is known. */
  readonly understood: () => boolean;
}

/**
 * Writes what a handler answered. Its status is known when its last message is; without a message both go out as one.
 * No handler of ours sends headers of its own.
 */
export async function writeAnswer(
  stream: ServerHttp2Stream,
  { body, trailer }: UniversalServerResponse,
  { kind, understood }: AnswerOptions,
): Promise<void> {
  const messages = body?.[Symbol.asyncIterator]() as AsyncIterator<Uint8Array, undefined> | undefined;
  if (messages === undefined) {
    respondWithStatus(stream, trailer, understood);
    return;
  }
  try {
    let next = await messages.next();
    if (next.done === true) respondWithStatus(stream, trailer, understood);
    else if (kind === 'unary') {
      // What fails behind the message is in the status, so the end is waited for.
      await messages.next();
      if (begin(stream, trailer, understood)) stream.end(next.value);
    } else if (begin(stream, trailer, understood)) {
      for (; next.done !== true; next = await messages.next()) if (!stream.write(next.value)) await drained(stream);
      stream.end();
    }
  } finally {
    // Lets a generator that was left half-way clean up.
    void messages.return?.().catch(() => undefined);
  }
}

function begin(stream: ServerHttp2Stream, trailer: Headers | undefined, understood: () => boolean): boolean {
  if (stream.destroyed || stream.closed) return false;
  stream.on('wantTrailers', () => stream.sendTrailers(statusOf(trailer, understood)));
  stream.respond(HEADERS, { waitForTrailers: true });
  return true;
}

function respondWithStatus(stream: ServerHttp2Stream, trailer: Headers | undefined, understood: () => boolean): void {
  if (!stream.destroyed && !stream.closed)
    stream.respond({ ...HEADERS, ...statusOf(trailer, understood) }, { endStream: true });
}

function statusOf(trailer: Headers | undefined, understood: () => boolean): OutgoingHttpHeaders {
  const status = Number(trailer?.get('grpc-status') ?? Code.Internal);
  if (status === 0) return OK;
  // What Connect cannot parse is an internal error to it.
  const code = status === INTERNAL && !understood() ? Code.InvalidArgument : status;
  const own = trailer?.has('grpc-status-details-bin') === true ? undefined : ownWords(code);
  if (own === undefined) return Object.fromEntries(trailer ?? []);
  return statusFields(own);
}

/**
 * A status without our detail is the library's: its text quotes what it met (a header, bytes of a message), so ours stands in its place.
 * The two that are left are the health service's, whose protocol asks for them.
 */
function ownWords(status: number): ProviderError | undefined {
  if (HEALTH.has(status)) return undefined;
  return OWN_WORDS.get(status) ?? new ProviderError('INTERNAL', 'the provider failed unexpectedly');
}

const INTERNAL: number = Code.Internal;
const HEALTH: ReadonlySet<number> = new Set([Code.NotFound, Code.Unavailable]);
const OWN_WORDS: ReadonlyMap<number, ProviderError> = new Map([
  [Code.InvalidArgument, new ProviderError('INVALID_REQUEST', 'the request is no message of the contract')],
  [Code.Unimplemented, new ProviderError('UNSUPPORTED', 'this provider has no such method')],
  [
    Code.ResourceExhausted,
    new ProviderError('LIMIT_EXCEEDED', "the answer is larger than the provider's limit", {
      nextStep: 'ask for less at once, or raise --max-response-bytes of the provider (and the response limit of core)',
    }),
  ],
]);

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
