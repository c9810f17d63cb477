import type { ByteText } from '../byte-text.ts';
import { type ElementStep, splitAtPipe } from './path-element.ts';
import { satisfies } from './query.ts';
import type { Search } from './search.ts';
import { type JsonValue, placedIn, placeOf, rawText } from './value.ts';

/** Puts the elements of one array to a query, one after another. */
export class QueryRun {
  readonly #search: Search;
  readonly #step: ElementStep & { kind: 'query' };
  readonly #matches: ByteText[] = [];
  readonly #places: number[] = [];
  #rest: ByteText | undefined;

  constructor(search: Search, step: ElementStep & { kind: 'query' }) {
    this.#search = search;
    this.#step = step;
    this.#rest = step.next.kind === 'dot' ? step.next.path : undefined;
  }

  /** Takes an element in. Answers true when the search is over, which is at the first match unless all are wanted. */
  take(element: JsonValue): boolean {
    const { query, all } = this.#step;
    const subject = this.#subject(element);
    if (!subject || !satisfies(query, subject, this.#search.budget)) return false;
    const result = this.#continue(element);
    if (!all) {
      this.#search.value = result;
      return true;
    }
    if (rawText(result) === '') return false;
    this.#matches.push(rawText(result));
    this.#places.push(placeOf(result));
    return false;
  }

  /** All matches as an array. */
  collected(): JsonValue {
    return { kind: 'json', raw: `[${this.#matches.join(',')}]`, each: this.#places };
  }

  /** What the condition is about: the element, or what the query's path leads to in it. A scalar holds no path. */
  #subject(element: JsonValue): JsonValue | undefined {
    const { path } = this.#step.query;
    if (element.kind === 'json') return this.#search.lookup(element.raw, path);
    return path === '' ? element : undefined;
  }

  /** The rest of the path, taken in a matching element. */
  #continue(element: JsonValue): JsonValue {
    if (this.#rest === undefined) return element;
    this.#search.budget.charge(this.#rest.length);
    const split = splitAtPipe(this.#rest);
    if (split) {
      this.#rest = split.left;
      this.#search.pipe = split.right;
    }
    return placedIn(element, this.#search.lookup(rawText(element), this.#rest));
  }
}
