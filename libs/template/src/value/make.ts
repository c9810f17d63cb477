/** Makes values of the types that templates meet. */
import { anySliceType, dictType, int64Type, intType, stringMapType, stringSliceType } from './types.ts';
import { GoComplex, GoInt, GoMap, GoSlice, type GoType, type Value } from './values.ts';

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
