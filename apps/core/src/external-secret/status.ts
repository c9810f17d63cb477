import {
  type ExternalSecret,
  type ExternalSecretCondition,
  ExternalSecretConditionType,
  type ExternalSecretStatus,
} from '@eso/api/resources';
import {
  conditionMessage,
  kubeTime,
  manifestKind,
  mergeCondition,
  type Problem,
  syncedResourceVersion,
  targetName,
  type TargetOutcome,
} from '@eso/sync';
import type { SyncFailure, TargetWords } from './target/words.ts';

/** What a pass over an ExternalSecret found out. */
export type SyncVerdict =
  /** All is well; `bound` says whether there is a target with the values of this pass, `unchanged` that it had them before. */
  | { readonly kind: 'synced'; readonly outcome: TargetOutcome; readonly bound: boolean; readonly unchanged?: boolean }
  /** An earlier failure is over, without anything having been fetched. */
  | { readonly kind: 'recovered' }
  | { readonly kind: 'failed'; readonly failure: SyncFailure; readonly problem: Problem };

/** Wall clock times, milliseconds since the epoch. */
export interface PassTimes {
  /** When the pass began: what it fetched is no newer. */
  readonly startedAt: number;
  readonly now: number;
}

/** What a status is made from, besides what it was. */
export interface StatusInput extends PassTimes {
  readonly verdict: SyncVerdict;
  /** Those of the kind of target. */
  readonly words: TargetWords;
}

/**
 * The status after a pass; the same object where nothing changes. Only a sync moves what records the last one: a failure, or
 * the end of one, leaves it.
 */
export function externalSecretStatusAfter(
  es: ExternalSecret,
  { verdict, words, startedAt, now }: StatusInput,
): ExternalSecretStatus | undefined {
  const before = es.status;
  const conditions = mergeCondition<ExternalSecretCondition>(before?.conditions, readyCondition(verdict, words), now);
  if (verdict.kind !== 'synced')
    return conditions === before?.conditions ? before : { ...before, conditions: [...conditions] };
  return {
    ...before,
    conditions: [...conditions],
    refreshTime: kubeTime(startedAt),
    syncedResourceVersion: syncedResourceVersion(es),
    // Service bindings read Secrets.
    ...(verdict.bound && !manifestKind(es) ? { binding: { name: targetName(es) } } : {}),
  };
}

/** The Ready condition of a status. */
export function readyOf(status: ExternalSecretStatus | undefined): ExternalSecretCondition | undefined {
  return status?.conditions?.find(({ type }) => type === ExternalSecretConditionType.ready);
}

function readyCondition(verdict: SyncVerdict, words: TargetWords): Omit<ExternalSecretCondition, 'lastTransitionTime'> {
  const type = ExternalSecretConditionType.ready;
  switch (verdict.kind) {
    case 'synced':
      return { type, status: 'True', ...words.outcomes[verdict.outcome] };
    case 'recovered':
      return { type, status: 'True', ...words.outcomes.synced };
    case 'failed': {
      const { reason, message } = words.failures[verdict.failure];
      return { type, status: 'False', reason, message: conditionMessage(message, verdict.problem) };
    }
  }
}
