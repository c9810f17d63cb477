import type { ExecutionBudget } from '../exec/limits.ts';
import { stringerText } from '../fmt/printer.ts';
import { sprint } from '../fmt/print.ts';
import { byteSliceType } from '../value/types.ts';
import type { Value } from '../value/values.ts';
import { GoInt, GoSlice } from '../value/values.ts';

/** Sprig's conversion to text: strings and bytes as they are, all else as printed. */
export function strval(budget: ExecutionBudget, value: Value): string {
  if (typeof value === 'string') return value;
  if (value instanceof GoSlice && value.type === byteSliceType) {
    return value.items.map((item) => (item instanceof GoInt ? String.fromCharCode(Number(item.value)) : '')).join('');
  }
  if (value === null) return '<nil>';
  return stringerText(value) ?? sprint(budget, [value]);
}

/** Sprig's conversion to a list of texts: nil items are dropped, a single value is a list of one. */
export function strings(budget: ExecutionBudget, value: Value): string[] {
  if (value === null) return [];
  if (!(value instanceof GoSlice)) return [strval(budget, value)];
  budget.allocate(8 * value.items.length);
  return value.items.filter((item) => item !== null).map((item) => strval(budget, item));
}
