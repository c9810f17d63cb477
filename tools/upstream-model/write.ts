/** The Secret that upstream writes over what is there. */
import { hashData, hashOwner } from './hash.ts';
import { HASH_ANNOTATION, MANAGED_LABEL, OWNER_LABEL, recordedFor } from './marks.ts';
import type { Owner, SyncedObject, TargetSecret, Texts } from './objects.ts';
import { type ReadText, rendered } from './render.ts';

/** Thrown where upstream fails the sync for good: the target belongs to another controller. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
}

/** Name of the Secret that an ExternalSecret writes. */
export const targetNameOf = ({ spec, metadata }: SyncedObject): string => {
  const name = spec.target?.name ?? '';
  return name === '' ? metadata.name : name;
};

/**
 * @param existing the target as it is; undefined where there is none
 * @param values what was fetched, in base64
 * @throws Refusal, and what the renderer throws
 */
export function written(
  es: SyncedObject,
  existing: TargetSecret | undefined,
  values: Texts,
  read: ReadText,
): TargetSecret {
  const { immutable = false } = es.spec.target ?? {};
  const before: TargetSecret = existing ?? {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: targetNameOf(es), namespace: es.metadata.namespace },
  };
  const content = existing && immutable ? before : withContent(es, before, values, read);
  const { labels, ownerReferences } = owned(es, content);
  return {
    ...content,
    ...(immutable ? { immutable: true } : {}),
    metadata: {
      ...content.metadata,
      labels: { ...labels, [MANAGED_LABEL]: 'true' },
      annotations: { ...content.metadata.annotations, [HASH_ANNOTATION]: hashData(content.data) },
      ownerReferences,
    },
  };
}

/** Data, type, labels, annotations and finalizers. */
function withContent(es: SyncedObject, secret: TargetSecret, values: Texts, read: ReadText): TargetSecret {
  const { template, creationPolicy = 'Owner' } = es.spec.target ?? {};
  const recorded = recordedFor(es.metadata.name, secret.metadata);
  const keeps = creationPolicy === 'Merge' || creationPolicy === 'CreateOrMerge';
  const kept = keeps ? without(secret.data, recorded.data) : {};
  const from = template ? rendered(template, values, read) : undefined;
  const whole = !template || template.mergePolicy === 'Merge' || (!template.data && !template.templateFrom);
  const { finalizers = [], deletionTimestamp } = secret.metadata;
  const added = (template?.metadata?.finalizers ?? []).filter((name) => !finalizers.includes(name));
  return {
    ...secret,
    ...(template?.type === undefined || template.type === '' ? {} : { type: template.type }),
    data: { ...kept, ...(whole ? values : {}), ...from?.data },
    metadata: {
      ...secret.metadata,
      labels: { ...without(secret.metadata.labels, recorded.labels), ...(from ? from.labels : es.metadata.labels) },
      annotations: {
        ...without(secret.metadata.annotations, recorded.annotations),
        ...(from ? from.annotations : es.metadata.annotations),
      },
      finalizers: deletionTimestamp === undefined ? [...finalizers, ...added] : finalizers,
    },
  };
}

/** Owner reference and label of the owner. @throws Refusal when another controller has it */
function owned({ apiVersion, kind, metadata, spec }: SyncedObject, { metadata: target }: TargetSecret) {
  const { ownerReferences = [] } = target;
  const labels = without(target.labels, new Set([OWNER_LABEL]));
  const group = (owner: Owner): string => owner.apiVersion.replace(/\/.*$/, '');
  const isExternalSecret = (owner: Owner): boolean => owner.kind === kind && group(owner) === 'external-secrets.io';
  const isSelf = (owner: Owner): boolean => isExternalSecret(owner) && owner.name === metadata.name;
  const controller = ownerReferences.find((owner) => owner.controller === true);
  if (controller && isExternalSecret(controller) && !isSelf(controller))
    throw new Refusal('target is owned by another ExternalSecret');
  if ((spec.target?.creationPolicy ?? 'Owner') !== 'Owner')
    return { labels, ownerReferences: ownerReferences.filter((owner) => owner !== controller || !isSelf(owner)) };
  if (controller && !isSelf(controller)) throw new Refusal('failed to take ownership of target secret');
  const { name, uid = '' } = metadata;
  const self: Owner = { apiVersion, kind, name, uid, controller: true, blockOwnerDeletion: true };
  const others = ownerReferences.filter((owner) => !isSelf(owner));
  return { labels: { ...labels, [OWNER_LABEL]: hashOwner(metadata) }, ownerReferences: [...others, self] };
}

function without(map: Texts | undefined, keys: ReadonlySet<string>): Texts {
  return Object.fromEntries(Object.entries(map ?? {}).filter(([key]) => !keys.has(key)));
}

/** Fields in which two Secrets differ, such as `metadata.labels.team`; an absent map is an empty one. */
export function differingFields(a: TargetSecret, b: TargetSecret): string[] {
  const parts = (secret: TargetSecret): Readonly<Record<string, unknown>> => ({
    ...flat('data', secret.data),
    ...flat('metadata.labels', secret.metadata.labels),
    ...flat('metadata.annotations', secret.metadata.annotations),
    ...flat('metadata.finalizers', Object.fromEntries((secret.metadata.finalizers ?? []).map((name) => [name, name]))),
    ...flat('metadata.ownerReferences', ownersBy(secret.metadata.ownerReferences)),
    type: secret.type ?? 'Opaque',
    immutable: secret.immutable ?? false,
  });
  const [left, right] = [parts(a), parts(b)];
  const keys = new Set([...Object.keys(left), ...Object.keys(right)]);
  return [...keys].filter((key) => left[key] !== right[key]).sort();
}

const flat = (prefix: string, map: Texts | undefined): Texts =>
  Object.fromEntries(Object.entries(map ?? {}).map(([key, value]) => [`${prefix}.${key}`, value]));

const ownersBy = (owners: readonly Owner[] | undefined): Texts =>
  Object.fromEntries(
    (owners ?? []).map(({ apiVersion, kind, name, uid, controller = false, blockOwnerDeletion = false }) => [
      name,
      [apiVersion, kind, uid, controller, blockOwnerDeletion].join(' '),
    ]),
  );
