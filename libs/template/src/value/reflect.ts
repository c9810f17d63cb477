import type { GoType, Kind, Value } from './values.ts';
import { boolType, complexType, float64Type, stringType } from './types.ts';
import { GoComplex, GoInt, GoMap, GoObject, GoSlice } from './values.ts';

/** The dynamic type of a value that is not nil. */
export function typeOf(value: Exclude<Value, null>): GoType {
  switch (typeof value) {
    case 'string':
      return stringType;
    case 'number':
      return float64Type;
    case 'boolean':
      return boolType;
    default:
      return value instanceof GoComplex ? complexType : value.type;
  }
}

/** `%T`: the type's name, `<nil>` for nil. */
export function goTypeName(value: Value): string {
  return value === null ? '<nil>' : typeOf(value).name;
}

/** The kind, `invalid` for nil. */
export function kindOf(value: Value): Kind | 'invalid' {
  return value === null ? 'invalid' : typeOf(value).kind;
}

/** `text/template`'s truth: not the zero value, not empty. Structs and pointers are true. */
export function isTrue(value: Value | undefined): boolean {
  if (value === undefined || value === null) return false;
  switch (typeof value) {
    case 'string':
      return value.length > 0;
    case 'number':
      return value !== 0;
    case 'boolean':
      return value;
    default:
      break;
  }
  if (value instanceof GoInt) return value.value !== 0n;
  if (value instanceof GoSlice) return value.items.length > 0;
  if (value instanceof GoMap) return value.entries.size > 0;
  if (value instanceof GoComplex) return value.real !== 0 || value.imag !== 0;
  return true;
}

/** Sprig's `empty`: the opposite of text/template's truth. */
export function isEmpty(value: Value): boolean {
  return !isTrue(value);
}

/** `reflect.DeepEqual`. `step` is called per pair and may throw. */
export function deepEqual(a: Value, b: Value, step: (depth: number) => void, depth = 0): boolean {
  step(depth);
  if (a === null || b === null) return a === b;
  if (typeOf(a) !== typeOf(b)) return false;
  if (a instanceof GoInt) return b instanceof GoInt && a.value === b.value;
  if (a instanceof GoComplex) return b instanceof GoComplex && a.real === b.real && a.imag === b.imag;
  if (a instanceof GoSlice) {
    if (!(b instanceof GoSlice) || a.items.length !== b.items.length || a.isNil !== b.isNil) return false;
    const { items } = b;
    if (a === b && a.type.elem?.kind === 'string') return true;
    return a.items.every((item, at) => deepEqual(item, items[at] ?? null, step, depth + 1));
  }
  if (a instanceof GoMap) {
    if (!(b instanceof GoMap) || a.entries.size !== b.entries.size || a.isNil !== b.isNil) return false;
    if (a === b) return true;
    for (const [key, value] of a.entries) {
      const other = b.entries.get(key);
      if (other === undefined || !deepEqual(value, other, step, depth + 1)) return false;
    }
    return true;
  }
  if (a instanceof GoObject) return b instanceof GoObject && a.equals(b);
  return a === b;
}
