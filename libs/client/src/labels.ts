/** Most different values of one metric label; further ones share {@link OTHER_LABEL}. */
export const MAX_LABEL_VALUES = 256;

/** The value that stands for those beyond {@link MAX_LABEL_VALUES}. */
export const OTHER_LABEL = 'other';

/** Keeps a label that users influence from growing without end: one value for each endpoint, up to a limit. */
export class BoundedLabel {
  readonly #known = new Set<string>();

  /** The label for a value. */
  of(value: string): string {
    if (this.#known.has(value)) return value;
    if (this.#known.size >= MAX_LABEL_VALUES) return OTHER_LABEL;
    this.#known.add(value);
    return value;
  }

  /** Makes the place of a value free again. */
  forget(value: string): void {
    this.#known.delete(value);
  }
}
