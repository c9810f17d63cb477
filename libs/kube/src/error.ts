import { bounded, errorText, isError, plainText } from '@eso/runtime';

/**
 * What went wrong, for programs. One code per thing a caller may want to tell apart: FORBIDDEN is a missing right (RBAC) and nothing
 * else, QUOTA_EXCEEDED a ResourceQuota, ADMISSION_DENIED a policy, webhook or plugin of the API server that refused this object,
 * NAMESPACE_TERMINATING a namespace that takes nothing new because it is being deleted.
 */
export type KubeErrorCode =
  | 'NOT_FOUND'
  | 'ALREADY_EXISTS'
  | 'CONFLICT'
  | 'INVALID'
  | 'FORBIDDEN'
  | 'QUOTA_EXCEEDED'
  | 'ADMISSION_DENIED'
  | 'NAMESPACE_TERMINATING'
  | 'UNAUTHORIZED'
  | 'GONE'
  | 'TOO_MANY_REQUESTS'
  | 'TIMEOUT'
  | 'UNREACHABLE'
  | 'SERVER_ERROR'
  | 'BAD_REQUEST'
  | 'METHOD_NOT_ALLOWED'
  | 'UNSUPPORTED_MEDIA_TYPE'
  | 'TOO_LARGE'
  | 'PROTOCOL'
  | 'CONNECTION_CONFIG'
  | 'ABORTED'
  | 'UNEXPECTED';

/** One field that the API server did not accept. */
export interface FieldCause {
  /** Path as the API server writes it: `spec.data[0].remoteRef.key`. */
  field: string;
  reason: string;
  message: string;
}

export interface KubeErrorOptions {
  /** HTTP status, when an answer came. */
  status?: number;
  /** `reason` of the Status object. */
  reason?: string;
  /** What the API server says itself, in whoever's words: those of an admission webhook, for one. */
  said?: string;
  /** How long the API server asks to wait, in milliseconds; at most a minute. */
  retryAfterMs?: number;
  causes?: readonly FieldCause[];
  cause?: unknown;
}

/** Codes after which the same request may succeed by itself. */
const RETRYABLE: ReadonlySet<KubeErrorCode> = new Set([
  'TOO_MANY_REQUESTS',
  'TIMEOUT',
  'UNREACHABLE',
  'SERVER_ERROR',
  'PROTOCOL',
  'CONFLICT',
  'GONE',
]);

/** The only error class this library throws, apart from the reason of the caller's own signal. */
export class KubeError extends Error {
  override readonly name = 'KubeError';
  readonly code: KubeErrorCode;
  readonly status: number | undefined;
  readonly reason: string | undefined;
  /** The text of the answer itself, unbounded; undefined where no answer came, or one without a text, and the message is ours. */
  readonly said: string | undefined;
  /** Whether trying again (after reading again, for CONFLICT and GONE) may succeed without a change by a human. */
  readonly retryable: boolean;
  readonly retryAfterMs: number | undefined;
  /** Text that may be shown in a condition or an event: bounded, one line. */
  readonly publicMessage: string;
  /** The fields of an INVALID object; empty otherwise. */
  readonly causes: readonly FieldCause[];

  constructor(code: KubeErrorCode, message: string, options: KubeErrorOptions = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.code = code;
    this.status = options.status;
    this.reason = options.reason;
    this.said = options.said;
    this.retryable = RETRYABLE.has(code);
    this.retryAfterMs = options.retryAfterMs;
    this.publicMessage = bounded(plainText(message));
    this.causes = options.causes ?? [];
  }

  /** Wraps whatever was thrown; a KubeError stays as it is. */
  static from(thrown: unknown): KubeError {
    if (thrown instanceof KubeError) return thrown;
    if (isError(thrown) && thrown.name === 'AbortError') {
      return new KubeError('ABORTED', 'the request was given up by its caller', { cause: thrown });
    }
    return new KubeError('UNEXPECTED', errorText(thrown), { cause: thrown });
  }
}

/** Whether an error is a KubeError of one of these codes. */
export function isKubeError(thrown: unknown, ...codes: readonly KubeErrorCode[]): thrown is KubeError {
  return thrown instanceof KubeError && (codes.length === 0 || codes.includes(thrown.code));
}
