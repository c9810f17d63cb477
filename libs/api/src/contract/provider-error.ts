import { CodedError } from '@eso/runtime';
import { type ErrorCode, errorCodes } from './codes.ts';
import { publicText } from './public-text.ts';

/** What a backend answered a failed call with, in its own words. */
export interface BackendAnswer {
  /** Its own name of the error: `AccessDeniedException`. */
  readonly code?: string;
  /** What its operators find the call by. */
  readonly requestId?: string;
}

/** What a ProviderError may carry besides its code and text. */
export interface ProviderErrorOptions {
  /** Path of the field at fault, as the user wrote it: `spec.auth.secretRef.accessKeyIDSecretRef`, `remoteRef.property`. */
  readonly field?: string;
  /** What the user can do. Absent: the general advice of the code. */
  readonly nextStep?: string;
  /** Overrides the code's own answer, for example for a throttling that is known to last. */
  readonly retryable?: boolean;
  /** How long the backend asks to be left alone, milliseconds. */
  readonly retryAfterMs?: number;
  /** For the provider's log; never sent to the peer. */
  readonly backend?: BackendAnswer;
  /** What was thrown below; logged by type and stack only, never sent to the peer. */
  readonly cause?: unknown;
}

/**
 * Thrown when a call of the contract fails; each code says when (codes.ts). A provider's backend throws it on purpose; whatever else a backend throws reaches the
 * caller as INTERNAL without its text, because that text may hold anything.
 */
export class ProviderError extends CodedError<ErrorCode> {
  override readonly name = 'ProviderError';
  readonly field: string | undefined;
  readonly nextStep: string;
  readonly retryAfterMs: number | undefined;
  readonly backend: BackendAnswer | undefined;

  /** @param publicMessage what happened, for the user: cut to one line of 512 bytes at most; never a secret value */
  constructor(code: ErrorCode, publicMessage: string, options: ProviderErrorOptions = {}) {
    const text = publicText(publicMessage);
    const { retryable, nextStep } = errorCodes[code];
    super(code, text, { retryable: options.retryable ?? retryable, publicMessage: text, cause: options.cause });
    this.field = options.field === undefined ? undefined : publicText(options.field);
    this.nextStep = publicText(options.nextStep ?? nextStep);
    this.retryAfterMs = options.retryAfterMs;
    this.backend = options.backend && shown(options.backend);
  }

  /** The same failure, told of another field; itself where it is told of that one. */
  at(field: string): ProviderError {
    if (field === this.field) return this;
    const { code, publicMessage, nextStep, retryable, retryAfterMs, backend, cause } = this;
    return new ProviderError(code, publicMessage, {
      field,
      nextStep,
      retryable,
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
      ...(backend && { backend }),
      cause,
    });
  }

  /** Takes a ProviderError as it is and masks everything else as INTERNAL; the original stays as `cause`. */
  static override from(thrown: unknown): ProviderError {
    if (thrown instanceof ProviderError) return thrown;
    return new ProviderError('INTERNAL', 'the provider failed unexpectedly', { cause: thrown });
  }
}

function shown({ code, requestId }: BackendAnswer): BackendAnswer {
  return {
    ...(code === undefined ? {} : { code: publicText(code) }),
    ...(requestId === undefined ? {} : { requestId: publicText(requestId) }),
  };
}
