/** The types that templates meet, and what is asked of types. */
import type { GoMap, GoSlice, GoType, Kind } from './values.ts';

function basic(kind: Kind): GoType {
  return { name: kind, kind };
}

/** A slice type with elements of `elem`. */
export function sliceOf(elem: GoType): GoType {
  return { name: `[]${elem.name}`, kind: 'slice', elem };
}

/** A map type from string to `elem`; no other key type occurs in templates. */
function mapOf(elem: GoType): GoType {
  return { name: `map[string]${elem.name}`, kind: 'map', elem };
}

/** Go's `bool`. */
export const boolType = basic('bool');
/** Go's `string`. */
export const stringType = basic('string');
/** Go's `int`. */
export const intType = basic('int');
/** Go's `int64`. */
export const int64Type = basic('int64');
/** Go's `uint8`. */
export const uint8Type = basic('uint8');
/** Go's `uint32`. */
export const uint32Type = basic('uint32');
/** Go's `uint64`. */
export const uint64Type = basic('uint64');
/** Go's `float64`. */
export const float64Type = basic('float64');
/** Go's `complex128`. */
export const complexType = basic('complex128');
/** Go's `interface {}`. */
export const anyType: GoType = { name: 'interface {}', kind: 'interface' };

/** Go's `[]interface {}`. */
export const anySliceType = sliceOf(anyType);
/** Go's `[][]interface {}`. */
export const anySliceSliceType = sliceOf(anySliceType);
/** Go's `[]string`. */
export const stringSliceType = sliceOf(stringType);
/** Go's `[]int`. */
export const intSliceType = sliceOf(intType);
/** Go's `[]float64`. */
export const float64SliceType = sliceOf(float64Type);
/** Go's `[]uint8`. */
export const byteSliceType = sliceOf(uint8Type);
/** What functions of the dictionary group take and give. */
export const dictType = mapOf(anyType);
/** The type of the data root, and of what `split` gives. */
export const stringMapType = mapOf(stringType);

/** True where nil is a value of the type. */
export function canBeNil(type: GoType): boolean {
  return type.kind === 'interface' || type.kind === 'map' || type.kind === 'ptr' || type.kind === 'slice';
}

/** True for maps and slices whose elements have the type `interface {}`. */
export function holdsAny(container: GoMap | GoSlice): boolean {
  return container.type.elem === anyType;
}

/** True for strings and the slices and maps of strings. */
export function holdsStrings(container: GoMap | GoSlice): boolean {
  return container.type.elem === stringType;
}
