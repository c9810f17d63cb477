import type { ExecutionBudget } from '../exec/limits.ts';
import { plainError } from '../value/go-error.ts';
import type { Value } from '../value/values.ts';
import { GoMap, GoSlice } from '../value/values.ts';

/** A copy that shares no map with the original. */
export function deepCopy(value: Value, budget: ExecutionBudget, depth = 0): Value {
  budget.nest(depth);
  budget.step();
  if (value === null && depth === 0) throw plainError('reflect: call of reflect.Value.Type on zero Value');
  if (value instanceof GoSlice) {
    budget.allocate(8 * value.items.length);
    return new GoSlice(
      value.type,
      value.items.map((item) => deepCopy(item, budget, depth + 1)),
      value.isNil,
    );
  }
  if (value instanceof GoMap) {
    budget.allocate(16 * value.entries.size);
    const entries = new Map<string, Value>();
    for (const [key, item] of value.entries) entries.set(key, deepCopy(item, budget, depth + 1));
    return new GoMap(value.type, entries, value.isNil);
  }
  return value;
}
