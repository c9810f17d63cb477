import type { ByteText } from '../byte-text.ts';
import type { Budget } from './budget.ts';
import { searchArray } from './array.ts';
import { applyLiteral, applyModifier } from './apply.ts';
import { applyMultipath } from './multipath.ts';
import { searchObject } from './object.ts';
import { type JsonValue, MISSING, parseDocument, placeless, rawText } from './value.ts';

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
}

/** The value that `path` leads to in `json`. */
export function lookup(json: ByteText, path: ByteText, budget: Budget): JsonValue {
  budget.charge(json.length + path.length);
  return budget.deeper(() => {
    const applied = applyPrefix(json, path, budget);
    return applied.kind === 'done' ? applied.value : search(json, applied.path, budget);
  });
}

/** A path that does not begin with a key: its value, or what is left to be looked up as a key. */
export type Applied =
  { readonly kind: 'done'; readonly value: JsonValue } | { readonly kind: 'path'; readonly path: ByteText };

function applyPrefix(json: ByteText, path: ByteText, budget: Budget): Applied {
  if (path.length < 2) return { kind: 'path', path };
  switch (path.charAt(0)) {
    case '@':
      return continued(applyModifier(json, path, budget), path, budget);
    case '!':
      return continued(applyLiteral(path), path, budget);
    case '[':
    case '{':
      return applyMultipath(json, path, budget);
    default:
      return { kind: 'path', path };
  }
}

/** A document that a modifier or literal made, and the path behind it. */
export interface Produced {
  readonly json: ByteText;
  readonly rest: ByteText;
}

function continued(produced: Produced | undefined, path: ByteText, budget: Budget): Applied {
  if (!produced) return { kind: 'path', path };
  const { json, rest } = produced;
  const more = rest.startsWith('|') || rest.startsWith('.');
  return { kind: 'done', value: more ? placeless(lookup(json, rest.slice(1), budget)) : parseDocument(json) };
}

/** Walks the first object or array of the document; `..` walks the whole of it as an array of JSON lines. */
function search(json: ByteText, path: ByteText, budget: Budget): JsonValue {
  const state: Search = { json, budget, value: MISSING, pipe: undefined };
  if (path.startsWith('..')) {
    searchArray(state, 0, path.slice(2));
  } else {
    const open = json.search(/[{[]/);
    if (json[open] === '{') searchObject(state, open + 1, path);
    if (json[open] === '[') searchArray(state, open + 1, path);
  }
  return state.pipe === undefined ? state.value : placeless(lookup(rawText(state.value), state.pipe, budget));
}
