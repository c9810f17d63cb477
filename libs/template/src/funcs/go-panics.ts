import { plainError } from '../value/go-error.ts';
import type { GoError } from '../value/go-error.ts';

/** The texts of Go's run-time panics, which text/template turns into errors of the call. */

/** What follows the use of nil where a value is needed. */
export function nilDereference(): GoError {
  return plainError('runtime error: invalid memory address or nil pointer dereference');
}

/** `s[low:high]` out of range on a string of the length. */
export function sliceBounds(low: number | undefined, high: number | undefined, length: number): GoError | undefined {
  if (high !== undefined && high < 0) return plainError(`runtime error: slice bounds out of range [:${high}]`);
  if (high !== undefined && high > length) {
    return plainError(`runtime error: slice bounds out of range [:${high}] with length ${length}`);
  }
  const start = low ?? 0;
  if (high === undefined && start > length) {
    return plainError(`runtime error: slice bounds out of range [${start}:${length}]`);
  }
  if (start < 0) return plainError(`runtime error: slice bounds out of range [${start}:]`);
  if (high !== undefined && start > high) {
    return plainError(`runtime error: slice bounds out of range [${start}:${high}]`);
  }
  return undefined;
}

/** Division of integers by zero. */
export function divideByZero(): GoError {
  return plainError('runtime error: integer divide by zero');
}

/** `make` of a slice with a length that is negative or too large. */
export function makeSliceLength(): GoError {
  return plainError('runtime error: makeslice: len out of range');
}
