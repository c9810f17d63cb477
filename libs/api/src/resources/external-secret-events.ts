/** Reasons and fixed messages of the events on an ExternalSecret. */

/** Component that the events name as their source. */
export const EVENT_SOURCE = 'external-secrets';

/** Reasons of the events of an ExternalSecret. */
export const ExternalSecretEventReason = {
  created: 'Created',
  updated: 'Updated',
  deleted: 'Deleted',
  /** A Secret that somebody else made has another content from now on. */
  adopted: 'Adopted',
  missingProviderSecret: 'MissingProviderSecret',
  /** A ConfigMap or Secret that a template reads is not followed, for want of a right for instance. */
  templateSourcesUnwatched: 'TemplateSourcesUnwatched',
  updateFailed: 'UpdateFailed',
} as const;

/** Messages of those events that always read the same. */
export const ExternalSecretEventMessage = {
  created: 'secret created',
  updated: 'secret updated',
  deleted: 'secret deleted due to DeletionPolicy=Delete',
  orphanDeleted: 'secret deleted because it was orphaned',
} as const;
