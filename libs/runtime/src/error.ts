import { CodedError } from './coded-error.ts';
import { errorText } from './text.ts';

/** What went wrong, for programs. */
export type RuntimeErrorCode =
  /** Thrown when a text is no `host:port` to listen at. */
  | 'INVALID_ADDRESS'
  /** Thrown when a text is no duration such as `1h30m`. */
  | 'INVALID_DURATION'
  /** Thrown when the command line has a flag that does not exist, or one whose value is none that it takes. */
  | 'INVALID_FLAG'
  /** Thrown when a port cannot be listened at: it is in use, or the process may not. */
  | 'LISTEN_FAILED'
  /** Something else was thrown. */
  | 'UNEXPECTED';

/** Thrown when a process cannot be started as it is told to. Beside WorkerError the only error class this library throws. */
export class RuntimeError extends CodedError<RuntimeErrorCode> {
  override readonly name = 'RuntimeError';

  /** Wraps whatever was thrown; a RuntimeError stays as it is. */
  static override from(thrown: unknown): RuntimeError {
    if (thrown instanceof RuntimeError) return thrown;
    return new RuntimeError('UNEXPECTED', errorText(thrown), { cause: thrown });
  }
}
