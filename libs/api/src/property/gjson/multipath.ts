import type { ByteText } from '../byte-text.ts';
import { quoteJson } from '../quote.ts';
import { isValidJson } from '../strict-json.ts';
import { type Budget, WORKED_ON } from './budget.ts';
import type { Applied, Lookup } from './search.ts';
import { type JsonValue, placeless } from './value.ts';

/** One path of a multipath, with the name it was given. */
interface Selector {
  readonly name: ByteText;
  readonly path: ByteText;
}

/** Builds the object `{a,"name":b}` or the array `[a,b]` that `path` starts with, and goes on with what is behind it. */
export function applyMultipath(json: ByteText, path: ByteText, budget: Budget, lookup: Lookup): Applied {
  budget.charge(path.length, WORKED_ON);
  const parsed = parseSelectors(path);
  // gjson forgets a multipath that is never closed and looks up an empty key; one with text right behind it, that text.
  if (!parsed) return { kind: 'path', path: '' };
  const { selectors, rest } = parsed;
  if (rest !== '' && !rest.startsWith('|') && !rest.startsWith('.')) return { kind: 'path', path: rest };
  const raw = build(path.startsWith('{'), selectors, (selected) => lookup(json, selected, budget));
  budget.charge(raw.length, WORKED_ON);
  return { kind: 'done', value: rest === '' ? { kind: 'json', raw } : placeless(lookup(raw, rest.slice(1), budget)) };
}

function build(object: boolean, selectors: readonly Selector[], find: (path: ByteText) => JsonValue): ByteText {
  const members: ByteText[] = [];
  for (const { name, path } of selectors) {
    const value = find(path);
    if (value.kind === 'missing') continue;
    members.push(object ? `${memberName(name, path)}:${value.raw}` : value.raw);
  }
  return object ? `{${members.join(',')}}` : `[${members.join(',')}]`;
}

/** The name that was given, else the last key of the path, else `_`. */
function memberName(name: ByteText, path: ByteText): ByteText {
  if (name !== '') return name.startsWith('"') && isValidJson(name) ? name : quoteJson(name, true);
  const last = lastComponent(path);
  return quoteJson(isSimpleName(last) ? last : '_', true);
}

function lastComponent(path: ByteText): ByteText {
  for (let i = path.length - 1; i >= 0; i--) {
    if ((path[i] === '.' || path[i] === '|') && (i === 0 || path[i - 1] !== '\\')) return path.slice(i + 1);
  }
  return path;
}

function isSimpleName(component: ByteText): boolean {
  for (const c of component) if (c < ' ' || '[]{}()#|!'.includes(c)) return false;
  return true;
}

/** Splits a multipath at its commas, and each part at its colon; undefined when it is never closed. */
function parseSelectors(path: ByteText): { selectors: Selector[]; rest: ByteText } | undefined {
  const selectors: Selector[] = [];
  let depth = 1;
  let start = 1;
  let colon = 0;
  let inModifier = false;
  const push = (end: number): void => {
    const name = colon === 0 ? '' : path.slice(start, colon);
    selectors.push({ name, path: path.slice(colon === 0 ? start : colon + 1, end) });
    start = end + 1;
    colon = 0;
    inModifier = false;
  };
  for (let i = 1; i < path.length; i++) {
    switch (path.charAt(i)) {
      case '\\':
        i++;
        break;
      case '@':
        inModifier ||= path[i - 1] === '.' || path[i - 1] === '|';
        break;
      case ':':
        if (!inModifier && colon === 0 && depth === 1) colon = i;
        break;
      case ',':
        if (depth === 1) push(i);
        break;
      case '"':
        for (i++; i < path.length && path[i] !== '"'; i++) if (path[i] === '\\') i++;
        break;
      case '[':
      case '(':
      case '{':
        depth++;
        break;
      case ']':
      case ')':
      case '}':
        if (--depth > 0) break;
        push(i);
        return { selectors, rest: path.slice(i + 1) };
    }
  }
  return undefined;
}
