import type { ExternalSecretRewrite } from '@eso/api/resources';
import { compareKeys, type SecretData, sortedKeys } from '../data/secret-data.ts';
import { SyncError } from '../error.ts';
import { compactJson, type JsonObject, parseObject, propertyBytes } from './json.ts';

export type MergeRewrite = NonNullable<ExternalSecretRewrite['merge']>;

/**
 * Merges values that are JSON objects: into a key for each property (Extract), or into one key (JSON).
 * @throws SyncError REWRITE_FAILED
 */
export function rewriteMerge(data: SecretData, merge: MergeRewrite, field: string): SecretData {
  const fail = (what: string, nextStep: string): SyncError =>
    new SyncError({ code: 'REWRITE_FAILED', field: `${field}.merge`, what: `merge failed with ${what}`, nextStep });

  const asJson = merge.strategy === 'JSON';
  const into = merge.into ?? '';
  if (asJson && into === '') throw fail("missing 'into' field", 'Set merge.into to the key that takes the object.');

  const merged = mergeObjects(data, visitOrder(data, merge, fail), merge.conflictPolicy === 'Ignore', fail);
  try {
    return asJson
      ? new Map([...data, [into, Buffer.from(compactJson(merged))]])
      : new Map([...merged].map(([property, value]) => [property, propertyBytes(value)]));
  } catch (error) {
    throw fail(error instanceof Error ? error.message : 'a value that cannot be written', 'Correct the value.');
  }
}

type Fail = (what: string, nextStep: string) => SyncError;

/** Alphabetical, but priority keys last and in the order of their list: whoever is visited later wins. */
function visitOrder(data: SecretData, merge: MergeRewrite, fail: Fail): string[] {
  const priority = [...new Set(merge.priority ?? [])];
  const missing = priority.find((key) => !data.has(key));
  if (missing !== undefined && merge.priorityPolicy !== 'IgnoreNotFound') {
    throw fail(
      `key "${missing}" not found in input map`,
      'Correct merge.priority, or set merge.priorityPolicy to IgnoreNotFound.',
    );
  }
  const others = sortedKeys(data).filter((key) => !priority.includes(key));
  return [...others, ...priority.filter((key) => data.has(key))];
}

function mergeObjects(data: SecretData, keys: readonly string[], ignoreConflicts: boolean, fail: Fail): JsonObject {
  const merged = new Map<string, unknown>();
  const conflicts = new Set<string>();
  for (const key of keys) {
    for (const [property, value] of readObject(data, key, fail)) {
      if (merged.has(property)) conflicts.add(property);
      merged.set(property, value);
    }
  }
  if (conflicts.size > 0 && !ignoreConflicts) {
    throw fail(
      `conflicts: ${[...conflicts].sort(compareKeys).join(', ')}`,
      'Name the winners in merge.priority and set merge.conflictPolicy to Ignore.',
    );
  }
  return merged;
}

function readObject(data: SecretData, key: string, fail: Fail): JsonObject {
  try {
    return parseObject(data.get(key) ?? new Uint8Array());
  } catch (error) {
    const what = error instanceof Error ? error.message : 'unknown error';
    throw fail(`failed to unmarshal JSON: key "${key}": ${what}`, 'Merge only values that are JSON objects.');
  }
}
