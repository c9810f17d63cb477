/** What core remembers of a target that is no Secret. */
import { ANNOTATION_DATA_HASH } from '@eso/api/resources';
import type { KubeObject, ManagedFieldsEntry } from '@eso/kube';
import { hashValue } from '../../data/hash.ts';
import { isTargetManager } from '../field-manager.ts';
import { targetIdentity, type TargetSnapshot } from '../snapshot.ts';
import { type FieldTree, hasMoreNodes, mergeTrees, pickFields, treeOf } from './owned-fields.ts';

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
/** Whoever may write an object chooses what stands in its managedFields: managers that are looked at, and fields of them together. */
const MAX_WRITERS = 50;
const MAX_FIELDS = 20_000;
/** Of the shares of several, as much is hashed, in characters; a share beyond is not known, and its object is applied anew at each refresh. */
const MAX_HASHED = 4 * 1024 * 1024;

/**
 * Made as an object arrives, before it is stored: an informer's transform. Only what ExternalSecrets wrote counts: what the API server
 * fills in by itself, and what other controllers write, is no drift, however often it changes. Of an object with very many fields all counts.
 */
export function snapshotManifest(object: KubeObject): ManifestSnapshot {
  const { apiVersion, kind, metadata } = object;
  const writers = writersOf(metadata.managedFields);
  const shares = sharesOf(object, writers);
  const [first] = shares;
  const all = first && writers.size === 1 ? first[1] : safePick(object, [...writers.values()].flat());
  const dataHash = safeHash(() => hashedPart(all));
  const stated = metadata.annotations?.[ANNOTATION_DATA_HASH];
  const { [REPLACING_MANAGER]: replacedShare, ...applied } = Object.fromEntries(
    shares.map(([manager, share]) => [manager, hashContent(share)]),
  );
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

type Share = readonly [manager: string, content: FieldTree];

function sharesOf(object: KubeObject, writers: ReadonlyMap<string, readonly FieldTree[]>): readonly Share[] {
  const shares: Share[] = [];
  let size = 0;
  for (const [manager, trees] of writers) {
    const content = safePick(object, trees);
    if (writers.size > 1) size += JSON.stringify(content).length;
    if (size > MAX_HASHED) break;
    shares.push([manager, content]);
  }
  return shares;
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

/** What each of ours wrote of the object itself, by manager. */
function writersOf(entries: readonly ManagedFieldsEntry[] = []): ReadonlyMap<string, readonly FieldTree[]> {
  const writers = new Map<string, FieldTree[]>();
  for (const entry of entries) {
    const { manager = '' } = entry;
    if (!isWriter(entry)) continue;
    const trees = writers.get(manager);
    if (trees) trees.push(contentTree(entry));
    else if (writers.size < MAX_WRITERS) writers.set(manager, [contentTree(entry)]);
  }
  return writers;
}

function isWriter({ manager = '', operation, subresource = '' }: ManagedFieldsEntry): boolean {
  return subresource === '' && (isTargetManager(manager) || (manager === REPLACING_MANAGER && operation === 'Update'));
}

const NOT_CONTENT = ['apiVersion', 'kind', 'metadata', 'status'];

function contentTree({ fieldsV1 = {} }: ManagedFieldsEntry): FieldTree {
  return leaveOut(fieldsV1, ['.', ...NOT_CONTENT.map((name) => `f:${name}`)]);
}

function safePick(object: KubeObject, trees: readonly FieldTree[]): FieldTree {
  try {
    return pick(object, trees);
  } catch (error) {
    if (error instanceof RangeError) return { all: TOO_DEEP };
    throw error;
  }
}

function pick(object: KubeObject, trees: readonly FieldTree[]): FieldTree {
  if (hasMoreNodes(trees, MAX_FIELDS)) return { all: JSON.stringify(leaveOut({ ...object }, NOT_CONTENT)) };
  const tree = mergeTrees(trees);
  // An empty tree would mean the whole object.
  return Object.keys(tree).length === 0 ? {} : treeOf(pickFields(object, tree));
}

function leaveOut(fields: FieldTree, names: readonly string[]): FieldTree {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)));
}
