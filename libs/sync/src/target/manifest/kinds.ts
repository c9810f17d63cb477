/** Which kinds a manifest may have. */
import type { ExternalSecret } from '@eso/api/resources';
import { SyncError } from '../../error.ts';

/** `spec.target.manifest`. */
export type ManifestKind = NonNullable<NonNullable<ExternalSecret['spec']['target']>['manifest']>;

/**
 * The kind of a target that is no Secret. A manifest of kind Secret is a Secret like any other: it is written with the same checks, and
 * nothing but its hash is kept of it.
 */
export function manifestKind({ spec }: Pick<ExternalSecret, 'spec'>): ManifestKind | undefined {
  const manifest = spec.target?.manifest;
  return manifest && !(manifest.apiVersion === 'v1' && manifest.kind === 'Secret') ? manifest : undefined;
}

/**
 * Groups whose objects decide what others may do, or are what core itself stands on. Whoever may write ExternalSecrets, and nothing
 * else, would act with core's rights through them, whatever an administrator granted core on them for other reasons.
 */
const REFUSED_GROUPS = [
  'admissionregistration.k8s.io',
  'apiextensions.k8s.io',
  'apiregistration.k8s.io',
  'authentication.k8s.io',
  'authorization.k8s.io',
  'certificates.k8s.io',
  'coordination.k8s.io',
  'events.k8s.io',
  'external-secrets.io',
  'rbac.authorization.k8s.io',
];

/** Kinds of the core group of the same sort: events are what people trust to come from who is named in them, tokens of ServiceAccounts are asked for by name. */
const REFUSED_CORE_KINDS = new Set(['Event', 'ServiceAccount']);

/** Why a manifest is not written, whatever the cluster knows; undefined for one that may be looked for. */
export function refuseKind({ spec }: Pick<ExternalSecret, 'spec'>, enabled: boolean): SyncError | undefined {
  const manifest = spec.target?.manifest;
  if (!manifest) return undefined;
  if (!enabled)
    return new SyncError({
      code: 'GENERIC_TARGETS_DISABLED',
      field: 'spec.target.manifest',
      what: 'generic targets are disabled. Enable with --unsafe-allow-generic-targets flag',
      nextStep: 'Remove the field, or have an administrator start core with that flag.',
    });
  const { apiVersion, kind } = manifest;
  const group = apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';
  const refused = REFUSED_GROUPS.find((name) => group === name || group.endsWith(`.${name}`));
  if (refused === undefined && !(group === '' && REFUSED_CORE_KINDS.has(kind))) return undefined;
  return new SyncError({
    code: 'TARGET_KIND_NOT_ALLOWED',
    field: 'spec.target.manifest',
    what: `objects of kind ${kind} of ${refused === undefined ? apiVersion : group} are not written for an ExternalSecret, because they give rights or stand for others`,
    nextStep: 'Choose another kind.',
  });
}
