import type { ByteText } from '../byte-text.ts';
import { type ElementStep, parseElementStep, splitAtPipe } from './path-element.ts';
import { QueryRun } from './query-run.ts';
import { isOpening } from './scan.ts';
import { FOUND, type Search } from './search.ts';
import { type JsonValue, nextValue, placedIn, placeOf, rawText, readValue, valueStart } from './value.ts';

/**
 * Looks for `path` in the array whose elements begin at `start`. The end of the text counts as the end of the array.
 * @returns the index behind the array, or FOUND.
 */
export function searchArray(search: Search, start: number, path: ByteText): number {
  search.budget.charge(path.length);
  const step = parseElementStep(path);
  if (step.kind !== 'each' && step.next.kind === 'pipe') search.pipe = step.next.path;
  switch (step.kind) {
    case 'index':
      return searchIndex(search, start, step);
    case 'query':
      return searchQuery(search, start, step);
    case 'each':
      return searchEach(search, start, step.path);
    case 'count':
      return searchCount(search, start);
    case 'nothing':
      return skipElements(search, start, () => false).next;
  }
}

function searchIndex(search: Search, start: number, step: ElementStep & { kind: 'index' }): number {
  const { json } = search;
  let i = start;
  for (let index = 0; ; index++) {
    const at = elementStart(json, i);
    if (at >= json.length || json[at] === ']') return at + 1;
    if (index === step.index && step.next.kind === 'dot' && isOpening(json[at])) {
      i = search.descend(at, step.next.path);
      if (i === FOUND) return FOUND;
      continue;
    }
    search.budget.value();
    const read = readValue(json, at);
    if (!read) return json.length;
    if (index === step.index && step.next.kind !== 'dot') {
      search.value = read.value;
      return FOUND;
    }
    i = read.end;
  }
}

/** `#`: the number of elements. */
function searchCount(search: Search, start: number): number {
  const { count, next, closed } = skipElements(search, start, () => false);
  if (!closed) return next;
  search.value = { kind: 'number', raw: String(count) };
  return FOUND;
}

/** `#.path`: an array of what the path leads to in each element that has it. */
function searchEach(search: Search, start: number, path: ByteText): number {
  const { json } = search;
  const positions: number[] = [];
  const { next, closed } = skipElements(search, start, (_, from) => {
    positions.push(from);
    return false;
  });
  if (!closed) return next;
  const split = splitAtPipe(path);
  if (split) search.pipe = split.right;
  const found: ByteText[] = [];
  const each: number[] = [];
  for (const position of positions) {
    const element = nextValue(json, position);
    const value = element && search.lookup(rawText(element.value), split?.left ?? path);
    if (!value || value.kind === 'missing') continue;
    found.push(value.raw);
    each.push(placeOf(placedIn(element.value, value)));
  }
  search.value = { kind: 'json', raw: `[${found.join(',')}]`, each };
  return FOUND;
}

function searchQuery(search: Search, start: number, step: ElementStep & { kind: 'query' }): number {
  const run = new QueryRun(search, step);
  const { next, closed, stopped } = skipElements(search, start, (element) => run.take(element));
  if (stopped) return FOUND;
  if (closed && step.all && search.value.kind === 'missing') search.value = run.collected();
  return next;
}

/** How a pass over the elements ended. */
interface Pass {
  readonly count: number;
  /** Index to go on at. */
  readonly next: number;
  /** Whether the array came to its end, or at least the text did outside of a string. */
  readonly closed: boolean;
  /** Whether `visit` ended the pass. */
  readonly stopped: boolean;
}

/** Visits each element with the index at which the search for it began; `visit` answers true to stop. */
function skipElements(search: Search, start: number, visit: (element: JsonValue, from: number) => boolean): Pass {
  const { json } = search;
  let i = start;
  for (let count = 0; ; count++) {
    if (i > json.length) return { count, next: json.length, closed: false, stopped: false };
    const at = elementStart(json, i);
    if (at >= json.length || json[at] === ']') return { count, next: at + 1, closed: true, stopped: false };
    search.budget.value();
    const read = readValue(json, at);
    if (!read) return { count, next: json.length, closed: false, stopped: false };
    if (visit(read.value, i)) return { count, next: read.end, closed: true, stopped: true };
    i = read.end;
  }
}

/** Index of the next element or of the bracket that closes the array. */
function elementStart(json: ByteText, from: number): number {
  return valueStart(json, from, ']');
}
