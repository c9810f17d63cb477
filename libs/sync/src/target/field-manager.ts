/** Who core says it is when it writes a target: a manager for each ExternalSecret, so that several can share a Secret. */
import type { ManagedFieldsEntry } from '@eso/kube';
import { hashValue } from '../data/hash.ts';

const PREFIX = 'externalsecrets.external-secrets.io/';
/** Upstream's own limit; the API server takes 128 characters. */
const MAX_LENGTH = 63;

/** Field manager of an ExternalSecret: its name, or a hash of it where that gets too long. */
export function fieldManager(externalSecretName: string): string {
  const plain = PREFIX + externalSecretName;
  return plain.length <= MAX_LENGTH ? plain : `${PREFIX}sha3/${hashValue(externalSecretName)}`;
}

/** Whether it is the field manager of some ExternalSecret. */
export function isTargetManager(manager: string): boolean {
  return manager.startsWith(PREFIX);
}

/** What one manager has written on an object. */
export interface OwnedFields {
  readonly labels: readonly string[];
  readonly annotations: readonly string[];
  readonly dataKeys: readonly string[];
}

/** Labels, annotations and data keys recorded under a manager, whatever the operation was. */
export function ownedFields(entries: readonly ManagedFieldsEntry[] | undefined, manager: string): OwnedFields {
  const own = (entries ?? []).filter((entry) => entry.manager === manager);
  return {
    labels: namesAt(own, 'f:metadata', 'f:labels'),
    annotations: namesAt(own, 'f:metadata', 'f:annotations'),
    dataKeys: ownedDataKeys(own),
  };
}

/** The data keys recorded in these entries, each once. */
export function ownedDataKeys(entries: readonly ManagedFieldsEntry[]): string[] {
  return namesAt(entries, 'f:data');
}

function namesAt(entries: readonly ManagedFieldsEntry[], ...path: string[]): string[] {
  const [first] = entries;
  if (first && entries.length === 1) return keysAt(first.fieldsV1, path);
  return [...new Set(entries.flatMap((entry) => keysAt(entry.fieldsV1, path)))];
}

/** Names below a path of a fieldsV1 tree; its keys are `f:<name>`, and `.` for the map itself. */
function keysAt(tree: Record<string, unknown> | undefined, path: readonly string[]): string[] {
  let node: unknown = tree;
  for (const step of path) node = isTree(node) ? node[step] : undefined;
  return isTree(node)
    ? Object.keys(node)
        .filter((key) => key.startsWith('f:'))
        .map((key) => key.slice(2))
    : [];
}

const isTree = (node: unknown): node is Record<string, unknown> => typeof node === 'object' && node !== null;
