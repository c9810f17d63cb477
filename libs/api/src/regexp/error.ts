import { CodedError } from '@eso/runtime';

/** Why an expression is not used. */
export type RegexpErrorCode =
  /** Thrown when the expression is not RE2 syntax. */
  | 'INVALID_REGEXP'
  /** Thrown when the expression is longer, or compiles to a larger program, than is allowed. */
  | 'REGEXP_TOO_LARGE';

/** Thrown when an expression is not used, and says why; the text holds nothing but the expression itself and a bound. */
export class RegexpError extends CodedError<RegexpErrorCode> {
  override readonly name = 'RegexpError';
  /** What the user can do: a clause. */
  readonly nextStep: string;

  constructor(code: RegexpErrorCode, message: string, cause?: unknown) {
    super(code, message, { cause });
    this.nextStep =
      code === 'INVALID_REGEXP'
        ? 'correct the expression; look-around and back-references do not exist in RE2'
        : 'use a shorter expression, with smaller counts in its repetitions and fewer Unicode classes in them';
  }
}
