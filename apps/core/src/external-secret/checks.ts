import { followsSources, invalidSpec, isAtRest, isDue, notBuiltYet, type Problem, storesOf, tooMuch } from '@eso/sync';
import { type Call, gather } from './gather.ts';
import type { Observation } from './observe.ts';
import { readyOf, type SyncVerdict } from './status.ts';

/** What a pass does. */
export type Decision =
  /** Gone, or somebody else's: no status, no event, no metric. */
  | { readonly kind: 'skip' }
  /** Being deleted: let go of what an earlier installation of External Secrets left on it. */
  | { readonly kind: 'removeFinalizer' }
  /** Nothing to do until the next refresh. */
  | { readonly kind: 'upToDate' }
  /** The target is as it should be, and an earlier one is left over. */
  | { readonly kind: 'deleteOrphans' }
  /** Too early: look again after `ms`, unless what it waits for comes first. */
  | { readonly kind: 'wait'; readonly ms: number }
  /** The outcome is known without asking anybody. */
  | { readonly kind: 'report'; readonly verdict: SyncVerdict }
  /** Ask the stores. */
  | { readonly kind: 'sync'; readonly calls: readonly Call[] };

/** Answers, or leaves the question to the next check. */
export type ReconcileCheck = (observation: Observation) => Decision | undefined;

/** How long a new ExternalSecret waits for a new store before it complains. */
export const NEW_STORE_GRACE_MS = 10_000;

/** Longest wait for the first list of a watch. */
const UNWATCHED_MS = 10_000;

/** Deletion leaves the target to the garbage collector, so there is nothing to bring in line any more. */
const deleting: ReconcileCheck = ({ es }) =>
  es.metadata.deletionTimestamp === undefined ? undefined : { kind: 'removeFinalizer' };

/** One store of another class makes the whole object another installation's; it is not even ours to call it invalid. */
const foreignClass: ReconcileCheck = ({ es, findStore, controllerClass }) => {
  const classes = storesOf(es).map((ref) => findStore(ref)?.controllerClass);
  return classes.some((name) => name !== undefined && name !== controllerClass) ? { kind: 'skip' } : undefined;
};

/** Cluster-scoped stores are switched off here; another installation may serve them. Upstream looks at this field alone. */
const clusterStoresOff: ReconcileCheck = ({ es, clusterStores }) =>
  !clusterStores && es.spec.secretStoreRef?.kind?.startsWith('Cluster') === true ? { kind: 'skip' } : undefined;

/** Only a change of the spec can mend these, and it comes as an event. */
const invalid: ReconcileCheck = ({ es }) => {
  const problem = tooMuch(es) ?? invalidSpec(es) ?? notBuiltYet(es);
  return problem && { kind: 'report', verdict: { kind: 'failed', failure: 'updateFailed', problem } };
};

/** Nobody needs to be asked for values that cannot be written. */
const unwritable: ReconcileCheck = ({ targetProblem }) =>
  targetProblem && { kind: 'report', verdict: { kind: 'failed', ...targetProblem } };

/** It is not known yet what is there: the watch of that kind of target has not listed. Its first list is an event. */
const unwatched: ReconcileCheck = ({ isWatched }) => (isWatched ? undefined : { kind: 'wait', ms: UNWATCHED_MS });

/**
 * Not due, the target is as it was written, and so is what its template reads. A failure that stands in the status is over then, without a fetch: the spec was
 * put right, the store came back, or somebody restored the Secret.
 */
const upToDate: ReconcileCheck = ({ es, target, damage, isLeftOut, orphans, templateSources, now }) => {
  const due = isDue(es, now);
  if (due.due || damage !== undefined || isLeftOut || !isAtRest(es, target)) return undefined;
  if (templateSources.kind === 'changed' && followsSources(es))
    return templateSources.waitMs > 0 ? { kind: 'wait', ms: templateSources.waitMs } : undefined;
  // Seen late: the target was renamed before the informer showed the Secret under its earlier name.
  if (orphans.length > 0) return { kind: 'deleteOrphans' };
  // A window that closes over a failure mends nothing.
  if (readyOf(es.status)?.status === 'True' || due.why === 'windowClosed') return { kind: 'upToDate' };
  return { kind: 'report', verdict: { kind: 'recovered' } };
};

/** Each store exists, admits this namespace, is ready and can be reached. */
const stores: ReconcileCheck = (observation) => {
  const gathered = gather(observation);
  if (gathered.kind === 'calls') return { kind: 'sync', calls: gathered.calls };
  if (gathered.kind === 'pending' && (isNew(observation) || isStarting(observation, gathered.problem)))
    return { kind: 'wait', ms: NEW_STORE_GRACE_MS };
  const { problem } = gathered;
  return { kind: 'report', verdict: { kind: 'failed', failure: 'fetchFailed', problem } };
};

/** In this order; the first answer counts, and the last check always has one. */
const CHECKS: readonly ReconcileCheck[] = [
  deleting,
  clusterStoresOff,
  foreignClass,
  invalid,
  unwritable,
  unwatched,
  upToDate,
  stores,
];

/** What to do about an ExternalSecret, judged by the caches alone. */
export function decideReconcile(observation: Observation): Decision {
  for (const check of CHECKS) {
    const decision = check(observation);
    if (decision) return decision;
  }
  return { kind: 'upToDate' };
}

function isNew({ es, now }: Observation): boolean {
  return readyOf(es.status) === undefined && now - Date.parse(es.metadata.creationTimestamp ?? '') < NEW_STORE_GRACE_MS;
}

/** Stores that nobody has looked at while this process was away are looked at within moments of its start. */
function isStarting({ sinceStartMs }: Observation, { code }: Problem): boolean {
  return code === 'STORE_NOT_READY' && sinceStartMs < NEW_STORE_GRACE_MS;
}
