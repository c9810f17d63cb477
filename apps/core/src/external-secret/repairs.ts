/** Who writes which target. */
export interface TargetSharers {
  /** Keys of the ExternalSecrets that write the target with this key; both keys are `namespace/name`. */
  readonly sharers: (targetKey: string) => readonly string[];
}

/**
 * Which ExternalSecrets still have to mend a target that they share. The first of them that comes along writes its own keys and a
 * hash that is right again, and the target looks whole to the others, whose keys may be missing from it.
 */
export class Repairs {
  readonly #sharers: TargetSharers['sharers'];
  /** By ExternalSecret; a number for each damage, so that the mending of one does not count for a later one. */
  readonly #damaged = new Map<string, number>();
  #last = 0;

  constructor({ sharers }: TargetSharers) {
    this.#sharers = sharers;
  }

  /**
   * A target is not as it was written. Nothing is remembered of one that has a single writer: there it shows by itself.
   * @param mender the ExternalSecret that found it so and is about to mend it
   */
  damaged(targetKey: string, mender?: string): void {
    const sharers = this.#sharers(targetKey);
    if (sharers.length < 2) return;
    this.#last++;
    for (const key of sharers) if (key !== mender) this.#damaged.set(key, this.#last);
  }

  /** The damage that an ExternalSecret has not mended yet; undefined when there is none. */
  pending(key: string): number | undefined {
    return this.#damaged.get(key);
  }

  /** An ExternalSecret has written its keys since it saw that damage. */
  mended(key: string, damage: number | undefined): void {
    if (damage !== undefined && this.#damaged.get(key) === damage) this.#damaged.delete(key);
  }

  /** An ExternalSecret is gone. */
  forget(key: string): void {
    this.#damaged.delete(key);
  }

  /** How many are remembered. */
  get size(): number {
    return this.#damaged.size;
  }
}
