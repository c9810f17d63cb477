/** How conditions and events speak of a target; a table for each kind of target, so that nothing else asks which kind it is. */
import {
  ExternalSecretEventMessage,
  ExternalSecretMessage,
  ExternalSecretReason,
  type ResourceReason,
} from '@eso/api/resources';
import type { TargetOutcome, TargetRefusal } from '@eso/sync';

/** Why a pass failed: a refusal of the target, or an earlier step. */
export type SyncFailure = TargetRefusal | 'fetchFailed' | 'deleteOrphansFailed' | 'readFailed' | 'invalidTarget';

/** What a condition says. */
interface ConditionWords {
  readonly reason: ExternalSecretReason | ResourceReason;
  readonly message: string;
}

/** The words for one kind of target. Alerts match on reasons and messages: they are upstream's. */
export interface TargetWords {
  /** Ready=True: reason and whole message of the condition. */
  readonly outcomes: Readonly<Record<TargetOutcome, ConditionWords>>;
  /** Ready=False: reason, and how the message begins. */
  readonly failures: Readonly<Record<SyncFailure, ConditionWords>>;
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
  failures: {
    fetchFailed: failed(ExternalSecretMessage.fetchFailed),
    renderFailed: failed(ExternalSecretMessage.updateFailed),
    updateFailed: failed(ExternalSecretMessage.updateFailed),
    deleteFailed: failed(ExternalSecretMessage.deleteFailed),
    deleteOrphansFailed: failed(ExternalSecretMessage.deleteOrphansFailed),
    immutable: failed(ExternalSecretMessage.immutable),
    ownedByOther: failed(ExternalSecretMessage.ownedByOther),
    ownershipRefused: failed(ExternalSecretMessage.ownershipRefused),
    readFailed: failed(ExternalSecretMessage.updateFailed),
    invalidTarget: failed(ExternalSecretMessage.updateFailed),
  },
  events: {
    created: () => ExternalSecretEventMessage.created,
    updated: () => ExternalSecretEventMessage.updated,
    deleted: () => ExternalSecretEventMessage.deleted,
    orphanDeleted: () => ExternalSecretEventMessage.orphanDeleted,
  },
};

function failed(message: string): ConditionWords {
  return { reason: ExternalSecretReason.syncedError, message };
}
