/** How conditions and events speak of a target; a table for each kind of target, so that nothing else asks which kind it is. */
import {
  ExternalSecretEventMessage,
  ExternalSecretMessage,
  ExternalSecretReason,
  type ResourceReason,
} from '@eso/api/resources';
import type { TargetOutcome, TargetRefusal } from '@eso/sync';

/** Why a pass failed: a refusal of the target, or an earlier step. */
export type SyncFailure = TargetRefusal | 'fetchFailed' | 'deleteOrphansFailed';

/** The words for one kind of target. Alerts match on reasons and messages: they are upstream's. */
export interface TargetWords {
  /** Ready=True: reason and whole message of the condition. */
  readonly outcomes: Readonly<
    Record<TargetOutcome, { readonly reason: ExternalSecretReason | ResourceReason; readonly message: string }>
  >;
  /** Ready=False: the reason. */
  readonly failed: ExternalSecretReason | ResourceReason;
  /** Ready=False: how the message begins. */
  readonly failures: Readonly<Record<SyncFailure, string>>;
  /** Messages of the events about what was written. */
  readonly events: Readonly<Record<'created' | 'updated' | 'deleted' | 'orphanDeleted', (name: string) => string>>;
}

/** A Secret. */
export const SECRET_WORDS: TargetWords = {
  outcomes: {
    synced: { reason: ExternalSecretReason.synced, message: ExternalSecretMessage.synced },
    retained: { reason: ExternalSecretReason.synced, message: ExternalSecretMessage.retained },
    deleted: { reason: ExternalSecretReason.deleted, message: ExternalSecretMessage.deleted },
    missing: { reason: ExternalSecretReason.missing, message: ExternalSecretMessage.missing },
  },
  failed: ExternalSecretReason.syncedError,
  failures: {
    fetchFailed: ExternalSecretMessage.fetchFailed,
    updateFailed: ExternalSecretMessage.updateFailed,
    deleteFailed: ExternalSecretMessage.deleteFailed,
    deleteOrphansFailed: ExternalSecretMessage.deleteOrphansFailed,
    immutable: ExternalSecretMessage.immutable,
    ownedByOther: ExternalSecretMessage.ownedByOther,
    ownershipRefused: ExternalSecretMessage.ownershipRefused,
  },
  events: {
    created: () => ExternalSecretEventMessage.created,
    updated: () => ExternalSecretEventMessage.updated,
    deleted: () => ExternalSecretEventMessage.deleted,
    orphanDeleted: () => ExternalSecretEventMessage.orphanDeleted,
  },
};
