/** Go's types and values as templates meet them. In one file: a type has methods, which take values, which have types. */

/** The kinds of Go values a template can meet, by the names that Go's reflection prints. */
export type Kind =
  | 'bool'
  | 'int'
  | 'int32'
  | 'int64'
  | 'uint8'
  | 'uint32'
  | 'uint64'
  | 'float64'
  | 'complex128'
  | 'interface'
  | 'map'
  | 'ptr'
  | 'slice'
  | 'string'
  | 'struct';

/** One Go type. Types are compared by identity: each is made once, in types.ts or by the module that owns it. */
export interface GoType {
  /** As Go prints it: `map[string]interface {}`. */
  readonly name: string;
  readonly kind: Kind;
  /** Element of a map or slice, target of a pointer. */
  readonly elem?: GoType;
  /** The `String` method of a named integer type such as `time.Duration`. */
  readonly text?: (value: bigint) => string;
  /** The methods of a named integer type that templates may call. */
  readonly method?: (value: bigint, name: string) => GoMethod | undefined;
}

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
