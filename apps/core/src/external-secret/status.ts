import {
  type ExternalSecret,
  type ExternalSecretCondition,
  ExternalSecretConditionType,
  ExternalSecretReason,
  type ExternalSecretStatus,
} from '@eso/api/resources';
import { conditionMessage, kubeTime, mergeCondition, type Problem, syncedResourceVersion, targetName } from '@eso/sync';

/** A pass that brought the target where it should be. */
export interface Success {
  readonly kind: 'success';
  /** Message of the Ready condition. */
  readonly message: string;
  /** When the pass began, milliseconds since the epoch. */
  readonly startedAt: number;
  /** Whether there is a Secret now. */
  readonly bound: boolean;
}

/** A pass that did not. */
export interface Failure {
  readonly kind: 'failure';
  /** Beginning of the condition's message, as External Secrets 2.x writes it; alerts match on it. */
  readonly prefix: string;
  readonly problem: Problem;
}

/** The status after a pass; the same object where nothing changes. A failure keeps what the last success recorded. */
export function statusAfter(es: ExternalSecret, outcome: Success | Failure, now: number): ExternalSecretStatus {
  const before = es.status ?? {};
  const conditions = mergeCondition<ExternalSecretCondition>(before.conditions, readyCondition(outcome), now);
  if (outcome.kind === 'failure') {
    return conditions === before.conditions ? before : { ...before, conditions: [...conditions] };
  }
  return {
    ...before,
    conditions: [...conditions],
    refreshTime: kubeTime(outcome.startedAt),
    syncedResourceVersion: syncedResourceVersion(es),
    ...(outcome.bound ? { binding: { name: targetName(es) } } : {}),
  };
}

/** The Ready condition of a status. */
export function readyOf(status: ExternalSecretStatus | undefined): ExternalSecretCondition | undefined {
  return status?.conditions?.find(({ type }) => type === ExternalSecretConditionType.ready);
}

function readyCondition(outcome: Success | Failure): Omit<ExternalSecretCondition, 'lastTransitionTime'> {
  return outcome.kind === 'success'
    ? {
        type: ExternalSecretConditionType.ready,
        status: 'True',
        reason: ExternalSecretReason.synced,
        message: outcome.message,
      }
    : {
        type: ExternalSecretConditionType.ready,
        status: 'False',
        reason: ExternalSecretReason.syncedError,
        message: conditionMessage(outcome.prefix, outcome.problem),
      };
}
