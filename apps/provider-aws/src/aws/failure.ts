import { type BackendAnswer, type ErrorCode, ProviderError, type ProviderErrorOptions } from '@eso/api/server';
import type { FieldPath } from './aws-config.ts';
import { meaningOf } from './error-names.ts';
import { isSwitchedOff, nextStepFor } from './next-steps.ts';
import type { IdentityWords } from './origin.ts';
import { SECRET_REF } from './static-keys.ts';
import { retryHintMs } from './retry-hint.ts';
import { sanitised } from './sanitised.ts';

/** The call that failed. */
export interface FailedCall {
  /** As users know it: `AWS Secrets Manager`. */
  readonly service: string;
  readonly region: string;
  /** What was tried, after "may not" and "cannot": `read secret db`. */
  readonly action: string;
  /** What the user wrote that led to the call. */
  readonly field: string;
  /** Code for a request that AWS finds malformed: whether the config object or the reference is to blame. */
  readonly invalidRequest: 'CONFIG_INVALID' | 'CREDENTIALS_UNUSABLE' | 'INVALID_REQUEST';
  /** What helps where AWS denies it. Default: by the error. */
  readonly denied?: string;
  readonly at: FieldPath;
}

/** What the SDK's errors have in common, as far as it is there. */
export interface AwsError {
  readonly name: string;
  readonly message: string;
  readonly code?: unknown;
  readonly $fault?: 'client' | 'server';
  readonly $metadata?: { readonly httpStatusCode?: number; readonly requestId?: string };
  readonly $response?: unknown;
  /** Of an answer that succeeds and is none of AWS: what it answered. */
  readonly operation?: string;
}

/** Names of errors about the token of a web identity. */
const ABOUT_TOKENS = /^(InvalidIdentityToken|IDPRejectedClaim)(Exception)?$/;
/** Errors of sockets, name lookups, TLS and HTTP, as Node names them. */
const UNREACHABLE = /^((?!ERR_|EINVAL$)E[A-Z_]+|ERR_(TLS|SSL)_\w+|CERT_\w+|\w*SELF_SIGNED\w*|UNABLE_TO_\w+|HPE_\w+)$/;
/** What the SDK calls an error without a name, by protocol and status. */
const NAMELESS: ReadonlySet<string> = new Set(['Unknown', 'UnknownError', 'NotFound']);

/**
 * Says what a failed call to AWS means. Texts are made of fixed words, names of AWS errors, and AWS's own text only where that
 * helps and cannot hold credentials. What is no failure of AWS comes back as INTERNAL, without its text.
 */
export function awsFailure(thrown: unknown, call: FailedCall): ProviderError {
  if (thrown instanceof ProviderError) return thrown;
  if (!isAwsError(thrown)) return ProviderError.from(thrown);
  const error = thrown;
  const code = codeOf(error);
  const common = { cause: thrown, backend: backendAnswer(error) };
  switch (code) {
    case 'CREDENTIALS_REJECTED':
      return rejected(call.service, error, {
        field: call.at(SECRET_REF),
        nextStep: nextStepFor(code, error, call.at),
        ...common,
      });
    case 'ACCESS_DENIED':
      return new ProviderError(code, `may not ${call.action}: ${words(error)}`, {
        field: call.field,
        nextStep: (isSwitchedOff(error.name) ? undefined : call.denied) ?? nextStepFor(code, error, call.at),
        ...common,
      });
    case 'BACKEND_THROTTLED':
      return new ProviderError(code, `${call.service} limits the rate of requests (${sanitised(error.name)})`, {
        ...common,
        ...pause(error),
      });
    case 'BACKEND_UNAVAILABLE':
      return new ProviderError(code, `${call.service} in region ${call.region} ${unavailability(error)}`, {
        nextStep: `check ${call.at('region')}, the provider's network and the status of AWS`,
        ...common,
        ...pause(error),
      });
    case 'INVALID_REQUEST':
      return new ProviderError(call.invalidRequest, `cannot ${call.action}: ${words(error)}`, {
        field: call.field,
        ...common,
      });
    default:
      return ProviderError.from(thrown);
  }
}

/** Who did not accept what, of each rejection: whoever logged in says it with other words. */
const rejections = new WeakMap<ProviderError, { readonly service: string; readonly why: string }>();

function rejected(service: string, { name, message }: AwsError, details: ProviderErrorOptions): ProviderError {
  // What AWS says of signatures quotes what was signed; of a web identity it names issuer and audience.
  const why = ABOUT_TOKENS.test(name) ? `${name}: ${sanitised(message)}` : name;
  const error = new ProviderError(
    'CREDENTIALS_REJECTED',
    `${service} does not accept the access keys (${why})`,
    details,
  );
  rejections.set(error, { service, why });
  return error;
}

/** A rejection of `awsFailure`, said of another identity than access keys; whatever else was thrown comes back as it is. */
export function rejectedAs<T>(thrown: T, { what, field, nextStep }: IdentityWords): T | ProviderError {
  const known = thrown instanceof ProviderError ? rejections.get(thrown) : undefined;
  if (!known || !(thrown instanceof ProviderError)) return thrown;
  const { cause, backend } = thrown;
  const details = { field, nextStep, cause, ...(backend === undefined ? {} : { backend }) };
  return new ProviderError('CREDENTIALS_REJECTED', `${known.service} does not accept ${what} (${known.why})`, details);
}

/** What AWS answered, for the log of the provider: its own code, and the request ID that AWS's support asks for. */
export function backendAnswer({ name, $metadata }: Pick<AwsError, 'name' | '$metadata'>): BackendAnswer {
  return { code: name, ...($metadata?.requestId === undefined ? {} : { requestId: $metadata.requestId }) };
}

function pause(error: AwsError): { readonly retryAfterMs?: number } {
  const retryAfterMs = retryHintMs(error);
  return retryAfterMs === undefined ? {} : { retryAfterMs };
}

function words({ name, message }: AwsError): string {
  return `AWS answered ${sanitised(name)}: ${sanitised(message)}`;
}

/** Whether this has what the SDK's errors have in common. Told by its shape: the SDK wraps and copies errors of sockets. */
export function isAwsError(thrown: unknown): thrown is AwsError {
  const { name, message } = (thrown ?? {}) as { readonly name?: unknown; readonly message?: unknown };
  return typeof name === 'string' && typeof message === 'string';
}

function codeOf(error: AwsError): ErrorCode {
  const named = meaningOf(error.name);
  if (named) return named;
  const status = statusOf(error);
  if (status === 429) return 'BACKEND_THROTTLED';
  if (error.$fault === 'server' || status >= 500 || socketCode(error) !== undefined || error.name === 'TimeoutError')
    return 'BACKEND_UNAVAILABLE';
  // An answer that is not AWS's: a proxy on the way, or a wrong endpoint.
  if ((error.$fault === undefined || NAMELESS.has(error.name)) && status > 0) return 'BACKEND_UNAVAILABLE';
  return error.$fault === 'client' ? 'INVALID_REQUEST' : 'INTERNAL';
}

function statusOf({ $metadata, $response }: AwsError): number {
  const raw = ($response as { statusCode?: unknown } | undefined)?.statusCode;
  return $metadata?.httpStatusCode ?? (typeof raw === 'number' ? raw : 0);
}

function socketCode({ code }: AwsError): string | undefined {
  return typeof code === 'string' && UNREACHABLE.test(code) ? code : undefined;
}

function unavailability(error: AwsError): string {
  const code = socketCode(error);
  if (code) return code.startsWith('HPE_') ? `does not answer in HTTP (${code})` : `is not reachable (${code})`;
  if (error.name === 'TimeoutError') return 'does not answer in time';
  if (error.operation !== undefined) return `answered ${error.operation} without the content that AWS gives`;
  if (error.$fault && !NAMELESS.has(error.name)) return `fails (${sanitised(error.name)})`;
  const status = statusOf(error);
  return `answers with HTTP ${status} and ${status < 400 ? 'what is no answer of AWS' : 'no error of AWS'}`;
}
