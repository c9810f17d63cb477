import {
  type ExternalSecret,
  type ExternalSecretCondition,
  ExternalSecretConditionType,
  ExternalSecretMessage,
  ExternalSecretReason,
  type ExternalSecretStatus,
} from '@eso/api/resources';
import { conditionMessage, kubeTime, mergeCondition, type Problem, syncedResourceVersion, targetName } from '@eso/sync';

/** What a pass over an ExternalSecret found out. */
export type SyncVerdict =
  /** The target is as it should be; `message` is that of the condition, `bound` whether there is a Secret now. */
  | { readonly kind: 'synced'; readonly message: ExternalSecretMessage; readonly bound: boolean }
  /** An earlier failure is over, without anything having been fetched. */
  | { readonly kind: 'recovered' }
  /** `prefix` is the beginning of the condition's message, as External Secrets 2.x writes it; alerts match on it. */
  | { readonly kind: 'failed'; readonly prefix: ExternalSecretMessage; readonly problem: Problem };

/** Wall clock times, milliseconds since the epoch. */
export interface PassTimes {
  /** When the pass began: what it fetched is no newer. */
  readonly startedAt: number;
  readonly now: number;
}

/**
 * The status after a pass; the same object where nothing changes. Only a sync moves what records the last one: a failure, or
 * the end of one, leaves it.
 */
export function externalSecretStatusAfter(
  es: ExternalSecret,
  verdict: SyncVerdict,
  { startedAt, now }: PassTimes,
): ExternalSecretStatus | undefined {
  const before = es.status;
  const conditions = mergeCondition<ExternalSecretCondition>(before?.conditions, readyCondition(verdict), now);
  if (verdict.kind !== 'synced')
    return conditions === before?.conditions ? before : { ...before, conditions: [...conditions] };
  return {
    ...before,
    conditions: [...conditions],
    refreshTime: kubeTime(startedAt),
    syncedResourceVersion: syncedResourceVersion(es),
    ...(verdict.bound ? { binding: { name: targetName(es) } } : {}),
  };
}

/** The Ready condition of a status. */
export function readyOf(status: ExternalSecretStatus | undefined): ExternalSecretCondition | undefined {
  return status?.conditions?.find(({ type }) => type === ExternalSecretConditionType.ready);
}

function readyCondition(verdict: SyncVerdict): Omit<ExternalSecretCondition, 'lastTransitionTime'> {
  const type = ExternalSecretConditionType.ready;
  switch (verdict.kind) {
    case 'synced':
      return { type, status: 'True', reason: ExternalSecretReason.synced, message: verdict.message };
    case 'recovered':
      return { type, status: 'True', reason: ExternalSecretReason.synced, message: ExternalSecretMessage.synced };
    case 'failed': {
      const message = conditionMessage(verdict.prefix, verdict.problem);
      return { type, status: 'False', reason: ExternalSecretReason.syncedError, message };
    }
  }
}
