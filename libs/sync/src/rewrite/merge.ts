import type { ExternalSecretRewrite } from '@eso/api/resources';
import { FuelSpent } from '@eso/runtime';
import { checkGrowth, checkKeyCount } from '../bounds/check-growth.ts';
import { takePass } from '../bounds/costs.ts';
import { shownKey } from '../bounds/key-names.ts';
import { type SecretData, sortedKeys } from '../data/secret-data.ts';
import { SyncError } from '../error.ts';
import { compactJson, type JsonMap, parseObject, propertyBytes } from './json.ts';
import type { RewriteContext } from './rewrite-context.ts';

/** `rewrite[].merge` of an ExternalSecret. */
export type MergeRewrite = NonNullable<ExternalSecretRewrite['merge']>;

/**
 * Merges values that are JSON objects: into a key for each property (Extract), or into one key (JSON).
 * @throws SyncError REWRITE_FAILED, DATA_TOO_LARGE; FuelSpent
 */
export function rewriteMerge(data: SecretData, merge: MergeRewrite, step: RewriteContext): SecretData {
  const field = `${step.field}.merge`;
  const fail = (what: string, nextStep: string): SyncError =>
    new SyncError({ code: 'REWRITE_FAILED', field, what: `merge failed with ${what}`, nextStep });

  const asJson = merge.strategy === 'JSON';
  const into = merge.into ?? '';
  if (asJson && into === '') throw fail("missing 'into' field", 'Set merge.into to the key that takes the object.');

  takePass(data, step.fuel);
  const merged = mergeObjects(data, visitOrder(data, merge, fail), merge.conflictPolicy === 'Ignore', step, fail);
  if (!asJson) checkKeyCount(merged.size, field);
  const written = write(data, merged, asJson ? into : undefined, step, fail);
  checkGrowth(written, field);
  return written;
}

type Fail = (what: string, nextStep: string) => SyncError;

function write(
  data: SecretData,
  merged: JsonMap,
  into: string | undefined,
  { fuel }: RewriteContext,
  fail: Fail,
): SecretData {
  try {
    return into === undefined
      ? new Map([...merged].map(([property, value]) => [property, propertyBytes(value, fuel)]))
      : new Map([...data, [into, Buffer.from(compactJson(merged, fuel))]]);
  } catch (error) {
    if (error instanceof FuelSpent) throw error;
    throw fail(error instanceof Error ? error.message : 'a value that cannot be written', 'Correct the value.');
  }
}

/** Alphabetical, but priority keys last and in the order of their list: whoever is visited later wins. */
function visitOrder(data: SecretData, merge: MergeRewrite, fail: Fail): string[] {
  const priority = new Set(merge.priority ?? []);
  const missing = [...priority].find((key) => !data.has(key));
  if (missing !== undefined && merge.priorityPolicy !== 'IgnoreNotFound') {
    throw fail(
      `key "${missing}" not found in input map`,
      'Correct merge.priority, or set merge.priorityPolicy to IgnoreNotFound.',
    );
  }
  const others = sortedKeys(data).filter((key) => !priority.has(key));
  return [...others, ...[...priority].filter((key) => data.has(key))];
}

function mergeObjects(
  data: SecretData,
  keys: readonly string[],
  ignoreConflicts: boolean,
  step: RewriteContext,
  fail: Fail,
): JsonMap {
  const merged = new Map<string, unknown>();
  const conflicts = new Set<string>();
  for (const key of keys) {
    for (const [property, value] of readObject(data, key, step, fail)) {
      if (merged.has(property)) conflicts.add(property);
      merged.set(property, value);
    }
  }
  if (conflicts.size > 0 && !ignoreConflicts) {
    throw fail(
      // Which ones stands inside of the values.
      `conflicts: ${conflicts.size} of ${merged.size} properties stand in more than one value`,
      'Name the winners in merge.priority and set merge.conflictPolicy to Ignore.',
    );
  }
  return merged;
}

function readObject(data: SecretData, key: string, { fuel, names }: RewriteContext, fail: Fail): JsonMap {
  try {
    return parseObject(data.get(key) ?? new Uint8Array(), fuel);
  } catch (error) {
    if (error instanceof FuelSpent) throw error;
    const what = error instanceof Error ? error.message : 'unknown error';
    const shown = shownKey(key, names, `key "${key}"`);
    throw fail(`failed to unmarshal JSON: ${shown}: ${what}`, 'Merge only values that are JSON objects.');
  }
}
