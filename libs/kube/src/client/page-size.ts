/** Objects that the first page asks for, when nothing is known of their size. */
const FIRST = 50;

/** The bounds of a page. */
export interface PageSizeOptions {
  /** Objects per page at most. */
  limit: number;
  /** Bytes per page that are aimed at. */
  pageBytes: number;
}

/** How many objects the next page asks for: as many as are worth `pageBytes`, by the mean of the page before. */
export class PageSize {
  readonly #options: PageSizeOptions;
  #next: number;

  constructor(options: PageSizeOptions) {
    this.#options = options;
    this.#next = Math.min(FIRST, options.limit);
  }

  get next(): number {
    return this.#next;
  }

  /** Learns from a page that was read. */
  observe(objects: number, bytes: number): void {
    if (objects === 0 || bytes === 0) return;
    const { limit, pageBytes } = this.#options;
    this.#next = Math.min(Math.max(Math.floor((pageBytes * objects) / bytes), 1), limit);
  }
}
