import type { ExternalSecret } from '@eso/api/resources';
import { refuse, type RefusedPlan } from './refuse.ts';
import type { StringMap } from './metadata.ts';
import { targetName } from './target-name.ts';

/** How Helm calls the records of its releases, in Secrets and ConfigMaps alike (helm.sh/helm/v3 pkg/storage). */
const NAME_PREFIX = 'sh.helm.release.v1.';
const TYPE = 'helm.sh/release.v1';

/** What Helm would look at: it finds its records by label, whatever their type and name. */
export interface ReleaseMarks {
  /** Those that it has and those that it would get. */
  readonly types?: readonly (string | undefined)[];
  readonly labels: StringMap;
  readonly keys: readonly string[];
}

/**
 * A record of a release holds the manifests that Helm applies at a rollback, with the rights of whoever runs it: who may write
 * ExternalSecrets and nothing else would act with these.
 */
export function refuseRelease(
  externalSecret: ExternalSecret,
  { types = [], labels, keys }: ReleaseMarks,
): RefusedPlan | undefined {
  const name = targetName(externalSecret);
  const isRelease =
    name.startsWith(NAME_PREFIX) || types.includes(TYPE) || (labels['owner'] === 'helm' && keys.includes('release'));
  if (!isRelease) return undefined;
  return refuse('updateFailed', {
    code: 'TARGET_NOT_OWNED',
    field: 'spec.target',
    what: `${name} is, or would be, what Helm knows of a release, which Helm alone writes`,
    nextStep: 'Choose another spec.target.name, without the type and the labels of a release.',
  });
}
