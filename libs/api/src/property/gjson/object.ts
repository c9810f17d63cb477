import type { ByteText } from '../byte-text.ts';
import { unescapeJson } from '../unescape.ts';
import { type KeyStep, parseKeyStep } from './path-key.ts';
import { isOpening, stringEnd } from './scan.ts';
import { FOUND, type Search } from './search.ts';
import { readValue, valueStart } from './value.ts';
import { wildcardMatch } from './wildcard.ts';

/**
 * Looks for `path` in the object whose members begin at `start`.
 * @returns the index behind the object, or FOUND.
 */
export function searchObject(search: Search, start: number, path: ByteText): number {
  const { json, budget } = search;
  budget.charge(path.length);
  const step = parseKeyStep(path);
  if (step.next.kind === 'pipe') search.pipe = step.next.path;
  let i = start;
  while (i < json.length) {
    budget.value();
    const key = nextKey(json, i);
    if (key.kind === 'end') return key.end;
    const matches = keyMatches(search, key.inner, step);
    const at = valueStart(json, key.end);
    if (at >= json.length) break;
    if (matches && step.next.kind === 'dot' && isOpening(json[at])) {
      i = search.descend(at, step.next.path);
      if (i === FOUND) return FOUND;
      continue;
    }
    const read = readValue(json, at);
    if (!read) break;
    if (matches && step.next.kind !== 'dot') {
      search.value = read.value;
      return FOUND;
    }
    i = read.end;
  }
  return json.length;
}

type Key =
  | { readonly kind: 'key'; readonly inner: ByteText; readonly end: number }
  | { readonly kind: 'end'; readonly end: number };

/** The next key, without its quotes, or the end of the object; anything else in between is passed over. */
function nextKey(json: ByteText, from: number): Key {
  for (let i = from; i < json.length; i++) {
    if (json[i] === '}') return { kind: 'end', end: i + 1 };
    if (json[i] !== '"') continue;
    const end = stringEnd(json, i);
    return end < 0 ? { kind: 'end', end: json.length } : { kind: 'key', inner: json.slice(i + 1, end - 1), end };
  }
  return { kind: 'end', end: json.length };
}

function keyMatches(search: Search, inner: ByteText, step: KeyStep): boolean {
  const key = unescapeJson(inner);
  return step.wild ? wildcardMatch(key, step.key, search.budget) : key === step.key;
}
