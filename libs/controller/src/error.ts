import { errorText } from '@eso/runtime';

/** What went wrong, for programs. */
export type ControllerErrorCode = 'LEADERSHIP_LOST' | 'LEADERSHIP_STUCK' | 'ALREADY_RUNNING' | 'UNEXPECTED';

/** The only error class this library throws. */
export class ControllerError extends Error {
  override readonly name = 'ControllerError';
  readonly code: ControllerErrorCode;
  /** Whether the same call may succeed later without a change by a human. */
  readonly retryable: boolean;
  /** Text that may be shown to users. */
  readonly publicMessage: string;

  constructor(code: ControllerErrorCode, message: string, options: { retryable?: boolean; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.code = code;
    this.retryable = options.retryable ?? false;
    this.publicMessage = message;
  }

  /** Wraps whatever was thrown; a ControllerError stays as it is. */
  static from(thrown: unknown): ControllerError {
    if (thrown instanceof ControllerError) return thrown;
    return new ControllerError('UNEXPECTED', errorText(thrown), { cause: thrown });
  }
}
