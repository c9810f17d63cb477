/** Condition types, reasons and messages of an ExternalSecret; dashboards and alerts match on them. */

export const ExternalSecretConditionType = {
  ready: 'Ready',
  /** Never written to an object; the metrics of an ExternalSecret that is gone use it. */
  deleted: 'Deleted',
} as const;

/** Reasons of the Ready condition. */
export const ExternalSecretReason = {
  synced: 'SecretSynced',
  syncedError: 'SecretSyncedError',
  deleted: 'SecretDeleted',
  missing: 'SecretMissing',
} as const;
export type ExternalSecretReason = (typeof ExternalSecretReason)[keyof typeof ExternalSecretReason];

/** Reasons of the Ready condition where the target is no Secret. */
export const ResourceReason = {
  synced: 'ResourceSynced',
  syncedError: 'ResourceSyncedError',
  deleted: 'ResourceDeleted',
  missing: 'ResourceMissing',
} as const;
export type ResourceReason = (typeof ResourceReason)[keyof typeof ResourceReason];

/** Whole message of a Ready=True condition, beginning of the message of a Ready=False one. */
export const ExternalSecretMessage = {
  synced: 'secret synced',
  retained: 'secret retained due to DeletionPolicy=Retain',
  deleted: 'secret deleted due to DeletionPolicy=Delete',
  missing: 'secret will not be created due to CreationPolicy=Merge',
  fetchFailed: 'could not get secret data from provider',
  deleteFailed: 'could not delete secret',
  deleteOrphansFailed: 'could not delete orphaned secrets',
  updateFailed: 'could not update secret',
  immutable: 'could not update secret, target is immutable',
  ownershipRefused: 'failed to take ownership of target secret',
  ownedByOther: 'target is owned by another ExternalSecret',
} as const;
export type ExternalSecretMessage = (typeof ExternalSecretMessage)[keyof typeof ExternalSecretMessage];

/** The same where the target is no Secret, as far as upstream says it otherwise. */
export const ResourceMessage = {
  missing: 'resource will not be created due to CreationPolicy=Merge',
  invalid: 'invalid generic target',
  readFailed: 'could not get target resource',
  renderFailed: 'could not apply template to manifest',
  deleteFailed: 'could not delete resource',
} as const;
