/** What a pass can come to, whatever kind of thing the target is; each kind has its own words for it. */

/** Why all is well. */
export type TargetOutcome =
  /** The target is as it should be. */
  | 'synced'
  /** Nothing was fetched, and the target was left as it is. */
  | 'retained'
  /** Nothing was fetched, and so there is no target. */
  | 'deleted'
  /** There is no target, and the policy waits for somebody else to make it. */
  | 'missing';

/** Why a target was not written. */
export type TargetRefusal =
  'renderFailed' | 'updateFailed' | 'deleteFailed' | 'immutable' | 'ownedByOther' | 'ownershipRefused';
