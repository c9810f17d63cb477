import { type ClientHttp2Stream, constants, type IncomingHttpHeaders } from 'node:http2';
import type { ConnectError } from '@connectrpc/connect';
import { findTrailerError } from '@connectrpc/connect/protocol-grpc';
import { MessageReader } from './message-frame.ts';
import { WireFailure } from './wire-failure.ts';

const STATUS = 'grpc-status';

/**
 * Sends one message on a stream and waits for the one that comes back. Settles when the stream has closed, which it does in every
 * case: by an answer, a reset, the end of its connection, or the signal.
 *
 * @param frame the request with its gRPC header
 * @throws ConnectError with the status that the peer sent; WireFailure when it sent none; the signal's reason
 */
export async function exchange(
  stream: ClientHttp2Stream,
  frame: Buffer,
  { maxBytes, signal }: { maxBytes: number; signal: AbortSignal },
): Promise<Uint8Array> {
  const reader = new MessageReader(maxBytes);
  let headers: IncomingHttpHeaders = {};
  let trailers: IncomingHttpHeaders | undefined;
  let failure: unknown;
  const fail = (reason: unknown): void => {
    failure ??= reason;
    stream.close(constants.NGHTTP2_CANCEL);
  };
  const onAbort = (): void => fail(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  stream.on('response', (received) => {
    headers = received;
    const problem = headersProblem(received);
    if (problem) fail(problem);
  });
  stream.on('data', (chunk: Buffer) => {
    // Until the peer hears of it, it may send as much as the window takes.
    if (failure !== undefined) return;
    try {
      reader.push(chunk);
    } catch (error) {
      fail(error);
    }
  });
  stream.on('trailers', (received) => (trailers = received));
  stream.on('error', (error) => (failure ??= streamFailure(stream.rstCode, error)));
  const closed = new Promise<void>((resolve) => stream.once('close', resolve));
  if (signal.aborted) onAbort();
  else stream.end(frame);
  await closed;
  signal.removeEventListener('abort', onAbort);
  return answer(trailers ?? headers, reader, failure ?? streamFailure(stream.rstCode));
}

/** A status that arrived counts, however the stream ended: a server may reset what it does not want to read to its end. */
function answer(trailers: IncomingHttpHeaders, reader: MessageReader, failure: unknown): Uint8Array {
  const status = trailers[STATUS] === undefined ? undefined : statusOf(trailers);
  if (status) throw status;
  if (failure !== undefined) throw failure as Error;
  if (trailers[STATUS] === undefined) throw new WireFailure('protocol', 'the answer ended without a status');
  const message = reader.message();
  if (!message) throw new WireFailure('protocol', 'the answer ended without its message');
  return message;
}

/** The status in trailers as an error; undefined when it is OK. */
function statusOf(trailers: IncomingHttpHeaders): ConnectError | undefined {
  const fields = new Headers();
  for (const name of [STATUS, 'grpc-message', 'grpc-status-details-bin']) {
    const value = trailers[name];
    if (typeof value === 'string') fields.set(name, value);
  }
  try {
    return findTrailerError(fields);
  } catch (cause) {
    throw new WireFailure('protocol', 'the status of the answer cannot be read', cause);
  }
}

function headersProblem(headers: IncomingHttpHeaders): WireFailure | undefined {
  const status = headers[constants.HTTP2_HEADER_STATUS];
  const type = headers['content-type'] ?? '';
  if (Number(status) !== 200)
    return new WireFailure('protocol', `the peer answered with HTTP status ${String(status)}`);
  return type.startsWith('application/grpc') ? undefined : new WireFailure('protocol', 'the peer does not speak gRPC');
}

function streamFailure(rstCode: number | undefined, cause?: unknown): WireFailure | undefined {
  if (rstCode === constants.NGHTTP2_REFUSED_STREAM) return new WireFailure('refused', 'the stream was refused', cause);
  if (rstCode === constants.NGHTTP2_ENHANCE_YOUR_CALM) {
    return new WireFailure('overloaded', 'the peer asks to be called less', cause);
  }
  if (rstCode === undefined || (rstCode === constants.NGHTTP2_NO_ERROR && cause === undefined)) return undefined;
  return new WireFailure('lost', `the stream was reset with HTTP/2 code ${rstCode}`, cause);
}
