import { GoError, plainError } from '../value/go-error.ts';
import { constant } from '../value/public-text.ts';

/** The texts of Go's run-time panics, which text/template turns into errors of the call. */

/** What follows the use of nil where a value is needed. */
export function nilDereference(): GoError {
  return plainError('runtime error: invalid memory address or nil pointer dereference');
}

/** `s[low:high]` out of range on a string of the length. */
export function sliceBounds(low: number | undefined, high: number | undefined, length: number): GoError | undefined {
  // The bounds may be values.
  const outOfRange = (what: string): GoError => {
    const problem = constant('runtime error: slice bounds out of range');
    return new GoError(`${problem} ${what}`, problem);
  };
  if (high !== undefined && high < 0) return outOfRange(`[:${high}]`);
  if (high !== undefined && high > length) return outOfRange(`[:${high}] with length ${length}`);
  const start = low ?? 0;
  if (high === undefined && start > length) return outOfRange(`[${start}:${length}]`);
  if (start < 0) return outOfRange(`[${start}:]`);
  return high !== undefined && start > high ? outOfRange(`[${start}:${high}]`) : undefined;
}

/** Division of integers by zero. */
export function divideByZero(): GoError {
  return plainError('runtime error: integer divide by zero');
}

/** `make` of a slice with a length that is negative or too large. */
export function makeSliceLength(): GoError {
  return plainError('runtime error: makeslice: len out of range');
}
