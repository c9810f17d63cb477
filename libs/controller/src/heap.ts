/** Where a heap keeps an element; -1 while it is in none. Written by the heap alone. */
export interface Slotted {
  slot: number;
}

/**
 * A binary heap: the first element by `before` comes out first. Elements know their place, so that one can be taken out
 * from the middle: nothing that is no longer wanted stays in memory. An element is in one heap at a time.
 */
export class Heap<T extends Slotted> {
  readonly #items: T[] = [];
  readonly #before: (a: T, b: T) => boolean;

  constructor(before: (a: T, b: T) => boolean) {
    this.#before = before;
  }

  get size(): number {
    return this.#items.length;
  }

  peek(): T | undefined {
    return this.#items[0];
  }

  push(item: T): void {
    this.#items.push(item);
    this.#raise(item, this.#items.length - 1);
  }

  pop(): T | undefined {
    const first = this.#items[0];
    if (first) this.remove(first);
    return first;
  }

  /** Takes out `item`, which has to be in this heap. */
  remove(item: T): void {
    const at = item.slot;
    const last = this.#items.pop();
    item.slot = -1;
    if (last === undefined || last === item) return;
    this.#raise(last, at);
    this.#sink(last, last.slot);
  }

  /** Puts `item` at `at` and moves it up to its place. */
  #raise(item: T, at: number): void {
    const items = this.#items;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = items[parent] as T;
      if (!this.#before(item, above)) break;
      this.#put(above, at);
      at = parent;
    }
    this.#put(item, at);
  }

  /** Puts `item` at `at` and lets it down to its place. */
  #sink(item: T, at: number): void {
    const items = this.#items;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= items.length) break;
      const right = child + 1;
      if (right < items.length && this.#before(items[right] as T, items[child] as T)) child = right;
      const below = items[child] as T;
      if (!this.#before(below, item)) break;
      this.#put(below, at);
      at = child;
    }
    this.#put(item, at);
  }

  #put(item: T, at: number): void {
    this.#items[at] = item;
    item.slot = at;
  }
}
