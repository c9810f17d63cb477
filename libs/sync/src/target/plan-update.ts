/** What is to be done with a Secret that was read just now. */
import { LABEL_MANAGED } from '@eso/api/resources';
import type { Secret } from '@eso/kube';
import { hashSecretData } from '../data/hash.ts';
import { decodeSecretData, encodeSecretData, type SecretData, sortedKeys } from '../data/secret-data.ts';
import { isTargetManager, ownedFields } from './field-manager.ts';
import { withController, withoutController } from './ownership.ts';
import { refuse, type RefusedPlan, refuseGuarded, refuseLimits } from './refuse.ts';
import type { TargetOutcome } from './verdict.ts';
import { isDressed, isFrozen, metadataAfter, missingFinalizers, type Wanted } from './wanted.ts';

/** What is to be done with it. */
export type SecretUpdatePlan =
  /**
   * PUT this Secret; it carries the resourceVersion that the decision was made on. `lostKeys` are those of a Secret that somebody
   * else made and that has another content from now on.
   */
  | { readonly kind: 'update'; readonly secret: Secret; readonly lostKeys: readonly string[] }
  /** Nothing to write. */
  | { readonly kind: 'none'; readonly outcome: TargetOutcome }
  /** Must not be written. */
  | RefusedPlan;

/** Decides for a Secret that is there and may be written. Never throws. */
export function planUpdate(wanted: Wanted, secret: Secret): SecretUpdatePlan {
  const { externalSecret, content, rule } = wanted;
  const before = decodeSecretData(secret.data);
  const freeze = isFrozen(externalSecret);
  const after = freeze ? before : dataAfter(wanted, secret, before);
  const hashes = { before: hashSecretData(before), after: hashSecretData(after) };
  const metadata = metadataAfter(wanted, secret, hashes.after);
  const refusal =
    refuseGuarded(secret, metadata.annotations) ??
    (freeze ? undefined : (refuseLimits(wanted, after) ?? refuseType(wanted, secret)));
  if (refusal) return refusal;
  if (secret.immutable === true && hashes.before !== hashes.after)
    return refuse('immutable', {
      code: 'TARGET_IMMUTABLE',
      field: 'spec.target.name',
      what: `secret ${secret.metadata.name} is immutable and holds other data`,
      nextStep: 'Delete the Secret, or choose another spec.target.name.',
    });
  if (hashes.before === hashes.after && isDressed(wanted, secret, hashes.after))
    return { kind: 'none', outcome: 'synced' };
  const { ownerReferences } = secret.metadata;
  const missing = freeze ? [] : missingFinalizers(content, secret);
  const updated: Secret = {
    ...secret,
    metadata: {
      ...secret.metadata,
      ...metadata,
      ownerReferences: rule.owns
        ? withController(ownerReferences, externalSecret)
        : withoutController(ownerReferences, externalSecret),
      ...(missing.length > 0 ? { finalizers: [...(secret.metadata.finalizers ?? []), ...missing] } : {}),
    },
    data: encodeSecretData(after),
    ...(freeze ? { immutable: true } : {}),
  };
  return { kind: 'update', secret: updated, lostKeys: lostKeys(secret, before, after) };
}

/** Not those that an ExternalSecret wrote, whose label somebody took away: they may come from inside of a secret. */
function lostKeys({ metadata }: Secret, before: SecretData, after: SecretData): string[] {
  if (metadata.labels?.[LABEL_MANAGED] === 'true') return [];
  const ours = new Set<string>();
  for (const entry of metadata.managedFields ?? [])
    if (isTargetManager(entry.manager ?? ''))
      for (const key of ownedFields([entry], entry.manager ?? '').dataKeys) ours.add(key);
  return sortedKeys(before).filter((key) => !after.has(key) && !ours.has(key));
}

/** The data of an existing Secret after the write: what we wrote earlier goes, what others wrote stays under a merging policy. */
function dataAfter({ content, rule, manager }: Wanted, secret: Secret, before: SecretData): SecretData {
  if (rule.existing === 'replace') return content.data;
  const own = new Set(ownedFields(secret.metadata.managedFields, manager).dataKeys);
  return new Map([...[...before].filter(([key]) => !own.has(key)), ...content.data]);
}

/** No type of a Secret can be changed. */
function refuseType({ content }: Wanted, { metadata, type }: Secret): RefusedPlan | undefined {
  if (content.type === undefined || content.type === (type ?? 'Opaque')) return undefined;
  return refuse('updateFailed', {
    code: 'TARGET_IMMUTABLE',
    field: 'spec.target.template.type',
    what: `secret ${metadata.name} has type ${type ?? 'Opaque'}, which cannot become ${content.type}`,
    nextStep: 'Delete the Secret, so that it is made anew, or choose another spec.target.name.',
  });
}
