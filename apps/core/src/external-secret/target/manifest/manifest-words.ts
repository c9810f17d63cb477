import { ExternalSecretMessage, ExternalSecretReason, ResourceMessage, ResourceReason } from '@eso/api/resources';
import type { TargetWords } from '../words.ts';

/** How conditions and events speak of a target of another kind than Secret; upstream uses many of the same words. */
export function manifestWords(kind: string): TargetWords {
  const failed = (message: string) => ({ reason: ResourceReason.syncedError, message });
  const deleted = (name: string): string => `Deleted ${kind} ${name}`;
  return {
    outcomes: {
      synced: { reason: ResourceReason.synced, message: ExternalSecretMessage.synced },
      retained: { reason: ResourceReason.synced, message: ExternalSecretMessage.retained },
      deleted: { reason: ResourceReason.deleted, message: ExternalSecretMessage.deleted },
      missing: { reason: ResourceReason.missing, message: ResourceMessage.missing },
    },
    failures: {
      fetchFailed: failed(ExternalSecretMessage.fetchFailed),
      renderFailed: failed(ResourceMessage.renderFailed),
      updateFailed: failed(ExternalSecretMessage.updateFailed),
      deleteFailed: failed(ResourceMessage.deleteFailed),
      deleteOrphansFailed: failed(ExternalSecretMessage.deleteOrphansFailed),
      immutable: failed(ExternalSecretMessage.immutable),
      ownedByOther: failed(ResourceMessage.renderFailed),
      ownershipRefused: failed(ResourceMessage.renderFailed),
      readFailed: failed(ResourceMessage.readFailed),
      // What is wrong with the configuration has upstream's reason for Secrets.
      invalidTarget: { reason: ExternalSecretReason.syncedError, message: ResourceMessage.invalid },
    },
    events: {
      created: (name) => `Created ${kind} ${name}`,
      updated: (name) => `Updated ${kind} ${name}`,
      deleted,
      orphanDeleted: deleted,
    },
  };
}
