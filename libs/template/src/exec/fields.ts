import { plainError } from '../value/go-error.ts';
import { quote } from '../strconv/quote.ts';
import { authored, shown } from '../value/public-text.ts';
import { stringType } from '../value/types.ts';
import type { GoMethod } from '../value/values.ts';
import { GoInt, GoMap, GoObject } from '../value/values.ts';
import type { Reflected } from './reflected.ts';
import { element, staticType, unboxed } from './reflected.ts';

/** What `.name` is: a value, or a method to be called. */
export type Field =
  { readonly kind: 'value'; readonly value: Reflected } | { readonly kind: 'method'; readonly method: GoMethod };

/** How a field is looked up. */
export interface FieldOptions {
  /** Arguments follow the field, which only methods take. */
  readonly hasArguments: boolean;
  /** A missing key is an error. */
  readonly failOnMissing: boolean;
}

function methodOf(receiver: Reflected, name: string): GoMethod | undefined {
  const value = unboxed(receiver);
  if (value instanceof GoObject) return value.method(name);
  if (!(value instanceof GoInt)) return undefined;
  const { type } = value;
  const { text } = type;
  if (name === 'String' && text !== undefined) return { params: [], result: stringType, call: () => text(value.value) };
  return type.method?.(value.value, name);
}

function mapEntry(map: GoMap, name: string, options: FieldOptions): Reflected {
  if (options.hasArguments) throw plainError(shown`${authored(name)} is not a method but has arguments`);
  const value = map.entries.get(name);
  if (value !== undefined) return element(map, value);
  if (options.failOnMissing) throw plainError(shown`map has no entry for key ${authored(quote(name))}`);
  return undefined;
}

/** The field, method or map entry `name` of a value. Throws a `GoError` with Go's reason. */
export function readField(receiver: Reflected, name: string, options: FieldOptions): Field {
  if (receiver === undefined) {
    if (options.failOnMissing) throw plainError(shown`nil data; no entry for key ${authored(quote(name))}`);
    return { kind: 'value', value: undefined };
  }
  const type = staticType(receiver);
  if (receiver === null) throw plainError(shown`nil pointer evaluating ${type}.${authored(name)}`);
  const method = methodOf(receiver, name);
  if (method !== undefined) return { kind: 'method', method };
  const value = unboxed(receiver);
  if (value instanceof GoMap) return { kind: 'value', value: mapEntry(value, name, options) };
  const field = value instanceof GoObject ? value.fields().get(name) : undefined;
  if (field === undefined) throw plainError(shown`can't evaluate field ${authored(name)} in type ${type}`);
  if (options.hasArguments) throw plainError(shown`${authored(name)} has arguments but cannot be invoked as function`);
  return { kind: 'value', value: field };
}
