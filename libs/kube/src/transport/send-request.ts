import {
  type ClientHttp2Stream,
  constants,
  type IncomingHttpHeaders,
  type IncomingHttpStatusHeader,
  type OutgoingHttpHeaders,
} from 'node:http2';
import { type Http2Session, SessionError } from '@eso/http2';
import type { Clock } from '@eso/runtime';
import { TransportFailure } from './failure.ts';

/** An answer of the API server that is here as a whole, whatever its status. */
export interface ApiResponse {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/** One request, ready to be sent. */
export interface ApiRequestOptions {
  /** Host and port of the API server, for messages. */
  host: string;
  headers: OutgoingHttpHeaders;
  body?: string | undefined;
  /** Time until the whole answer has to be there, in milliseconds. */
  timeoutMs: number;
  /** A larger answer is refused with TOO_LARGE, in bytes. */
  maxBodyBytes: number;
  clock: Clock;
  signal?: AbortSignal | undefined;
}

/**
 * Sends one request and collects its answer.
 * @throws TransportFailure when no complete answer came, or the reason of the signal
 */
export async function sendRequest(session: Http2Session, options: ApiRequestOptions): Promise<ApiResponse> {
  const { host, clock } = options;
  const deadlineMs = clock.monotonic() + options.timeoutMs;
  const opened = openStream(session, options);
  // Listened to at once: no tick comes between a stream that is there and its listeners.
  const stream = opened instanceof Promise ? await opened : opened;
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    let headers: (IncomingHttpHeaders & IncomingHttpStatusHeader) | undefined;
    let failure: Error | undefined;
    let ended = false;
    const giveUp = (reason: Error): void => {
      failure ??= reason;
      stream.close(constants.NGHTTP2_CANCEL);
    };
    const cancelTimer = clock.schedule(deadlineMs - clock.monotonic(), () => {
      giveUp(timedOut(host, options.timeoutMs));
      session.probe();
    });
    const onAbort = (): void => giveUp(options.signal?.reason as Error);
    if (options.signal?.aborted) onAbort();
    else options.signal?.addEventListener('abort', onAbort, { once: true });
    stream.on('response', (received) => {
      session.recordActivity();
      headers = received;
    });
    stream.on('data', (chunk: Buffer) => {
      session.recordActivity();
      bytes += chunk.length;
      if (bytes <= options.maxBodyBytes) chunks.push(chunk);
      else giveUp(tooLarge(host, options.maxBodyBytes));
    });
    stream.on('end', () => (ended = true));
    stream.on('error', (error) => (failure ??= streamFailure(host, stream, error)));
    stream.on('close', () => {
      cancelTimer();
      options.signal?.removeEventListener('abort', onAbort);
      // A stream that was reset may end its body as if it were whole.
      const whole = ended && stream.rstCode === constants.NGHTTP2_NO_ERROR && !stream.aborted;
      if (failure === undefined && headers?.[':status'] !== undefined && whole) {
        const body = chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
        resolve({ status: headers[':status'], headers, body });
      } else {
        reject(failure ?? streamFailure(host, stream, session.error));
      }
    });
  });
}

/** The head of an answer whose body is still to come. */
export interface ApiResponseStream {
  status: number;
  headers: IncomingHttpHeaders;
  /** The body; its `error` and `close` tell how it ended. */
  stream: ClientHttp2Stream;
  /** To be told of each part of the body: the API server is there. */
  recordActivity: () => void;
}

/**
 * Sends one request and resolves with the head of its answer.
 * @throws TransportFailure when no head came, or the reason of the signal; later aborts end the stream
 */
export async function startRequest(session: Http2Session, options: ApiRequestOptions): Promise<ApiResponseStream> {
  const { host, clock } = options;
  const deadlineMs = clock.monotonic() + options.timeoutMs;
  const opened = openStream(session, options);
  // Listened to at once: no tick comes between a stream that is there and its listeners.
  const stream = opened instanceof Promise ? await opened : opened;
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      cancelTimer();
      options.signal?.removeEventListener('abort', onAbort);
      stream.off('error', onError).off('close', onClose);
    };
    const fail = (reason: Error): void => {
      settle();
      stream.close(constants.NGHTTP2_CANCEL);
      reject(reason);
    };
    const onError = (error: Error): void => fail(streamFailure(host, stream, error));
    const onClose = (): void => fail(streamFailure(host, stream, session.error));
    const onAbort = (): void => fail(options.signal?.reason as Error);
    const cancelTimer = clock.schedule(deadlineMs - clock.monotonic(), () => {
      fail(timedOut(host, options.timeoutMs));
      session.probe();
    });
    if (options.signal?.aborted) onAbort();
    else options.signal?.addEventListener('abort', onAbort, { once: true });
    stream.once('error', onError).once('close', onClose);
    // Whoever reads the body sees its errors; one that comes when nobody reads any more must not end the process.
    stream.on('error', () => undefined);
    stream.once('response', (headers) => {
      settle();
      session.recordActivity();
      resolve({ status: headers[':status'] ?? 0, headers, stream, recordActivity: session.recordActivity });
    });
  });
}

/** Opens a stream and sends the body: at once where the API server takes one more, else as soon as it does. */
function openStream(session: Http2Session, options: ApiRequestOptions): ClientHttp2Stream | Promise<ClientHttp2Stream> {
  const { headers, body, host } = options;
  const endStream = body === undefined;
  // Node writes bytes with less ado than a text.
  const bytes = endStream ? undefined : Buffer.from(body);
  const send = (stream: ClientHttp2Stream): ClientHttp2Stream => (endStream ? stream : stream.end(bytes));
  if (session.isSaturated) return waitForStream(session, options).then(send);
  try {
    const opened = session.request(headers, { endStream });
    return opened instanceof Promise ? opened.then(send) : send(opened);
  } catch (error) {
    throw unsent(host, error);
  }
}

/** A stream of a session that takes none now. */
async function waitForStream(session: Http2Session, options: ApiRequestOptions): Promise<ClientHttp2Stream> {
  const { headers, body, host, clock, timeoutMs, signal } = options;
  const giveUp = new AbortController();
  const onAbort = (): void => giveUp.abort(signal?.reason);
  const cancelTimer = clock.schedule(timeoutMs, () => {
    giveUp.abort(timedOut(host, timeoutMs));
    session.probe();
  });
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    return await session.request(headers, { endStream: body === undefined, signal: giveUp.signal });
  } catch (error) {
    throw unsent(host, error);
  } finally {
    cancelTimer();
    signal?.removeEventListener('abort', onAbort);
  }
}

function unsent(host: string, error: unknown): unknown {
  return error instanceof SessionError ? TransportFailure.lost('unsent', host, error.cause ?? error) : error;
}

function timedOut(host: string, timeoutMs: number): TransportFailure {
  return new TransportFailure(
    'sent',
    'TIMEOUT',
    `the API server at ${host} gave no answer within ${Math.round(timeoutMs)} ms`,
  );
}

function tooLarge(host: string, maxBytes: number): TransportFailure {
  const text = `the API server at ${host} answered with more than ${maxBytes} bytes: ask for less at a time`;
  return new TransportFailure('sent', 'TOO_LARGE', text);
}

/** Names the stage at which a stream broke. */
export function streamFailure(host: string, stream: ClientHttp2Stream, cause: unknown): TransportFailure {
  const unsent = stream.pending || stream.id === undefined || stream.rstCode === constants.NGHTTP2_REFUSED_STREAM;
  return TransportFailure.lost(unsent ? 'unsent' : 'sent', host, cause);
}
