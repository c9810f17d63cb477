/** Reasons of the Ready condition of a Provider or ClusterProvider. */
export type ProviderReason =
  | 'Valid'
  | 'ValidationUnknown'
  | 'InvalidProviderConfig'
  | 'InvalidAddress'
  | 'ServiceNotFound'
  | 'ServiceNotAllowed'
  | 'ReferenceNotAllowed'
  | 'TLSNameMismatch'
  | 'TLSUntrusted'
  | 'TLSExpired'
  | 'ClientRejected'
  | 'Unavailable'
  | 'Timeout';

/** Condition messages, or their beginnings: the detail follows after `: `. The words are those of External Secrets 2.x. */
export const ProviderMessage = {
  valid: 'store validated',
  unknown: 'could not determine validation status',
  noClient: 'unable to create client',
  invalid: 'unable to validate store',
} as const;
