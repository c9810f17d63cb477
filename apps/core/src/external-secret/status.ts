import {
  type ExternalSecret,
  type ExternalSecretCondition,
  ExternalSecretConditionType,
  ExternalSecretMessage,
  ExternalSecretReason,
  type ExternalSecretStatus,
} from '@eso/api/resources';
import { conditionMessage, kubeTime, mergeCondition, syncedResourceVersion, targetName } from '@eso/sync';
import type { Verdict } from './verdict.ts';

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
export function statusAfter(
  es: ExternalSecret,
  verdict: Verdict,
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

function readyCondition(verdict: Verdict): Omit<ExternalSecretCondition, 'lastTransitionTime'> {
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
