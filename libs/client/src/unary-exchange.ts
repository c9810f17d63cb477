import { type ClientHttp2Stream, constants, type IncomingHttpHeaders } from 'node:http2';
import { answerStatus, headersProblem, sizeProblem } from './answer-status.ts';
import { MessageReader } from './message-frame.ts';
import { WireFailure } from './wire-failure.ts';

/** What bounds an exchange, and who is told that it goes on. */
export interface UnaryExchangeOptions {
  /** Largest message that is read, bytes. */
  readonly maxBytes: number;
  readonly signal: AbortSignal;
  /** Called for whatever comes in. */
  readonly onActivity: () => void;
}

/**
 * Sends one message on a stream and waits for the one that comes back. Settles with the answer, the failure, the end of the stream or
 * the signal, whichever is first; the stream itself may take longer to go, on a connection that is not read from any more.
 *
 * @param frame the request with its gRPC header
 * @throws ConnectError with the status that the peer sent; WireFailure when it sent none; the signal's reason
 */
export async function unaryExchange(
  stream: ClientHttp2Stream,
  frame: Buffer,
  { maxBytes, signal, onActivity }: UnaryExchangeOptions,
): Promise<Uint8Array> {
  const reader = new MessageReader(maxBytes);
  let headers: IncomingHttpHeaders | undefined;
  let trailers: IncomingHttpHeaders | undefined;
  const failure = await new Promise<unknown>((resolve) => {
    let settled = false;
    let problem: unknown;
    const settle = (reason: unknown): void => {
      if (settled) return;
      settled = true;
      signal.removeEventListener('abort', onAbort);
      resolve(reason);
    };
    const fail = (reason: unknown): void => {
      settle(reason);
      stream.close(constants.NGHTTP2_CANCEL);
    };
    const onAbort = (): void => fail(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    stream.on('response', (received) => {
      onActivity();
      headers = received;
      const wrong = headersProblem(received);
      if (wrong) fail(wrong);
    });
    stream.on('data', (chunk: Buffer) => {
      onActivity();
      // Until the peer hears of it, it may send as much as the window takes.
      if (settled) return;
      try {
        reader.push(chunk);
      } catch (error) {
        fail(error);
      }
    });
    stream.on('trailers', (received) => {
      onActivity();
      const wrong = sizeProblem(received);
      if (wrong) fail(wrong);
      else trailers = received;
    });
    stream.on('error', (error) => (problem ??= error));
    stream.once('close', () => settle(streamFailure(stream.rstCode, problem)));
    if (signal.aborted) onAbort();
    else stream.end(frame);
  });
  return answerOf(trailers ?? headers ?? {}, reader, failure);
}

/** A status that arrived counts, however the stream ended: a server may reset what it does not want to read to its end. */
function answerOf(trailers: IncomingHttpHeaders, reader: MessageReader, failure: unknown): Uint8Array {
  if (failure instanceof WireFailure && (failure.kind === 'protocol' || failure.kind === 'unavailable')) throw failure;
  const status = answerStatus(trailers);
  if (status.kind === 'error') throw status.error;
  if (failure !== undefined) throw failure as Error;
  if (status.kind === 'none') throw new WireFailure('protocol', 'the answer ended without a status');
  const message = reader.message();
  if (!message) throw new WireFailure('protocol', 'the answer ended without its message');
  return message;
}

/** How a stream ended that did not end well. Whether it was the connection that ended is not known here. */
function streamFailure(code: number | undefined, cause: unknown): WireFailure | undefined {
  switch (code) {
    case constants.NGHTTP2_REFUSED_STREAM:
      return new WireFailure('refused', 'the stream was refused', cause);
    case constants.NGHTTP2_ENHANCE_YOUR_CALM:
      return new WireFailure('overloaded', 'ENHANCE_YOUR_CALM', cause);
    case undefined:
    case constants.NGHTTP2_NO_ERROR:
      return cause === undefined ? undefined : new WireFailure('reset', 'the stream ended', cause);
    default:
      return new WireFailure('reset', codeName(code), cause);
  }
}

const NAMES = new Map(
  [
    'PROTOCOL_ERROR',
    'INTERNAL_ERROR',
    'FLOW_CONTROL_ERROR',
    'STREAM_CLOSED',
    'FRAME_SIZE_ERROR',
    'CANCEL',
    'COMPRESSION_ERROR',
    'CONNECT_ERROR',
    'INADEQUATE_SECURITY',
    'HTTP_1_1_REQUIRED',
  ].map((name) => [(constants as unknown as Record<string, number>)[`NGHTTP2_${name}`], name]),
);

/** RFC 9113 §7 */
function codeName(code: number): string {
  return NAMES.get(code) ?? `code ${code}`;
}
