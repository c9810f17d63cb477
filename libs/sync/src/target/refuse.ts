/** Why a target may not be written. */
import { LABEL_MANAGED_BY, MANAGED_BY_CERT_MANAGER } from '@eso/api/resources';
import type { OwnerReference, Secret } from '@eso/kube';
import type { SecretData } from '../data/secret-data.ts';
import { SyncError, type SyncErrorOptions } from '../error.ts';
import { checkSecretLimits } from './limits.ts';
import type { StringMap } from './metadata.ts';
import { targetOwnershipOf } from './ownership.ts';
import { targetName } from './target-name.ts';
import type { TargetRefusal } from './verdict.ts';
import type { Wanted } from './wanted.ts';

/** One ExternalSecret alone owns a Secret, and nobody takes one from another controller; to write into one of those is allowed. */
export function refuseForeign(
  { externalSecret, rule }: Pick<Wanted, 'externalSecret' | 'rule'>,
  owners: readonly OwnerReference[] | undefined,
): RefusedPlan | undefined {
  const ownership = targetOwnershipOf(owners, externalSecret.metadata.name);
  const name = targetName(externalSecret);
  const common = {
    code: 'TARGET_NOT_OWNED',
    field: 'spec.target.name',
    nextStep: 'Choose another spec.target.name, or delete the Secret.',
  } as const;
  if (ownership.kind === 'otherExternalSecret')
    return refuse('ownedByOther', { ...common, what: `secret ${name} belongs to ExternalSecret ${ownership.name}` });
  if (ownership.kind === 'otherController' && rule.owns)
    return refuse('ownershipRefused', { ...common, what: `secret ${name} belongs to ${ownership.owner}` });
  return undefined;
}

const SERVICE_ACCOUNT_TOKEN = 'kubernetes.io/service-account-token';
/** Say whose token such a Secret is. */
const TOKEN_OWNER = ['kubernetes.io/service-account.name', 'kubernetes.io/service-account.uid'];

/**
 * A Secret that others rely on for what it is, not for what it holds. The rules of the spec see what a template writes; they do not see
 * which Secret is there already.
 */
export function refuseGuarded({ metadata, type }: Secret, annotations: StringMap): RefusedPlan | undefined {
  const guarded = (what: string): RefusedPlan =>
    refuse('updateFailed', {
      code: 'TARGET_NOT_OWNED',
      field: 'spec.target.name',
      what: `secret ${metadata.name} ${what}`,
      nextStep: 'Choose another spec.target.name.',
    });
  if (metadata.labels?.[LABEL_MANAGED_BY] === MANAGED_BY_CERT_MANAGER)
    return guarded('belongs to the certificate controller of External Secrets');
  if (type !== SERVICE_ACCOUNT_TOKEN) return undefined;
  const changed = TOKEN_OWNER.find((key) => metadata.annotations?.[key] !== annotations[key]);
  return changed === undefined
    ? undefined
    : guarded(`is the token of a ServiceAccount, and annotation "${changed}" would make it one of another`);
}

/**
 * The label by which certificates of External Secrets are known is not given to anything else: its Secret would be taken for one of the
 * certificate controller's. A template makes labels, and so do those of the ExternalSecret.
 */
export function refuseCertificateMark(labels: StringMap): RefusedPlan | undefined {
  if (labels[LABEL_MANAGED_BY] !== MANAGED_BY_CERT_MANAGER) return undefined;
  return refuse('updateFailed', {
    code: 'TARGET_NOT_OWNED',
    field: 'spec.target.template.metadata.labels',
    what: `label "${LABEL_MANAGED_BY}: ${MANAGED_BY_CERT_MANAGER}" is the mark of certificates, which the certificate controller alone gives`,
    nextStep: 'Choose another value, in the template and in the labels of the ExternalSecret.',
  });
}

/** What no Secret can hold. */
export function refuseLimits({ externalSecret: { spec } }: Wanted, data: SecretData): RefusedPlan | undefined {
  const written = [
    ...(spec.data ?? []).map(({ secretKey }) => secretKey),
    ...Object.keys(spec.target?.template?.data ?? {}),
  ];
  try {
    checkSecretLimits(data, new Set(written));
    return undefined;
  } catch (error) {
    return { kind: 'refuse', refusal: 'updateFailed', error: SyncError.from(error) };
  }
}

/** A plan that writes nothing, and why. */
export interface RefusedPlan {
  readonly kind: 'refuse';
  readonly refusal: TargetRefusal;
  readonly error: SyncError;
}

/** Makes one. */
export function refuse(refusal: TargetRefusal, error: SyncErrorOptions): RefusedPlan {
  return { kind: 'refuse', refusal, error: new SyncError(error) };
}
