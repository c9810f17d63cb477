import { CodedError, errorText } from '@eso/runtime';

/** What is fixed about one error code. */
export interface SyncErrorInfo {
  /** What happened, for the documentation. */
  readonly meaning: string;
  /** What the user can do, for the documentation; the error itself says it more precisely. */
  readonly nextStep: string;
  /** Whether it may go away by trying again with the same input. */
  readonly retryable: boolean;
}

/** Every error of this library. The page of errors in the documentation is made of it. */
export const syncErrorCodes = {
  INVALID_SPEC: lasting('a rule of the spec is broken', 'correct the field that is named'),
  NOT_BUILT_YET: lasting('the spec uses a part that does not exist yet', 'remove the field that is named'),
  STORE_NOT_NAMED: lasting(
    'no store is named for a source',
    'set spec.secretStoreRef, or sourceRef.storeRef of the entry',
  ),
  SPEC_TOO_LARGE: lasting(
    'the spec has more entries, operations or text than one object may have',
    'divide it among several ExternalSecrets, or shorten what is named',
  ),
  KEY_INVALID: lasting(
    'a key has characters or a length that no key of a Secret can have',
    'change the key with a rewrite or a conversionStrategy, or exclude the secret',
  ),
  KEY_EMPTY: lasting(
    'a rewrite leaves nothing of a key, so that its value would have no place in the Secret',
    'change the rewrite so that every secret keeps a key of its own',
  ),
  KEY_COLLISION: lasting(
    'two secrets with different values get the same key',
    'use conversionStrategy Unicode, or change the rewrite, so that every secret gets a key of its own',
  ),
  DECODING_FAILED: lasting(
    'a value is not encoded as decodingStrategy says',
    'correct the value in the backend, or set decodingStrategy to the form it really has',
  ),
  NULL_BYTES: lasting(
    'a value has a zero byte, which nullBytePolicy refuses',
    'store the value as text in the backend, or remove nullBytePolicy',
  ),
  INVALID_REGEXP: lasting(
    'an expression is not RE2 syntax',
    'correct the expression; look-around and back-references do not exist in RE2',
  ),
  REGEXP_TOO_LARGE: lasting(
    'an expression is longer, or compiles to a larger program, than is allowed',
    'use a shorter expression, with smaller counts in its repetitions and fewer Unicode classes in them',
  ),
  REWRITE_FAILED: lasting('a rewrite cannot be applied to what was fetched', 'correct the operation that is named'),
  TEMPLATE_INVALID: lasting(
    'a text is no template, or its output would go to a place that the target does not have',
    'correct the template, or the target of the templateFrom entry',
  ),
  TEMPLATE_FAILED: lasting(
    'a template fails on what was fetched, or renders what does not fit where it goes',
    'correct the template, or fetch what it reads; nothing was written',
  ),
  DATA_TOO_LARGE: lasting(
    'a step makes more keys, longer keys or larger values than are allowed between two steps',
    'select fewer secrets, or change the operation that is named so that it does not enlarge them',
  ),
  TOO_EXPENSIVE: lasting(
    'the work on what was fetched takes more steps, time or memory than one object may take',
    'use simpler expressions and fewer operations, or select fewer secrets',
  ),
  SHAPING_BUSY: passing(
    'the work needs the worker for large work, and other objects of the namespace wait for it already',
    'nothing: it is tried again; if it lasts, use simpler expressions or a longer refreshInterval in this namespace',
  ),
  WORKER_FAILED: passing(
    'the worker for large work could not be started, or ended unexpectedly',
    "look into core's log; it is tried again",
  ),
  SECRET_TOO_LARGE: lasting('the target would be larger than a Secret may be', 'select less'),
  TARGET_NOT_OWNED: lasting(
    'the target belongs to somebody else',
    'choose another target name, or remove the existing Secret',
  ),
  TARGET_IMMUTABLE: lasting(
    'the target is immutable and would have to change',
    'delete the target, or choose another name',
  ),
  GENERIC_TARGETS_DISABLED: lasting(
    'the target is no Secret, and this installation writes nothing else',
    'remove spec.target.manifest, or have an administrator start core with --unsafe-allow-generic-targets',
  ),
  TARGET_KIND_NOT_ALLOWED: lasting(
    'the target is of a kind that is not written for an ExternalSecret: it gives rights, stands for others, has no namespace, or cannot be written',
    'choose another kind',
  ),
  TARGET_KIND_UNKNOWN: passing(
    'the API server knows no such kind in that version',
    'correct spec.target.manifest, or have the CustomResourceDefinition installed; it is looked for again',
  ),
  TARGET_KIND_UNAVAILABLE: passing(
    'the API server could not be asked for the kind of the target: what serves its group gives no answer',
    'look at the API server, and at the APIService of that group; it is tried again',
  ),
  TARGET_TOO_LARGE: lasting('the target would be larger than an object may be', 'select less'),
  VALUE_NOT_TEXT: lasting(
    'a value is not UTF-8, which is all that a target other than a Secret can hold',
    'select text only, or write the value with a template and b64enc',
  ),
  UNEXPECTED: lasting(
    'something failed that should not',
    'report this as a bug, with the log of core around this time',
  ),
} as const satisfies Record<string, SyncErrorInfo>;

/** What went wrong, for programs. */
export type SyncErrorCode = keyof typeof syncErrorCodes;

function lasting(meaning: string, nextStep: string): SyncErrorInfo {
  return { meaning, nextStep, retryable: false };
}

function passing(meaning: string, nextStep: string): SyncErrorInfo {
  return { meaning, nextStep, retryable: true };
}

/** What a {@link SyncError} says. */
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

/** Thrown when an ExternalSecret cannot be made into a target; each code says when ({@link syncErrorCodes}). The error class of this library. */
export class SyncError extends CodedError<SyncErrorCode> {
  override readonly name = 'SyncError';
  readonly field: string;
  readonly nextStep: string;

  constructor({ code, field, what, nextStep, cause }: SyncErrorOptions) {
    super(code, `${field}: ${what}`, { retryable: syncErrorCodes[code].retryable, publicMessage: what, cause });
    this.field = field;
    this.nextStep = nextStep;
  }

  /** Wraps whatever was thrown; a SyncError stays as it is. */
  static override from(thrown: unknown): SyncError {
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
export function withField(thrown: unknown, field: string, prefix = ''): SyncError {
  const { code, publicMessage, nextStep, cause } = SyncError.from(thrown);
  return new SyncError({ code, field, what: prefix + publicMessage, nextStep, cause });
}
