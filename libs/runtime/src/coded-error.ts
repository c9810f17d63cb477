import { plainText } from './plain-text.ts';
import { bounded } from './text.ts';

/** What a {@link CodedError} says beside its code and message. */
export interface CodedErrorOptions {
  /** Whether the same call may succeed later without a change by a human. Default false. */
  readonly retryable?: boolean | undefined;
  /** Text for conditions, events and logs, taken as it is: it holds no secret. Default: the message, on one line, of 1,024 bytes at most. */
  readonly publicMessage?: string | undefined;
  /** What was thrown below. It may hold anything, and is never shown to users. Default: nothing. */
  readonly cause?: unknown;
}

/** As long as the message of an Event. */
const MAX_PUBLIC_BYTES = 1_024;

/**
 * What every error that a library of ours throws on purpose has in common. Each library has one class of its own, which says which
 * codes there are and when they are thrown.
 */
export class CodedError<Code extends string = string> extends Error {
  override readonly name: string = 'CodedError';
  /** What went wrong, for programs. */
  readonly code: Code;
  /** Whether the same call may succeed later without a change by a human. */
  readonly retryable: boolean;
  /** What happened and what to do, for users; holds no secret. */
  readonly publicMessage: string;

  constructor(code: Code, message: string, { retryable = false, publicMessage, cause }: CodedErrorOptions = {}) {
    super(message, cause === undefined ? {} : { cause });
    this.code = code;
    this.retryable = retryable;
    this.publicMessage = publicMessage ?? bounded(plainText(message), MAX_PUBLIC_BYTES);
  }

  /**
   * Whatever was thrown, as one of these: a CodedError stays as it is, and everything else becomes `UNEXPECTED` without its text, because
   * that may hold anything.
   */
  static from(thrown: unknown): CodedError {
    if (thrown instanceof CodedError) return thrown as CodedError;
    return new CodedError('UNEXPECTED', 'something failed that should not', { cause: thrown });
  }
}
