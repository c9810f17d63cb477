import { constants, type IncomingHttpHeaders } from 'node:http2';
import type { ConnectError } from '@connectrpc/connect';
import { findTrailerError } from '@connectrpc/connect/protocol-grpc';
import { ANSWER_HEADER_BYTES, headerListBytes } from '@eso/http2';
import { WireFailure } from './wire-failure.ts';

/** What the header fields at the end of an answer say. */
export type AnswerStatus =
  | { readonly kind: 'ok' }
  | { readonly kind: 'none' }
  /** A status, or a WireFailure where it cannot be read. */
  | { readonly kind: 'error'; readonly error: ConnectError | WireFailure };

const STATUS = 'grpc-status';
/** The codes that gRPC has: 0 to 16, in decimal. */
const KNOWN_STATUS = /^(?:\d|1[0-6])$/;

/** Reads `grpc-status` and what belongs to it. Nothing of it is looked at twice, and nothing but the status where that is OK. */
export function answerStatus(fields: IncomingHttpHeaders): AnswerStatus {
  const status = fields[STATUS];
  if (status === '0') return { kind: 'ok' };
  if (status === undefined) return { kind: 'none' };
  if (typeof status !== 'string' || !KNOWN_STATUS.test(status))
    return { kind: 'error', error: new WireFailure('protocol', 'the status of the answer is none that gRPC has') };
  const headers = new Headers({ [STATUS]: status });
  for (const name of ['grpc-message', 'grpc-status-details-bin']) {
    const value = fields[name];
    if (typeof value === 'string') headers.set(name, value);
  }
  try {
    const error = findTrailerError(headers);
    return error ? { kind: 'error', error } : { kind: 'ok' };
  } catch (cause) {
    return { kind: 'error', error: new WireFailure('protocol', 'the status of the answer cannot be read', cause) };
  }
}

/**
 * Whether an answer has more header fields than was announced. Node itself finds out only once the peer has acknowledged the
 * announcement, and then ends the call without a reason.
 */
export function sizeProblem(headers: IncomingHttpHeaders): WireFailure | undefined {
  const bytes = headerListBytes(headers);
  if (bytes <= ANSWER_HEADER_BYTES) return undefined;
  return new WireFailure('protocol', `it has ${bytes} bytes of header fields, ${ANSWER_HEADER_BYTES} are allowed`);
}

/** Statuses of HTTP by which a proxy says that it will be better later (gRPC: "HTTP to gRPC Status Code Mapping"). */
const PASSING = new Set([429, 502, 503, 504]);

/** Why the first header fields are not those of a gRPC answer. */
export function headersProblem(headers: IncomingHttpHeaders): WireFailure | undefined {
  const status = Number(headers[constants.HTTP2_HEADER_STATUS]);
  if (status !== 200)
    return new WireFailure(PASSING.has(status) ? 'unavailable' : 'protocol', `it has HTTP status ${status}`);
  if (!headers['content-type']?.startsWith('application/grpc')) return new WireFailure('protocol', 'it is no gRPC');
  return sizeProblem(headers);
}
