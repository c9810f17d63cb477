import { errorText } from './text.ts';

/** What went wrong, for programs. */
export type RuntimeErrorCode = 'INVALID_ADDRESS' | 'INVALID_DURATION' | 'INVALID_FLAG' | 'LISTEN_FAILED' | 'UNEXPECTED';

/** The only error class this library throws. */
export class RuntimeError extends Error {
  override readonly name = 'RuntimeError';
  readonly code: RuntimeErrorCode;
  /** Whether the same call may succeed later without a change by a human. */
  readonly retryable: boolean;
  /** Text that may be shown to users: says what happened and what to do, and holds no secret. */
  readonly publicMessage: string;

  constructor(code: RuntimeErrorCode, message: string, options: { retryable?: boolean; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.code = code;
    this.retryable = options.retryable ?? false;
    this.publicMessage = message;
  }

  /** Wraps whatever was thrown; a RuntimeError stays as it is. */
  static from(thrown: unknown): RuntimeError {
    if (thrown instanceof RuntimeError) return thrown;
    return new RuntimeError('UNEXPECTED', errorText(thrown), { cause: thrown });
  }
}
