import { type ErrorCode, ProviderError } from '@eso/api/server';

/** What an error of the SDK carries, as far as it is looked at. */
interface SdkError extends Error {
  readonly code?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: number };
  readonly $retryable?: { readonly throttling?: boolean };
}

const CODES: Readonly<Record<string, ErrorCode>> = {
  ResourceNotFoundException: 'SECRET_NOT_FOUND',
  UnrecognizedClientException: 'CREDENTIALS_REJECTED',
  InvalidClientTokenId: 'CREDENTIALS_REJECTED',
  InvalidSignatureException: 'CREDENTIALS_REJECTED',
  SignatureDoesNotMatch: 'CREDENTIALS_REJECTED',
  IncompleteSignature: 'CREDENTIALS_REJECTED',
  IncompleteSignatureException: 'CREDENTIALS_REJECTED',
  MissingAuthenticationToken: 'CREDENTIALS_REJECTED',
  MissingAuthenticationTokenException: 'CREDENTIALS_REJECTED',
  ExpiredToken: 'CREDENTIALS_REJECTED',
  ExpiredTokenException: 'CREDENTIALS_REJECTED',
  InvalidAccessKeyId: 'CREDENTIALS_REJECTED',
  AuthFailure: 'CREDENTIALS_REJECTED',
  AccessDenied: 'ACCESS_DENIED',
  AccessDeniedException: 'ACCESS_DENIED',
  DecryptionFailure: 'ACCESS_DENIED',
  DecryptionFailureException: 'ACCESS_DENIED',
  Throttling: 'BACKEND_THROTTLED',
  ThrottlingException: 'BACKEND_THROTTLED',
  ThrottledException: 'BACKEND_THROTTLED',
  TooManyRequestsException: 'BACKEND_THROTTLED',
  RequestThrottled: 'BACKEND_THROTTLED',
  RequestThrottledException: 'BACKEND_THROTTLED',
  RequestLimitExceeded: 'BACKEND_THROTTLED',
  SlowDown: 'BACKEND_THROTTLED',
  InternalServiceError: 'BACKEND_UNAVAILABLE',
  InternalServiceErrorException: 'BACKEND_UNAVAILABLE',
  InternalFailure: 'BACKEND_UNAVAILABLE',
  ServiceUnavailable: 'BACKEND_UNAVAILABLE',
  TimeoutError: 'BACKEND_UNAVAILABLE',
};

/** AWS's word for a secret that is scheduled for deletion; it comes under two names. */
const MARKED_FOR_DELETION = /marked (?:for deletion|deleted)/;

/** What was asked of AWS, for the message. */
export interface Asked {
  /** Name of the API call: `GetSecretValue`. */
  readonly call: string;
  /** The secret's name, where one was asked for. */
  readonly secret?: string;
}

/**
 * What an error of the SDK means. The caller's own abort stays what it is.
 * @param asked what was asked
 * @param signal of the call
 */
export function awsError(thrown: unknown, asked: Asked, signal: AbortSignal): unknown {
  if (signal.aborted) return signal.reason;
  if (!(thrown instanceof Error) || thrown instanceof ProviderError) return thrown;
  const error: SdkError = thrown;
  const code = codeOf(error);
  // An error that AWS did not send may hold anything; the kit masks it.
  return code ? new ProviderError(code, messageOf(code, error, asked), options(code, error)) : thrown;
}

/** The code of an error that AWS reports for one secret of many. */
export function codeOfName(name: string): ErrorCode {
  return CODES[name] ?? 'INTERNAL';
}

function codeOf(error: SdkError): ErrorCode | undefined {
  const isRequestError = error.name === 'InvalidParameterException' || error.name === 'InvalidRequestException';
  if (isRequestError && MARKED_FOR_DELETION.test(error.message)) return 'SECRET_NOT_FOUND';
  const known = CODES[error.name];
  if (known) return known;
  if (error.$retryable?.throttling || error.$metadata?.httpStatusCode === 429) return 'BACKEND_THROTTLED';
  // No answer: what Node says about the connection is a word in capitals.
  if (typeof error.code === 'string' && /^E[A-Z_]+$/.test(error.code)) return 'BACKEND_UNAVAILABLE';
  const status = error.$metadata?.httpStatusCode ?? 0;
  if (status >= 500) return 'BACKEND_UNAVAILABLE';
  return status >= 400 ? 'INVALID_REQUEST' : undefined;
}

function messageOf(code: ErrorCode, error: SdkError, { call, secret }: Asked): string {
  const what = secret === undefined ? call : `${call} of ${secret}`;
  switch (code) {
    case 'SECRET_NOT_FOUND':
      return `secret ${secret ?? ''} does not exist in AWS Secrets Manager`;
    case 'CREDENTIALS_REJECTED':
      // AWS explains a signature that does not match with the text that was signed: not for conditions.
      return `AWS does not accept the credentials (${error.name})`;
    case 'BACKEND_UNAVAILABLE':
      return `AWS did not answer ${what} (${typeof error.code === 'string' ? error.code : error.name})`;
    default:
      return `AWS refused ${what}: ${sanitized(error.message) || error.name}`;
  }
}

function options(code: ErrorCode, cause: SdkError) {
  const field = code === 'SECRET_NOT_FOUND' ? { field: 'remoteRef.key' } : {};
  return code === 'CREDENTIALS_REJECTED' ? { cause, field: 'spec.auth.secretRef' } : { cause, ...field };
}

/** Takes out what differs from call to call, so that the same failure gives the same condition, and what tells about the signature. */
export function sanitized(message: string): string {
  return message
    .replace(/ Credential=.*$/gm, '')
    .replace(/,?\s*request id: [\w-]+/gi, '')
    .trim();
}
