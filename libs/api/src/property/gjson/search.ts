/** What the parts of a lookup share. They call each other in circles, so they know each other by these types only. */
import type { ByteText } from '../byte-text.ts';
import type { Budget } from './budget.ts';
import type { JsonValue } from './value.ts';

/** The value that `path` leads to in `json`. */
export type Lookup = (json: ByteText, path: ByteText, budget: Budget) => JsonValue;

/** What a search answers instead of the index to go on at once it has found the value. */
export const FOUND = -1;

/** A walk over one document for one path. */
export interface Search {
  readonly json: ByteText;
  readonly budget: Budget;
  /** What was found, or collected, so far. */
  value: JsonValue;
  /** What is to be applied to the value when the walk is over. */
  pipe: ByteText | undefined;
  /** The value that a path leads to in another document, on the same budget. */
  lookup(json: ByteText, path: ByteText): JsonValue;
  /** Looks for `path` in the object or array that opens at `at`: the index behind it, or FOUND. */
  descend(at: number, path: ByteText): number;
}

/** A path that does not begin with a key: its value, or what is left to be looked up as a key. */
export type Applied =
  { readonly kind: 'done'; readonly value: JsonValue } | { readonly kind: 'path'; readonly path: ByteText };

/** A document that a modifier or literal made, and the path behind it. */
export interface Produced {
  readonly json: ByteText;
  readonly rest: ByteText;
}
