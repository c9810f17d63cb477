import type { ByteText } from '../byte-text.ts';
import { applyLiteral, applyModifier } from './apply.ts';
import { searchArray } from './array.ts';
import type { Budget } from './budget.ts';
import { applyMultipath } from './multipath.ts';
import { searchObject } from './object.ts';
import type { Applied, Produced, Search } from './search.ts';
import { type JsonValue, MISSING, parseDocument, placeless, rawText } from './value.ts';

/** The value that `path` leads to in `json`. */
export function lookup(json: ByteText, path: ByteText, budget: Budget): JsonValue {
  budget.charge(json.length + path.length);
  return budget.deeper(() => {
    const applied = applyPrefix(json, path, budget);
    return applied.kind === 'done' ? applied.value : search(json, applied.path, budget);
  });
}

function applyPrefix(json: ByteText, path: ByteText, budget: Budget): Applied {
  if (path.length < 2) return { kind: 'path', path };
  switch (path.charAt(0)) {
    case '@':
      return continued(applyModifier(json, path, budget, lookup), path, budget);
    case '!':
      return continued(applyLiteral(path), path, budget);
    case '[':
    case '{':
      return applyMultipath(json, path, budget, lookup);
    default:
      return { kind: 'path', path };
  }
}

function continued(produced: Produced | undefined, path: ByteText, budget: Budget): Applied {
  if (!produced) return { kind: 'path', path };
  const { json, rest } = produced;
  const more = rest.startsWith('|') || rest.startsWith('.');
  return { kind: 'done', value: more ? placeless(lookup(json, rest.slice(1), budget)) : parseDocument(json) };
}

/** Walks the first object or array of the document; `..` walks the whole of it as an array of JSON lines. */
function search(json: ByteText, path: ByteText, budget: Budget): JsonValue {
  const walk = new Walk(json, budget);
  if (path.startsWith('..')) {
    searchArray(walk, 0, path.slice(2));
  } else {
    const open = json.search(/[{[]/);
    if (json[open] === '{') searchObject(walk, open + 1, path);
    if (json[open] === '[') searchArray(walk, open + 1, path);
  }
  return walk.pipe === undefined ? walk.value : placeless(lookup(rawText(walk.value), walk.pipe, budget));
}

class Walk implements Search {
  readonly json: ByteText;
  readonly budget: Budget;
  value: JsonValue = MISSING;
  pipe: ByteText | undefined = undefined;

  constructor(json: ByteText, budget: Budget) {
    this.json = json;
    this.budget = budget;
  }

  lookup(json: ByteText, path: ByteText): JsonValue {
    return lookup(json, path, this.budget);
  }

  descend(at: number, path: ByteText): number {
    return this.budget.deeper(() =>
      this.json[at] === '{' ? searchObject(this, at + 1, path) : searchArray(this, at + 1, path),
    );
  }
}
