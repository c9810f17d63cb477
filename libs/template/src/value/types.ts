import type { GoMethod } from './values.ts';

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

/** One Go type. Types are compared by identity: each is made once, by this module or by the module that owns it. */
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

export const boolType = basic('bool');
export const stringType = basic('string');
export const intType = basic('int');
export const int64Type = basic('int64');
export const uint8Type = basic('uint8');
export const uint32Type = basic('uint32');
export const uint64Type = basic('uint64');
export const float64Type = basic('float64');
export const complexType = basic('complex128');
export const anyType: GoType = { name: 'interface {}', kind: 'interface' };

export const anySliceType = sliceOf(anyType);
export const anySliceSliceType = sliceOf(anySliceType);
export const stringSliceType = sliceOf(stringType);
export const intSliceType = sliceOf(intType);
export const float64SliceType = sliceOf(float64Type);
export const byteSliceType = sliceOf(uint8Type);
/** What functions of the dictionary group take and give. */
export const dictType = mapOf(anyType);
/** The type of the data root, and of what `split` gives. */
export const stringMapType = mapOf(stringType);

/** True where nil is a value of the type. */
export function canBeNil(type: GoType): boolean {
  return type.kind === 'interface' || type.kind === 'map' || type.kind === 'ptr' || type.kind === 'slice';
}
