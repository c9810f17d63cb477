import { isTrue } from '../value/reflect.ts';
import type { Value } from '../value/values.ts';

/** Sprig's `empty`: the opposite of text/template's truth. */
export function isEmpty(value: Value): boolean {
  return !isTrue(value);
}
