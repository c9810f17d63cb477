import { typeOf } from '../value/reflect.ts';
import type { GoType, GoMap, GoSlice, Value } from '../value/values.ts';
import { anyType, holdsAny } from '../value/types.ts';

/**
 * A value taken out of a container of `interface {}`. Go remembers that it came through an interface, and shows it in
 * messages (`can't evaluate field x in type interface {}`), until the end of a pipeline strips it.
 */
export class Boxed {
  readonly value: Exclude<Value, null>;

  constructor(value: Exclude<Value, null>) {
    this.value = value;
  }
}

/** What an expression can give: undefined is no value at all (Go's zero `reflect.Value`), null a nil interface. */
export type Reflected = Value | Boxed | undefined;

/** An element of a container, as the container's type has it. */
export function element(container: GoMap | GoSlice, value: Value): Reflected {
  return value !== null && holdsAny(container) ? new Boxed(value) : value;
}

/** The value itself: what was boxed is unboxed, a nil interface is no value. */
export function unboxed(value: Reflected): Exclude<Value, null> | undefined {
  if (value === null) return undefined;
  return value instanceof Boxed ? value.value : value;
}

/** The static type: `interface {}` for what came out of a container of it. */
export function staticType(value: Exclude<Reflected, undefined>): GoType {
  return value === null || value instanceof Boxed ? anyType : typeOf(value);
}
