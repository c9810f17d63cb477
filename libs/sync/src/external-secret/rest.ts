import { type ExternalSecret, ExternalSecretReason, ResourceReason } from '@eso/api/resources';
import { creationRule } from '../target/policies.ts';
import { isIntact, type TargetSnapshot } from '../target/snapshot.ts';

/** Reasons of Ready=True that say that there is no target, and that all is well so. */
const WITHOUT_TARGET: ReadonlySet<string | undefined> = new Set<string>([
  ExternalSecretReason.deleted,
  ExternalSecretReason.missing,
  ResourceReason.deleted,
  ResourceReason.missing,
]);

/**
 * Whether a target needs no sync before the next refresh: it is as it was written, or the policy leaves it to others, or it is
 * not there and the last sync wanted it so.
 */
export function isAtRest(es: Pick<ExternalSecret, 'spec' | 'status'>, target: TargetSnapshot | undefined): boolean {
  if (!creationRule(es).repairs || isIntact(target)) return true;
  const ready = es.status?.conditions?.find(({ type }) => type === 'Ready');
  return target === undefined && ready?.status === 'True' && WITHOUT_TARGET.has(ready.reason);
}
