/** Condition types and reasons of Provider and ClusterProvider. */

export const ProviderConditionType = {
  ready: 'Ready',
  /** Unknown where the provider cannot validate without a requester. */
  validated: 'Validated',
} as const;

/** Reasons of the Ready condition of a Provider. */
export const ProviderReason = {
  valid: 'Valid',
  validationUnknown: 'ValidationUnknown',
  invalidProviderConfig: 'InvalidProviderConfig',
  invalidAddress: 'InvalidAddress',
  serviceNotFound: 'ServiceNotFound',
  serviceNotAllowed: 'ServiceNotAllowed',
  referenceNotAllowed: 'ReferenceNotAllowed',
  tlsNameMismatch: 'TLSNameMismatch',
  tlsUntrusted: 'TLSUntrusted',
  tlsExpired: 'TLSExpired',
  clientRejected: 'ClientRejected',
  unavailable: 'Unavailable',
  timeout: 'Timeout',
  /** The provider speaks no version of the contract that core speaks. */
  incompatibleProtocol: 'IncompatibleProtocol',
} as const;
export type ProviderReason = (typeof ProviderReason)[keyof typeof ProviderReason];

/** Messages that upstream's stores have in the same situations. */
export const ProviderMessage = {
  valid: 'store validated',
  validationUnknown: 'could not determine validation status',
  invalid: 'unable to validate store',
  noClient: 'unable to create client',
} as const;
