import { type ExternalSecret, LABEL_CREATED_BY } from '@eso/api/resources';
import type { ObjectMeta } from '@eso/kube';
import { hashOwner } from '../data/hash.ts';
import { targetOwnershipOf } from './ownership.ts';
import { targetName } from './target-name.ts';

/**
 * Earlier targets of an ExternalSecret that now has another `spec.target.name`: to be deleted under creationPolicy Owner.
 * A Secret counts only if it carries the label and is controlled by this ExternalSecret: a label alone gets copied, by
 * backup tools for instance, and upstream would delete the copy.
 * @param candidates Secrets of the ExternalSecret's namespace
 */
export function orphansOf<S extends { metadata: ObjectMeta }>(
  externalSecret: Pick<ExternalSecret, 'metadata' | 'spec'>,
  candidates: readonly S[],
): S[] {
  const { namespace = '', name } = externalSecret.metadata;
  const target = targetName(externalSecret);
  // Hardly ever is there any but the target itself, and then nothing is hashed.
  const others = candidates.filter(({ metadata }) => metadata.name !== target);
  if (others.length === 0) return others;
  const owner = hashOwner(namespace, name);
  return others.filter(
    ({ metadata }) =>
      metadata.deletionTimestamp === undefined &&
      metadata.labels?.[LABEL_CREATED_BY] === owner &&
      targetOwnershipOf(metadata.ownerReferences, name).kind === 'own',
  );
}
