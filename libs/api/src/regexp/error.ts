export type RegexpErrorCode = 'INVALID_REGEXP' | 'REGEXP_TOO_LARGE';

/** An expression that is not used, and why; the text holds nothing but the expression itself and a bound. */
export class RegexpError extends Error {
  override readonly name = 'RegexpError';
  readonly code: RegexpErrorCode;
  /** What the user can do: a clause. */
  readonly nextStep: string;

  constructor(code: RegexpErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? {} : { cause });
    this.code = code;
    this.nextStep =
      code === 'INVALID_REGEXP'
        ? 'correct the expression; look-around and back-references do not exist in RE2'
        : 'use a shorter expression, with smaller counts in its repetitions and fewer Unicode classes in them';
  }
}
