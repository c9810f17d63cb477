import { sourceOf } from '../parse/print-node.ts';
import type { NumberNode, Operand } from '../parse/nodes.ts';
import { plainError } from '../value/go-error.ts';
import { authored, shown } from '../value/public-text.ts';
import { typeOf } from '../value/reflect.ts';
import type { GoType } from '../value/values.ts';
import { anyType, canBeNil } from '../value/types.ts';
import { GoInt } from '../value/values.ts';
import { goInt, zeroOf } from '../value/make.ts';
import { reflectedType } from './functions.ts';
import type { Reflected } from './reflected.ts';
import { Boxed } from './reflected.ts';

/** The value as an argument of the type, or an error that says what was expected. */
export function asArgument(value: Reflected, type: GoType): Reflected {
  if (type === reflectedType) return value;
  if (value === undefined) {
    if (canBeNil(type)) return zeroOf(type);
    throw plainError(shown`invalid value; expected ${type}`);
  }
  if (type === anyType) return value instanceof Boxed ? value.value : value;
  if (value === null) throw plainError(shown`wrong type for value; expected ${type}; got ${anyType}`);
  const concrete = value instanceof Boxed ? value.value : value;
  if (typeOf(concrete) !== type) {
    throw plainError(shown`wrong type for value; expected ${type}; got ${typeOf(concrete)}`);
  }
  return concrete;
}

/** `nil` as an argument of the type. */
export function nilArgument(type: GoType): Reflected {
  if (type === reflectedType) return undefined;
  if (!canBeNil(type)) throw plainError(shown`cannot assign nil to ${type}`);
  return zeroOf(type);
}

const expected: Partial<Record<GoType['kind'], string>> = {
  bool: 'bool',
  complex128: 'complex',
  float64: 'float',
  int: 'integer',
  int32: 'integer',
  int64: 'integer',
  string: 'string',
  uint8: 'unsigned integer',
  uint32: 'unsigned integer',
  uint64: 'unsigned integer',
};

function literalOf(node: Operand, type: GoType): Reflected {
  switch (type.kind) {
    case 'bool':
      return node.kind === 'bool' ? node.value : undefined;
    case 'string':
      return node.kind === 'string' ? node.text : undefined;
    case 'float64':
      return node.kind === 'number' ? node.float : undefined;
    case 'complex128':
      return node.kind === 'number' ? node.complex : undefined;
    case 'int':
    case 'int32':
    case 'int64':
      return node.kind === 'number' && node.int !== undefined ? new GoInt(type, node.int) : undefined;
    case 'uint8':
    case 'uint32':
    case 'uint64':
      return node.kind === 'number' && node.uint !== undefined ? new GoInt(type, node.uint) : undefined;
    default:
      return undefined;
  }
}

/** A literal as an argument of a type that is neither `interface {}` nor `reflect.Value`. */
export function literalArgument(node: Operand, type: GoType): Reflected {
  const what = expected[type.kind];
  if (what === undefined) throw plainError(shown`can't handle ${sourceOf(node)} for arg of type ${type}`);
  const value = literalOf(node, type);
  if (value === undefined) throw plainError(shown`expected ${authored(what)}; found ${sourceOf(node)}`);
  return value;
}

/** A constant where no type is asked for: its spelling decides, as in Go. */
export function idealConstant(node: NumberNode): Reflected {
  if (node.complex !== undefined) return node.complex;
  const { text } = node;
  const isHexInt = /^0[xX]./.test(text) && !/[pP]/.test(text);
  if (node.float !== undefined && !isHexInt && !text.startsWith("'") && /[.eEpP]/.test(text)) return node.float;
  if (node.int !== undefined) return goInt(node.int);
  if (node.uint !== undefined) throw plainError(shown`${authored(text)} overflows int`);
  return undefined;
}
