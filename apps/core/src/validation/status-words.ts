import { ProviderMessage, ProviderReason } from '@eso/api/resources';

/** How the Ready condition of a kind puts what was found out. */
export interface StatusWords {
  readonly valid: { readonly reason: string; readonly message: string };
  readonly unknown: { readonly reason: string; readonly message: string };
  /** What stands before a problem when its process was not reached, or could not be asked. */
  readonly unreached: string;
  /** What stands before a problem that its process told. */
  readonly invalid: string;
  /** Reason of the condition for a code; see docs/reference/errors.md. */
  reasonOf(code: string): string;
  /** Whether a failure with this reason may be that the process was not reached. */
  mayBeUnreached(reason: string): boolean;
  /** Whether a second condition, Validated, says that it is not known whether it is valid. */
  readonly showsValidated: boolean;
}

const STORE = {
  valid: { reason: ProviderReason.valid, message: ProviderMessage.valid },
  unknown: { reason: ProviderReason.validationUnknown, message: ProviderMessage.validationUnknown },
  unreached: ProviderMessage.noClient,
  invalid: ProviderMessage.invalid,
} as const;

/** Of Provider and ClusterProvider, which say in their reason what is wrong. */
export const PROVIDER_WORDS: StatusWords = {
  ...STORE,
  reasonOf: (code) => REASONS[code] ?? ProviderReason.invalidProviderConfig,
  mayBeUnreached: (reason) => UNREACHED.has(reason),
  showsValidated: true,
};

/** Of SecretStore and ClusterSecretStore, whose reasons are External Secrets' own: alerts and dashboards go by them. */
export const SECRET_STORE_WORDS: StatusWords = {
  ...STORE,
  reasonOf: () => ProviderReason.invalidProviderConfig,
  mayBeUnreached: () => true,
  showsValidated: false,
};

/** Of classes. */
export const CLASS_WORDS: StatusWords = {
  valid: { reason: 'Healthy', message: 'the provider is healthy' },
  unknown: { reason: 'Healthy', message: 'the provider is healthy' },
  unreached: 'the provider cannot be used',
  invalid: 'the provider cannot be used',
  reasonOf: (code) => CLASS_REASONS[code] ?? REASONS[code] ?? 'HealthCheckFailed',
  mayBeUnreached: () => true,
  showsValidated: false,
};

const CLASS_REASONS: Readonly<Record<string, string>> = {
  CLAIM_TAKEN: 'ClaimTaken',
  PROVIDER_UNREACHABLE: 'HealthCheckFailed',
  TIMEOUT: 'HealthCheckFailed',
  UNSUPPORTED: 'HealthCheckFailed',
  ANSWER_BROKEN: 'HealthCheckFailed',
};

/** Every other code is about the config, as far as the user can tell. */
const REASONS: Readonly<Record<string, ProviderReason>> = {
  TLS_NAME_MISMATCH: ProviderReason.tlsNameMismatch,
  TLS_UNTRUSTED: ProviderReason.tlsUntrusted,
  TLS_EXPIRED: ProviderReason.tlsExpired,
  CLIENT_REJECTED: ProviderReason.clientRejected,
  TIMEOUT: ProviderReason.timeout,
  PROVIDER_UNREACHABLE: ProviderReason.unavailable,
  TLS_FAILED: ProviderReason.unavailable,
  CIRCUIT_OPEN: ProviderReason.unavailable,
  ANSWER_BROKEN: ProviderReason.unavailable,
  NO_CLIENT_CERTIFICATE: ProviderReason.unavailable,
  BACKEND_UNAVAILABLE: ProviderReason.unavailable,
  BACKEND_THROTTLED: ProviderReason.unavailable,
  CANCELED: ProviderReason.unavailable,
  NAMESPACE_NOT_ALLOWED: ProviderReason.referenceNotAllowed,
  STORE_MISMATCH: ProviderReason.referenceNotAllowed,
  REFERENCE_NOT_ALLOWED: ProviderReason.referenceNotAllowed,
  ADDRESS_INVALID: ProviderReason.invalidAddress,
  SERVICE_NOT_FOUND: ProviderReason.serviceNotFound,
  SERVICE_NOT_ALLOWED: ProviderReason.serviceNotAllowed,
  NO_ENDPOINT: ProviderReason.unavailable,
  PROTOCOL_INCOMPATIBLE: ProviderReason.incompatibleProtocol,
};

const UNREACHED: ReadonlySet<string> = new Set([
  ProviderReason.tlsNameMismatch,
  ProviderReason.tlsUntrusted,
  ProviderReason.tlsExpired,
  ProviderReason.clientRejected,
  ProviderReason.unavailable,
  ProviderReason.timeout,
]);
