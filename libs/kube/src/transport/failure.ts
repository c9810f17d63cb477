import { errorText } from '@eso/runtime';
import { KubeError, type KubeErrorCode } from '../error.ts';

/**
 * How far a request came before its connection failed, which decides whether it may be sent again:
 * - `connect`: there was no connection; trying again at once would fail the same way
 * - `unsent`: the API server has not looked at it (never written, REFUSED_STREAM, beyond a GOAWAY; RFC 9113 §8.7)
 * - `sent`: it may have been carried out
 */
export type FailureStage = 'connect' | 'unsent' | 'sent';

/** Thrown when a request got no answer. */
export class TransportFailure extends KubeError {
  readonly stage: FailureStage;

  constructor(stage: FailureStage, code: KubeErrorCode, message: string, cause?: unknown) {
    super(code, message, { cause });
    this.stage = stage;
  }

  /** The connection could not be made. */
  static connect(host: string, cause: unknown): TransportFailure {
    if (cause instanceof TransportFailure) return cause;
    return new TransportFailure(
      'connect',
      'UNREACHABLE',
      `the API server at ${host} cannot be reached: ${errorText(cause)}`,
      cause,
    );
  }

  /** The connection broke under the request. */
  static lost(stage: 'unsent' | 'sent', host: string, cause: unknown): TransportFailure {
    const why = cause === undefined ? 'it closed the stream' : errorText(cause);
    return new TransportFailure(
      stage,
      'UNREACHABLE',
      `the connection to the API server at ${host} was lost: ${why}`,
      cause,
    );
  }
}
