import { bounded, CodedError, errorText, isError, plainText } from '@eso/runtime';

/**
 * What went wrong, for programs. One code per thing a caller may want to tell apart: FORBIDDEN is a missing right (RBAC) and nothing
 * else, QUOTA_EXCEEDED a ResourceQuota, ADMISSION_DENIED a policy, webhook or plugin of the API server that refused this object,
 * NAMESPACE_TERMINATING a namespace that takes nothing new because it is being deleted.
 */
export type KubeErrorCode =
  /** Thrown at a 404: the object, or what it is part of, does not exist. */
  | 'NOT_FOUND'
  /** Thrown at a 409: an object of that name exists. */
  | 'ALREADY_EXISTS'
  /** Thrown at a 409: somebody else has written since the object was read. */
  | 'CONFLICT'
  /** Thrown at a 422: the API server does not accept the object. */
  | 'INVALID'
  /** Thrown at a 403: a right (RBAC) is missing. */
  | 'FORBIDDEN'
  /** Thrown at a 403: a ResourceQuota is used up. */
  | 'QUOTA_EXCEEDED'
  /** Thrown when a policy, webhook or plugin of the API server refused the object. */
  | 'ADMISSION_DENIED'
  /** Thrown at a 403: the namespace is being deleted. */
  | 'NAMESPACE_TERMINATING'
  /** Thrown at a 401: the credentials are not accepted. */
  | 'UNAUTHORIZED'
  /** Thrown at a 410: the version asked for is too old. */
  | 'GONE'
  /** Thrown at a 429: the API server wants fewer requests. */
  | 'TOO_MANY_REQUESTS'
  /** Thrown when no answer came in time. */
  | 'TIMEOUT'
  /** Thrown when there is no connection, or it broke. */
  | 'UNREACHABLE'
  /** Thrown when the API server answered with another 5xx. */
  | 'SERVER_ERROR'
  /** Thrown at a 400: the request makes no sense to the API server. */
  | 'BAD_REQUEST'
  /** Thrown at a 405: the resource does not know the verb. */
  | 'METHOD_NOT_ALLOWED'
  /** Thrown at a 415: the API server does not take this kind of body. */
  | 'UNSUPPORTED_MEDIA_TYPE'
  /** Thrown at a 413, or an answer larger than this client takes. */
  | 'TOO_LARGE'
  /** Thrown when what came back is no answer of an API server. */
  | 'PROTOCOL'
  /** Thrown when the kubeconfig, or what it refers to, cannot be used. */
  | 'CONNECTION_CONFIG'
  /** Thrown when the caller gave up. */
  | 'ABORTED'
  /** Something else was thrown. */
  | 'UNEXPECTED';

/** One field that the API server did not accept. */
export interface FieldCause {
  /** Path as the API server writes it: `spec.data[0].remoteRef.key`. */
  field: string;
  reason: string;
  message: string;
}

/** What is known of a failure beside its code and text. */
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

/** Thrown when the API server gives no answer, or one that says no. The only error class this library throws, apart from the reason of the caller's signal. */
export class KubeError extends CodedError<KubeErrorCode> {
  override readonly name = 'KubeError';
  readonly status: number | undefined;
  readonly reason: string | undefined;
  /** The text of the answer itself, unbounded; undefined where no answer came, or one without a text, and the message is ours. */
  readonly said: string | undefined;
  readonly retryAfterMs: number | undefined;
  /** The fields of an INVALID object; empty otherwise. */
  readonly causes: readonly FieldCause[];

  constructor(code: KubeErrorCode, message: string, options: KubeErrorOptions = {}) {
    super(code, message, {
      // For CONFLICT and GONE: after reading again.
      retryable: RETRYABLE.has(code),
      publicMessage: bounded(plainText(message)),
      cause: options.cause,
    });
    this.status = options.status;
    this.reason = options.reason;
    this.said = options.said;
    this.retryAfterMs = options.retryAfterMs;
    this.causes = options.causes ?? [];
  }

  /** Wraps whatever was thrown; a KubeError stays as it is. */
  static override from(thrown: unknown): KubeError {
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
