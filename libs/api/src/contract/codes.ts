import { Code } from '@connectrpc/connect';

/** What is fixed about one error code. */
export interface ErrorCodeInfo {
  /** Status that carries the code on the wire. */
  readonly grpc: Code;
  /** Whether the same call may succeed a moment later without anybody changing anything. */
  readonly retryable: boolean;
  /**
   * `provider`: the provider answered and says so. `transport`: core got no answer that it could use; such errors are never believed
   * when they arrive over the wire.
   */
  readonly origin: 'provider' | 'transport';
  /** What happened, for the documentation. */
  readonly meaning: string;
  /** What the user can do; used when an error names nothing more precise. */
  readonly nextStep: string;
}

function provider(grpc: Code, retryable: boolean, meaning: string, nextStep: string): ErrorCodeInfo {
  return { grpc, retryable, origin: 'provider', meaning, nextStep };
}

function transport(grpc: Code, retryable: boolean, meaning: string, nextStep: string): ErrorCodeInfo {
  return { grpc, retryable, origin: 'transport', meaning, nextStep };
}

/**
 * Every error that can cross, or be caused by, the border between core and a provider.
 *
 * NotFound belongs to SECRET_NOT_FOUND alone: deletion policies act on it, so a missing config object that came as
 * NotFound would delete target Secrets.
 */
export const errorCodes = {
  SECRET_NOT_FOUND: provider(
    Code.NotFound,
    false,
    'the secret does not exist in the backend',
    'create the secret in the backend or correct remoteRef.key',
  ),
  VERSION_NOT_FOUND: provider(
    Code.FailedPrecondition,
    false,
    'the secret exists, but not the version asked for, or it has no value yet',
    'correct remoteRef.version or store a value in the secret',
  ),
  PROPERTY_NOT_FOUND: provider(
    Code.FailedPrecondition,
    false,
    'the secret exists but has no such property',
    'correct remoteRef.property or add the property to the secret',
  ),
  NOT_AN_OBJECT: provider(
    Code.FailedPrecondition,
    false,
    'what is to be extracted is not a JSON object',
    'extract from a JSON object, or refer to the value by data[].remoteRef',
  ),
  CONFIG_NOT_FOUND: provider(
    Code.FailedPrecondition,
    false,
    "the provider's config object does not exist",
    'create the config object or correct the provider reference',
  ),
  CONFIG_INVALID: provider(
    Code.FailedPrecondition,
    false,
    "the provider's config object cannot be used as it is",
    'correct the config object',
  ),
  CONFIG_NOT_READABLE: provider(
    Code.FailedPrecondition,
    false,
    'the provider may not read its config object',
    "bind the provider's role in the namespace of the config object",
  ),
  STORE_NOT_FOUND: provider(
    Code.FailedPrecondition,
    false,
    'the store that the request names does not exist',
    'create the store or correct the reference to it',
  ),
  STORE_NOT_READABLE: provider(
    Code.FailedPrecondition,
    false,
    'the provider may not read the store that the request names, or the namespace that uses it',
    "bind the provider's role in the namespace of the store",
  ),
  STORE_NOT_ALLOWED: provider(
    Code.PermissionDenied,
    false,
    "the store's conditions do not admit the namespace",
    'use another store, or have an administrator add the namespace to spec.conditions of the store',
  ),
  STORE_MISMATCH: provider(
    Code.PermissionDenied,
    false,
    'the request asks for something else than the store says that it names',
    "if it lasts, find out who else has core's client certificate: core itself asks for what the store says",
  ),
  CREDENTIALS_UNUSABLE: provider(
    Code.FailedPrecondition,
    false,
    'the credentials that the config object refers to cannot be read or are incomplete',
    'create the referenced Secret with the key that is named',
  ),
  CREDENTIALS_REJECTED: provider(
    Code.PermissionDenied,
    false,
    'the backend does not accept the credentials',
    'put valid credentials into the referenced Secret',
  ),
  ACCESS_DENIED: provider(
    Code.PermissionDenied,
    false,
    'the backend knows the credentials but does not allow this access',
    'grant the access in the backend',
  ),
  NAMESPACE_NOT_ALLOWED: provider(
    Code.PermissionDenied,
    false,
    'the reference crosses a namespace border that it may not cross',
    'use objects of the own namespace, or ask an administrator for a cluster-scoped provider',
  ),
  INVALID_REQUEST: provider(
    Code.InvalidArgument,
    false,
    'the request is malformed or lacks a required field',
    'correct the field that is named',
  ),
  INVALID_REGEXP: provider(
    Code.InvalidArgument,
    false,
    'find.name.regexp is no valid RE2 expression',
    'correct find.name.regexp; look-around and back-references do not exist in RE2',
  ),
  REGEXP_TOO_LARGE: provider(
    Code.InvalidArgument,
    false,
    'find.name.regexp is longer, or compiles to a larger program, than is allowed',
    'use a shorter expression, with smaller counts in its repetitions and fewer Unicode classes in them',
  ),
  UNSUPPORTED: provider(
    Code.Unimplemented,
    false,
    'this provider or kind does not offer the operation',
    'use an operation and a kind that the provider serves',
  ),
  ALREADY_EXISTS: provider(
    Code.AlreadyExists,
    false,
    'the target exists in the backend and is not managed by this installation',
    'choose another remote key or remove the existing object from the backend',
  ),
  KEY_COLLISION: provider(
    Code.FailedPrecondition,
    false,
    'two secrets of the answer get the same key by conversion',
    'use conversionStrategy Unicode, or find fewer secrets',
  ),
  LIMIT_EXCEEDED: provider(
    Code.ResourceExhausted,
    false,
    'the request or the answer is larger than a limit allows',
    'ask for less at once or raise the limit that is named',
  ),
  PROVIDER_BUSY: provider(
    Code.ResourceExhausted,
    true,
    'the provider has too much to do: large work (long expressions, large documents) of this namespace, or all backends in use',
    'nothing: it is tried again; if it lasts, use simpler expressions or a longer refreshInterval in this namespace',
  ),
  BACKEND_THROTTLED: provider(
    Code.ResourceExhausted,
    true,
    'the backend limits the rate of requests',
    'wait, refresh less often, or raise the quota of the backend',
  ),
  BACKEND_UNAVAILABLE: provider(
    Code.Unavailable,
    true,
    'the provider cannot reach its backend or the Kubernetes API',
    "check the backend's status and the provider's network",
  ),
  TIMEOUT: provider(
    Code.DeadlineExceeded,
    true,
    'the call did not end within its deadline',
    "check the provider's and the backend's response times, and that network policies lead from the one to the other",
  ),
  CANCELED: provider(
    Code.Canceled,
    false,
    'the caller gave up before the call ended',
    'nothing: the caller asks again',
  ),
  CONFLICT: provider(Code.Aborted, true, 'somebody else wrote at the same time', 'nothing: the call is repeated'),
  INTERNAL: provider(Code.Internal, false, 'the provider failed unexpectedly', "look into the provider's log"),

  CLIENT_REJECTED: transport(
    Code.Unauthenticated,
    false,
    "the provider does not accept the caller's certificate",
    "check that the provider trusts the current certificate authority and accepts the caller's identity",
  ),
  NO_CLIENT_CERTIFICATE: transport(
    Code.Unavailable,
    true,
    'core has no client certificate yet',
    'check that cert-manager-controller runs and that its client Secret is mounted into core',
  ),
  PROVIDER_UNREACHABLE: transport(
    Code.Unavailable,
    true,
    'no connection to the provider',
    'check that the provider runs and is ready, and that network policies let core reach it',
  ),
  TLS_NAME_MISMATCH: transport(
    Code.Unavailable,
    false,
    "the provider's certificate is for another name",
    'check that the Service selects the provider it belongs to and that the provider mounts its own certificate',
  ),
  TLS_UNTRUSTED: transport(
    Code.Unavailable,
    false,
    "the provider's certificate is not signed by the trusted certificate authority",
    'check that the provider mounts the certificate that cert-manager-controller issued',
  ),
  TLS_EXPIRED: transport(
    Code.Unavailable,
    false,
    "the provider's certificate is not valid at this time",
    "check that cert-manager-controller runs, that the provider's Secret is renewed, and the clocks",
  ),
  TLS_FAILED: transport(
    Code.Unavailable,
    true,
    'the TLS handshake with the provider failed',
    'check that the address is that of a provider that speaks TLS 1.3',
  ),
  CIRCUIT_OPEN: transport(
    Code.Unavailable,
    true,
    'the provider failed repeatedly and is left alone for a while',
    "check the provider's status; it is tried again by itself",
  ),
  ANSWER_BROKEN: transport(
    Code.Unavailable,
    false,
    'what the provider sent is no answer of the contract, or it ended the call or its connection instead of answering',
    "look into the provider's log; if it is not yours, tell its author what this message says",
  ),
  RESPONSE_TOO_LARGE: transport(
    Code.ResourceExhausted,
    false,
    "the provider's answer is larger than core accepts",
    'ask for less at once or raise the response limit of core',
  ),
} as const satisfies Record<string, ErrorCodeInfo>;

/** A stable name of what went wrong; part of condition messages and of the wire contract. */
export type ErrorCode = keyof typeof errorCodes;

/** Whether `text` is one of our error codes. */
export function isErrorCode(text: string): text is ErrorCode {
  return Object.hasOwn(errorCodes, text);
}

/**
 * The code that stands for a bare gRPC status, as a provider that is not ours sends it.
 * FailedPrecondition is read as a config problem because that is the only one every provider has. Unauthenticated is what an author
 * answers whose backend does not take the credentials; that a gate refuses core itself is said in another way (client-refused.ts).
 */
export function codeForStatus(status: Code): ErrorCode {
  switch (status) {
    case Code.NotFound:
      return 'SECRET_NOT_FOUND';
    case Code.FailedPrecondition:
      return 'CONFIG_INVALID';
    case Code.PermissionDenied:
      return 'ACCESS_DENIED';
    case Code.InvalidArgument:
    case Code.OutOfRange:
      return 'INVALID_REQUEST';
    case Code.Unimplemented:
      return 'UNSUPPORTED';
    case Code.AlreadyExists:
      return 'ALREADY_EXISTS';
    case Code.ResourceExhausted:
      return 'BACKEND_THROTTLED';
    case Code.Unavailable:
      return 'BACKEND_UNAVAILABLE';
    case Code.DeadlineExceeded:
      return 'TIMEOUT';
    case Code.Canceled:
      return 'CANCELED';
    case Code.Aborted:
      return 'CONFLICT';
    case Code.Unauthenticated:
      return 'CREDENTIALS_REJECTED';
    case Code.Unknown:
    case Code.Internal:
    case Code.DataLoss:
      return 'INTERNAL';
  }
}
