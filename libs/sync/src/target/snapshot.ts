/** What core remembers of a Secret: enough to see whether it is as it should be, and no value of it. */
import { ANNOTATION_DATA_HASH, ANNOTATION_LAST_APPLIED, LABEL_MANAGED } from '@eso/api/resources';
import type { ManagedFieldsEntry, ObjectMeta, OwnerReference, Secret } from '@eso/kube';
import { hashSecretData } from '../data/hash.ts';
import { decodeSecretData } from '../data/secret-data.ts';
import { without } from './metadata.ts';

export interface SecretSnapshot {
  readonly apiVersion: string;
  readonly kind: string;
  /**
   * What a plan, the drift check and the search for orphans look at: names, identity, labels, annotations without kubectl's
   * copy of the manifest (which may hold values), the controller among the owners, and which labels and annotations the
   * managers of ExternalSecrets own. A Secret must therefore never be written from a snapshot.
   */
  readonly metadata: ObjectMeta;
  readonly type: string | undefined;
  readonly immutable: boolean;
  /** Hash of the data as it is, which the annotation may contradict. */
  readonly dataHash: string;
}

const MANAGER_PREFIX = 'externalsecrets.external-secrets.io/';

/** Made as a Secret arrives, before it is stored: an informer's transform. There is one for each target, so each byte counts. */
export function snapshotSecret(secret: Secret): SecretSnapshot {
  const { metadata } = secret;
  const { annotations } = metadata;
  const hash = hashSecretData(decodeSecretData(secret.data));
  const written = annotations?.[ANNOTATION_DATA_HASH];
  return {
    apiVersion: secret.apiVersion,
    kind: secret.kind,
    metadata: identityOf(metadata),
    type: secret.type === undefined ? undefined : shared(secret.type),
    immutable: secret.immutable === true,
    // Two equal texts are two texts: the annotation's is kept, the computed one is not.
    dataHash: written === hash ? written : hash,
  };
}

function identityOf(metadata: ObjectMeta): ObjectMeta {
  const { name, namespace, uid, resourceVersion, labels, deletionTimestamp, ownerReferences, managedFields } = metadata;
  const controller = ownerReferences?.find((owner) => owner.controller === true);
  const own = managedFields?.filter((entry) => entry.manager?.startsWith(MANAGER_PREFIX));
  return {
    name,
    ...(namespace === undefined ? {} : { namespace: shared(namespace) }),
    ...(uid === undefined ? {} : { uid }),
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
    ...(labels === undefined ? {} : { labels }),
    annotations: without(metadata.annotations, [ANNOTATION_LAST_APPLIED]),
    ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }),
    ...(controller ? { ownerReferences: [controllerOf(controller)] } : {}),
    ...(own?.length ? { managedFields: own.map(ownedBy) } : {}),
  };
}

function controllerOf({ apiVersion, kind, name, uid }: OwnerReference): OwnerReference {
  return { apiVersion: shared(apiVersion), kind: shared(kind), name, uid, controller: true };
}

/** Who owns which labels and annotations. Which keys of the data somebody owns is asked of the Secret itself. */
function ownedBy({ manager, fieldsV1 }: ManagedFieldsEntry): ManagedFieldsEntry {
  return { ...(manager === undefined ? {} : { manager }), fieldsV1: sharedTree(pathsOf(fieldsV1)) };
}

function pathsOf(fieldsV1: ManagedFieldsEntry['fieldsV1']): FieldsTree {
  const metadata = fieldsV1?.['f:metadata'];
  if (typeof metadata !== 'object' || metadata === null) return {};
  return {
    'f:metadata': Object.fromEntries(
      Object.entries(metadata).filter(([path]) => path === 'f:labels' || path === 'f:annotations'),
    ),
  };
}

type FieldsTree = Record<string, unknown>;

/** Most trees that are kept for sharing: ExternalSecrets mostly set the same few labels. */
const MAX_SHARED = 1_024;
const texts = new Map<string, string>();
const trees = new Map<string, FieldsTree>();

/** The one copy of a text that many Secrets have: each parsed document brings its own. */
function shared(text: string): string {
  return oneOf(texts, text, text);
}

function sharedTree(tree: FieldsTree): FieldsTree {
  return oneOf(trees, JSON.stringify(tree), tree);
}

/** Past the bound the texts of the moment begin anew; what is in use stays in use. */
function oneOf<T>(known: Map<string, T>, key: string, value: T): T {
  const found = known.get(key);
  if (found !== undefined) return found;
  if (known.size >= MAX_SHARED) known.clear();
  known.set(key, value);
  return value;
}

/**
 * Whether a target is as it was written (spec/core.md 1.8): it exists, it is marked as ours, and its data is what the
 * annotation says. A target that is not is synced at once, whatever the refresh policy says.
 */
export function isIntact(target: SecretSnapshot | undefined): boolean {
  return (
    target !== undefined &&
    target.metadata.labels?.[LABEL_MANAGED] === 'true' &&
    target.metadata.annotations?.[ANNOTATION_DATA_HASH] === target.dataHash
  );
}
