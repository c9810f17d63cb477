/** What core remembers of a target that is no Secret. */
import { ANNOTATION_DATA_HASH } from '@eso/api/resources';
import type { KubeObject, ManagedFieldsEntry } from '@eso/kube';
import { hashValue } from '../../data/hash.ts';
import { isTargetManager } from '../field-manager.ts';
import { targetIdentity, type TargetSnapshot } from '../snapshot.ts';
import { type FieldTree, mergeTrees, pickFields, treeOf } from './owned-fields.ts';

/** Of an object of any kind, what ExternalSecrets wrote on it, as hashes. */
export interface ManifestSnapshot extends TargetSnapshot {
  /** By field manager: hash of all that it wrote besides metadata. */
  readonly shares: Readonly<Record<string, string>>;
  /** Hash of what an installation of External Secrets wrote that did not apply but replaced objects; absent where there is nothing. */
  readonly replacedShare?: string;
}

/** How External Secrets 2.x is called where it writes without a field manager: by its program. */
export const REPLACING_MANAGER = 'external-secrets';

/** An object that nests deeper than a stack can follow. */
const TOO_DEEP = 'nested too deeply';

/**
 * Made as an object arrives, before it is stored: an informer's transform. Only what ExternalSecrets wrote counts: what the API server
 * fills in by itself, and what other controllers write, is no drift, however often it changes.
 */
export function snapshotManifest(object: KubeObject): ManifestSnapshot {
  const { apiVersion, kind, metadata } = object;
  const writers = new Map<string, FieldTree[]>();
  for (const entry of metadata.managedFields ?? []) {
    const manager = writerOf(entry);
    if (manager !== undefined) writers.set(manager, [...(writers.get(manager) ?? []), contentTree(entry)]);
  }
  const dataHash = safeHash(() => hashedPart(pick(object, [...writers.values()].flat())));
  const stated = metadata.annotations?.[ANNOTATION_DATA_HASH];
  const shares = [...writers].map(([manager, trees]) => [manager, safeHash(() => pick(object, trees))] as const);
  const { [REPLACING_MANAGER]: replacedShare, ...applied } = Object.fromEntries(shares);
  return {
    apiVersion,
    kind,
    metadata: targetIdentity(metadata),
    // The annotation's own text where they agree, which is nearly always.
    dataHash: stated === dataHash ? stated : dataHash,
    shares: applied,
    ...(replacedShare === undefined ? {} : { replacedShare }),
  };
}

/** Hash of content as it is rendered, to be compared with a share. */
export function hashContent(content: FieldTree): string {
  return safeHash(() => content);
}

/** Hash that the annotation of a new object with this content has: of `spec`, else of `data`, else of all of it. */
export function hashManifest(content: FieldTree): string {
  return safeHash(() => hashedPart(content));
}

function safeHash(make: () => unknown): string {
  try {
    return hashValue(make());
  } catch (error) {
    if (error instanceof RangeError) return hashValue(TOO_DEEP);
    throw error;
  }
}

function hashedPart(content: FieldTree): unknown {
  if (Object.hasOwn(content, 'spec')) return content['spec'];
  return Object.hasOwn(content, 'data') ? content['data'] : content;
}

/** Whose entry it is, if it is one of ours about the object itself. */
function writerOf({ manager = '', operation, subresource = '' }: ManagedFieldsEntry): string | undefined {
  if (subresource !== '') return undefined;
  if (isTargetManager(manager)) return manager;
  return manager === REPLACING_MANAGER && operation === 'Update' ? manager : undefined;
}

function contentTree({ fieldsV1 }: ManagedFieldsEntry): FieldTree {
  return Object.fromEntries(Object.entries(fieldsV1 ?? {}).filter(([step]) => !NOT_CONTENT.has(step)));
}

const NOT_CONTENT = new Set(['f:apiVersion', 'f:kind', 'f:metadata', 'f:status', '.']);

function pick(object: KubeObject, trees: readonly FieldTree[]): FieldTree {
  const tree = trees.reduce(mergeTrees, {});
  // An empty tree would mean the whole object.
  return Object.keys(tree).length === 0 ? {} : treeOf(pickFields(object, tree));
}
