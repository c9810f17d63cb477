/** Whose a target is, by its controller owner reference (docs/design/external-secret.md). */
import type { ExternalSecret } from '@eso/api/resources';
import type { OwnerReference } from '@eso/kube';

const GROUP = 'external-secrets.io';
const KIND = 'ExternalSecret';

/** Who controls a target, seen from one ExternalSecret. */
export type TargetOwnership =
  | { readonly kind: 'none' }
  /** This ExternalSecret, by group, kind and name: a recreated one has another uid and goes on. */
  | { readonly kind: 'own' }
  | { readonly kind: 'otherExternalSecret'; readonly name: string }
  | { readonly kind: 'otherController'; readonly owner: string };

/** Who controls an object with these owner references, seen from the ExternalSecret of that name in its namespace. */
export function targetOwnershipOf(
  owners: readonly OwnerReference[] | undefined,
  externalSecretName: string,
): TargetOwnership {
  const controller = owners?.find((owner) => owner.controller === true);
  if (!controller) return { kind: 'none' };
  if (!isExternalSecret(controller)) {
    return { kind: 'otherController', owner: `${controller.kind} ${controller.name}` };
  }
  return controller.name === externalSecretName
    ? { kind: 'own' }
    : { kind: 'otherExternalSecret', name: controller.name };
}

/** The owner references with this ExternalSecret as the controller; others stay. */
export function withController(
  owners: readonly OwnerReference[] | undefined,
  externalSecret: ExternalSecret,
): OwnerReference[] {
  const { apiVersion, metadata } = externalSecret;
  const own: OwnerReference = {
    apiVersion,
    kind: KIND,
    name: metadata.name,
    uid: metadata.uid ?? '',
    controller: true,
    blockOwnerDeletion: true,
  };
  return [...withoutController(owners, externalSecret), own];
}

/** The owner references without this ExternalSecret, which wants to be none any more; others stay. */
export function withoutController(
  owners: readonly OwnerReference[] | undefined,
  { metadata }: ExternalSecret,
): OwnerReference[] {
  return (owners ?? []).filter((owner) => !(isExternalSecret(owner) && owner.name === metadata.name));
}

const isExternalSecret = ({ apiVersion, kind }: OwnerReference): boolean =>
  kind === KIND && apiVersion.split('/')[0] === GROUP;
