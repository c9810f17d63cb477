import type { ExecutionBudget } from '../exec/limits.ts';
import { isTrue } from '../value/reflect.ts';
import type { Value } from '../value/values.ts';
import { GoMap, GoSlice } from '../value/values.ts';

/** Which side wins where both have a value. */
export type MergeMode = 'fill' | 'overwrite';

/**
 * Merges `source` into `target` in place, as dario.cat/mergo does: nested maps are merged, and what is missing or empty is
 * filled. With `overwrite` the source wins wherever it has the key, empty or not; only an empty nested map changes nothing.
 */
export function mergeInto(target: GoMap, source: GoMap, mode: MergeMode, budget: ExecutionBudget, depth = 0): void {
  budget.nest(depth);
  for (const [key, value] of [...source.entries]) {
    budget.step();
    mergeEntry(target, key, value, { mode, budget, depth });
  }
}

function mergeEntry(
  target: GoMap,
  key: string,
  value: Value,
  { mode, budget, depth }: { mode: MergeMode; budget: ExecutionBudget; depth: number },
): void {
  const overwrite = mode === 'overwrite';
  if (value === null) {
    if (overwrite) target.entries.set(key, value);
    return;
  }
  const present = target.entries.get(key);
  if (value instanceof GoMap && present instanceof GoMap && !present.isNil) {
    mergeInto(present, value, mode, budget, depth + 1);
    if (present.entries.size > 0) return;
  }
  const isPresent = present !== undefined && isTrue(present);
  if (value instanceof GoSlice && isPresent) {
    if (overwrite) target.entries.set(key, value);
    return;
  }
  if (overwrite || !isPresent) target.entries.set(key, value);
}
