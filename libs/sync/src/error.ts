import { errorText } from '@eso/runtime';

/** What went wrong, for programs. `docs/errors.md` explains each to users. */
export type SyncErrorCode =
  | 'INVALID_SPEC'
  | 'NOT_BUILT_YET'
  | 'STORE_NOT_NAMED'
  | 'KEY_INVALID'
  | 'KEY_COLLISION'
  | 'DECODING_FAILED'
  | 'NULL_BYTES'
  | 'INVALID_REGEXP'
  | 'REWRITE_FAILED'
  | 'SECRET_TOO_LARGE'
  | 'TARGET_NOT_OWNED'
  | 'TARGET_IMMUTABLE'
  | 'UNEXPECTED';

export interface SyncErrorOptions {
  code: SyncErrorCode;
  /** Path of the field of the ExternalSecret that this is about, such as `spec.dataFrom[0].extract`. */
  field: string;
  /** What is wrong; no full stop at the end, never a value. */
  what: string;
  /** What the user has to do: a sentence with a full stop. */
  nextStep: string;
  cause?: unknown;
}

/** The only error class this library throws. None of these goes away by trying again with the same input. */
export class SyncError extends Error {
  override readonly name = 'SyncError';
  readonly retryable = false;
  readonly code: SyncErrorCode;
  readonly field: string;
  /** What is wrong, for users; holds no value of a secret. */
  readonly publicMessage: string;
  readonly nextStep: string;

  constructor({ code, field, what, nextStep, cause }: SyncErrorOptions) {
    super(`${field}: ${what}`, cause === undefined ? {} : { cause });
    this.code = code;
    this.field = field;
    this.publicMessage = what;
    this.nextStep = nextStep;
  }

  /** Wraps whatever was thrown; a SyncError stays as it is. */
  static from(thrown: unknown): SyncError {
    if (thrown instanceof SyncError) return thrown;
    return new SyncError({
      code: 'UNEXPECTED',
      field: 'spec',
      what: errorText(thrown),
      nextStep: 'Report this as a bug, with the log of core around this time.',
      cause: thrown,
    });
  }
}

/** The same error with another field and a text in front of what is wrong; others than SyncErrors are wrapped first. */
export function within(thrown: unknown, field: string, prefix = ''): SyncError {
  const { code, publicMessage, nextStep, cause } = SyncError.from(thrown);
  return new SyncError({ code, field, what: prefix + publicMessage, nextStep, cause });
}
