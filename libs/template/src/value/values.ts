import type { GoType } from './types.ts';
import {
  anySliceType,
  anyType,
  dictType,
  int64Type,
  intType,
  stringMapType,
  stringSliceType,
  stringType,
} from './types.ts';

/**
 * A Go value. Strings are *byte strings*: each UTF-16 unit holds one byte (0–255), so that indexes, lengths and comparisons
 * are Go's. `null` is a nil interface. Numbers are float64; every integer is a `GoInt`.
 */
export type Value = null | boolean | number | string | GoInt | GoComplex | GoSlice | GoMap | GoObject;

/** An integer of any width, with its type. The value is kept within the range of the type by whoever makes it. */
export class GoInt {
  readonly type: GoType;
  readonly value: bigint;

  constructor(type: GoType, value: bigint) {
    this.type = type;
    this.value = value;
  }
}

/** A complex128, which only literals make. */
export class GoComplex {
  readonly real: number;
  readonly imag: number;

  constructor(real: number, imag: number) {
    this.real = real;
    this.imag = imag;
  }
}

/** A slice. It is never changed after it was made, with the one exception of `parts` shared by nobody yet. */
export class GoSlice {
  readonly type: GoType;
  readonly items: readonly Value[];
  readonly isNil: boolean;

  constructor(type: GoType, items: readonly Value[], isNil = false) {
    this.type = type;
    this.items = items;
    this.isNil = isNil;
  }
}

/** A map from string to values. Functions such as `set` change it in place, as in Go. */
export class GoMap {
  readonly type: GoType;
  readonly entries: Map<string, Value>;
  readonly isNil: boolean;

  constructor(type: GoType, entries: Map<string, Value>, isNil = false) {
    this.type = type;
    this.entries = entries;
    this.isNil = isNil;
  }

  /** Keys in byte order, the order in which Go prints and ranges. */
  sortedKeys(): string[] {
    // Byte strings compare by UTF-16 unit, which is by byte.
    return [...this.entries.keys()].sort();
  }
}

/** A method or field that templates may reach. Nothing else of an object is reachable. */
export interface GoMethod {
  readonly params: readonly GoType[];
  readonly result: GoType;
  /** Throws a `GoError` where Go would return an error or panic. */
  call(args: readonly Value[]): Value;
}

/** A struct, or a pointer to one. Subclasses list what a template may touch: an allow-list, not reflection. */
export abstract class GoObject {
  abstract readonly type: GoType;

  /** The exported fields, in the order of the struct. */
  fields(): ReadonlyMap<string, Value> {
    return noFields;
  }

  /** What `%v` and its relatives show where there is no `String` method: all fields. */
  printed(): ReadonlyMap<string, Value> {
    return this.fields();
  }

  /** The methods that templates may call, by name. */
  method(name: string): GoMethod | undefined;
  method(): GoMethod | undefined {
    return undefined;
  }

  /** The text of the `String` method, or undefined where the type has none. */
  text(): string | undefined {
    return undefined;
  }

  /** Go's `==` on two values of this type. */
  equals(other: GoObject): boolean {
    return this === other;
  }

  /** The text of `encoding/json`, or undefined where the type has no `MarshalJSON`. */
  json(): string | undefined {
    return undefined;
  }
}

const noFields: ReadonlyMap<string, Value> = new Map();

/** An `int`. */
export function goInt(value: bigint | number): GoInt {
  return new GoInt(intType, BigInt.asIntN(64, BigInt(value)));
}

/** An `int64`, wrapped to 64 bits. */
export function goInt64(value: bigint): GoInt {
  return new GoInt(int64Type, BigInt.asIntN(64, value));
}

/** A `[]interface {}`. */
export function goList(items: readonly Value[]): GoSlice {
  return new GoSlice(anySliceType, items);
}

/** A `[]string` of byte strings. */
export function goStrings(items: readonly string[]): GoSlice {
  return new GoSlice(stringSliceType, items);
}

/** A `map[string]interface {}`. */
export function goDict(entries: Iterable<readonly [string, Value]> = []): GoMap {
  return new GoMap(dictType, new Map(entries));
}

/** A `map[string]string` of byte strings. */
export function goStringMap(entries: Iterable<readonly [string, string]>): GoMap {
  return new GoMap(stringMapType, new Map(entries));
}

/** The zero value of a type. */
export function zeroOf(type: GoType): Value {
  switch (type.kind) {
    case 'bool':
      return false;
    case 'string':
      return '';
    case 'float64':
      return 0;
    case 'complex128':
      return new GoComplex(0, 0);
    case 'int':
    case 'int32':
    case 'int64':
    case 'uint8':
    case 'uint32':
    case 'uint64':
      return new GoInt(type, 0n);
    case 'map':
      return new GoMap(type, new Map(), true);
    case 'slice':
      return new GoSlice(type, [], true);
    case 'interface':
    case 'ptr':
    case 'struct':
      return null;
  }
}

/** True for maps and slices whose elements have the type `interface {}`. */
export function holdsAny(container: GoMap | GoSlice): boolean {
  return container.type.elem === anyType;
}

/** True for strings and the slices and maps of strings. */
export function holdsStrings(container: GoMap | GoSlice): boolean {
  return container.type.elem === stringType;
}
