import type { ByteText } from '../byte-text.ts';
import { END, type Next, nextAfter } from './path-key.ts';
import { OPEN_QUERY, parseQuery, type Query } from './query.ts';
import { balanced } from './scan.ts';

/** A path step taken on an array. */
export type ElementStep =
  /** One element by number; -1 when the step is no number (or one past any array), so that nothing matches. */
  | { readonly kind: 'index'; readonly index: number; readonly next: Next }
  /** `#`: how many elements there are. */
  | { readonly kind: 'count'; readonly next: Next }
  /** `#.path`: the path in each element. */
  | { readonly kind: 'each'; readonly path: ByteText }
  /** `#(…)` the first element that matches, `#(…)#` all of them. */
  | { readonly kind: 'query'; readonly query: Query; readonly all: boolean; readonly next: Next }
  /** Holds a `#` where it means nothing. */
  | { readonly kind: 'nothing'; readonly next: Next };

/** Reads the first step of a path as one on an array. Backslashes mean nothing here. */
export function parseElementStep(path: ByteText): ElementStep {
  if (path.startsWith('#.')) return { kind: 'each', path: path.slice(2) };
  const query = path.startsWith('#(') || path.startsWith('#[') ? parseQueryStep(path) : undefined;
  if (query) return query;
  const separator = path.search(/[.|]/);
  const part = separator < 0 ? path : path.slice(0, separator);
  if (part.includes('#')) {
    return { kind: part === '#' ? 'count' : 'nothing', next: plainNext(path, separator) };
  }
  const next = separator < 0 ? END : nextAfter(path, separator);
  return { kind: 'index', index: /^[0-9]{1,15}$/.test(part) ? Number(part) : -1, next };
}

function parseQueryStep(path: ByteText): ElementStep {
  const parsed = parseQuery(path);
  if (!parsed) return { kind: 'query', query: OPEN_QUERY, all: false, next: END };
  const behind = path.slice(parsed.end).search(/[.|]/);
  const all = path[parsed.end] === '#';
  return { kind: 'query', query: parsed.query, all, next: plainNext(path, behind < 0 ? -1 : parsed.end + behind) };
}

/** Behind a `#` step a dot never acts as a pipe: what follows is applied to each element. */
function plainNext(path: ByteText, separator: number): Next {
  if (separator < 0) return END;
  return { kind: path[separator] === '|' ? 'pipe' : 'dot', path: path.slice(separator + 1) };
}

/**
 * Splits a path that is applied to each element at the pipe that ends it; what is behind the pipe is applied to the collected
 * result. Undefined when there is none.
 */
export function splitAtPipe(path: ByteText): { left: ByteText; right: ByteText } | undefined {
  if (!path.includes('|')) return undefined;
  if (path.startsWith('{')) return splitBehindMultipath(path);
  for (let i = 0; i < path.length; i++) {
    const c = path[i];
    if (c === '|') return { left: path.slice(0, i), right: path.slice(i + 1) };
    if (c === '\\') i++;
    if (c !== '.') continue;
    if (i === path.length - 1) return undefined;
    if (path[i + 1] === '#') i = skipQuery(path, i + 2);
  }
  return undefined;
}

function splitBehindMultipath(path: ByteText): { left: ByteText; right: ByteText } | undefined {
  const end = balanced(path, 1).length + 1;
  return path[end] === '|' ? { left: path.slice(0, end), right: path.slice(end + 1) } : undefined;
}

/** Index of the bracket that closes a query opened at `open`, or `open` itself when there is no query. */
function skipQuery(path: ByteText, open: number): number {
  const [start, end] = path[open] === '[' ? ['[', ']'] : ['(', ')'];
  if (path[open] !== start) return open;
  let depth = 1;
  let i = open + 1;
  for (; i < path.length; i++) {
    const c = path[i];
    if (c === '\\') {
      i++;
    } else if (c === start) {
      depth++;
    } else if (c === end) {
      if (--depth === 0) break;
    } else if (c === '"') {
      for (i++; i < path.length && path[i] !== '"'; i++) if (path[i] === '\\') i++;
    }
  }
  return i;
}
