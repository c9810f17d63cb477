import {
  type ClientHttp2Stream,
  constants,
  type IncomingHttpHeaders,
  type IncomingHttpStatusHeader,
  type OutgoingHttpHeaders,
} from 'node:http2';
import type { Clock } from '@eso/runtime';
import { TransportFailure } from './failure.ts';
import type { Session } from './session.ts';

export interface HttpResponse {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

export interface ExchangeOptions {
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
export function exchange(session: Session, options: ExchangeOptions): Promise<HttpResponse> {
  return new Promise((resolve, reject) => {
    const stream = openStream(session, options.headers, options.body);
    const chunks: Buffer[] = [];
    let bytes = 0;
    let headers: (IncomingHttpHeaders & IncomingHttpStatusHeader) | undefined;
    let failure: Error | undefined;
    let ended = false;
    const giveUp = (reason: Error): void => {
      failure ??= reason;
      stream.close(constants.NGHTTP2_CANCEL);
    };
    const cancelTimer = options.clock.schedule(options.timeoutMs, () => {
      giveUp(timedOut(session, options.timeoutMs));
      session.probe();
    });
    const onAbort = (): void => giveUp(options.signal?.reason as Error);
    options.signal?.addEventListener('abort', onAbort, { once: true });
    stream.on('response', (received) => (headers = received));
    stream.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= options.maxBodyBytes) chunks.push(chunk);
      else giveUp(tooLarge(session, options.maxBodyBytes));
    });
    stream.on('end', () => (ended = true));
    stream.on('error', (error) => (failure ??= lost(session.host, stream, error)));
    stream.on('close', () => {
      cancelTimer();
      options.signal?.removeEventListener('abort', onAbort);
      // A stream that was reset may end its body as if it were whole.
      const whole = ended && stream.rstCode === constants.NGHTTP2_NO_ERROR && !stream.aborted;
      if (failure === undefined && headers?.[':status'] !== undefined && whole) {
        const body = chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
        resolve({ status: headers[':status'], headers, body });
      } else {
        reject(failure ?? lost(session.host, stream, session.error));
      }
    });
  });
}

export interface HttpStream {
  status: number;
  headers: IncomingHttpHeaders;
  /** The body; its `error` and `close` tell how it ended. */
  stream: ClientHttp2Stream;
}

/**
 * Sends one request and resolves with the head of its answer.
 * @throws TransportFailure when no head came, or the reason of the signal; later aborts end the stream
 */
export function exchangeHead(session: Session, options: ExchangeOptions): Promise<HttpStream> {
  return new Promise((resolve, reject) => {
    const stream = openStream(session, options.headers, options.body);
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
    const onError = (error: Error): void => fail(lost(session.host, stream, error));
    const onClose = (): void => fail(lost(session.host, stream, session.error));
    const onAbort = (): void => fail(options.signal?.reason as Error);
    const cancelTimer = options.clock.schedule(options.timeoutMs, () => {
      fail(timedOut(session, options.timeoutMs));
      session.probe();
    });
    options.signal?.addEventListener('abort', onAbort, { once: true });
    stream.once('error', onError).once('close', onClose);
    // Whoever reads the body sees its errors; one that comes when nobody reads any more must not end the process.
    stream.on('error', () => undefined);
    stream.once('response', (headers) => {
      settle();
      resolve({ status: headers[':status'] ?? 0, headers, stream });
    });
  });
}

function openStream(session: Session, headers: OutgoingHttpHeaders, body: string | undefined): ClientHttp2Stream {
  try {
    const stream = session.request(headers, body === undefined);
    if (body !== undefined) stream.end(body);
    return stream;
  } catch (error) {
    throw TransportFailure.lost('unsent', session.host, error);
  }
}

function timedOut(session: Session, timeoutMs: number): TransportFailure {
  return new TransportFailure(
    'sent',
    'TIMEOUT',
    `the API server at ${session.host} gave no answer within ${Math.round(timeoutMs)} ms`,
  );
}

function tooLarge(session: Session, maxBytes: number): TransportFailure {
  const text = `the API server at ${session.host} answered with more than ${maxBytes} bytes: ask for less at a time`;
  return new TransportFailure('sent', 'TOO_LARGE', text);
}

/** Names the stage at which a stream broke. */
export function lost(host: string, stream: ClientHttp2Stream, cause: unknown): TransportFailure {
  const unsent = stream.pending || stream.id === undefined || stream.rstCode === constants.NGHTTP2_REFUSED_STREAM;
  return TransportFailure.lost(unsent ? 'unsent' : 'sent', host, cause);
}
