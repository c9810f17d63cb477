/** Damage to a target, until everybody who writes it has mended it; a later one is another one. */
export interface Damage {
  readonly target: string;
  /** Keys of the ExternalSecrets that have written theirs since. */
  readonly mended: Set<string>;
}

/** Who writes a target. */
export interface RepairsOptions {
  /** How many ExternalSecrets do, at the same cost however many they are. */
  readonly countWriters: (target: string) => number;
  /** Their keys. */
  readonly writers: (target: string) => readonly string[];
}

/**
 * Which ExternalSecrets still have to mend a target that they share. The first of them that comes along writes its own keys and a
 * hash that is right again, and the target looks whole to the others, whose keys may be missing from it.
 */
export class Repairs {
  readonly #options: RepairsOptions;
  /** By target. Nothing stands here of one that has a single writer: there it shows by itself. */
  readonly #damages = new Map<string, Damage>();

  constructor(options: RepairsOptions) {
    this.#options = options;
  }

  /** A target is not as it was written. @returns undefined where it is not shared */
  damaged(target: string): Damage | undefined {
    if (!this.isShared(target)) return undefined;
    const damage: Damage = { target, mended: new Set() };
    this.#damages.set(target, damage);
    return damage;
  }

  /** The damage to its target that an ExternalSecret has not mended yet; undefined when there is none. */
  pending(key: string, target: string): Damage | undefined {
    const damage = this.#damages.get(target);
    return damage?.mended.has(key) === false ? damage : undefined;
  }

  /** An ExternalSecret has written its keys since it saw that damage. */
  mended(key: string, damage: Damage | undefined): void {
    if (!damage) return;
    damage.mended.add(key);
    this.#forgetIfOver(damage);
  }

  /** The ExternalSecret with this key does not write that target any more. */
  left(key: string, target: string): void {
    const damage = this.#damages.get(target);
    if (!damage) return;
    damage.mended.delete(key);
    this.#forgetIfOver(damage);
  }

  /** Whether several ExternalSecrets write a target. */
  isShared(target: string): boolean {
    return this.#options.countWriters(target) >= 2;
  }

  /** How many targets are damaged. */
  get size(): number {
    return this.#damages.size;
  }

  #forgetIfOver(damage: Damage): void {
    const { target, mended } = damage;
    if (this.#damages.get(target) !== damage) return;
    const count = this.#options.countWriters(target);
    // Whoever leaves in the middle of a pass is among those who mended: the number alone does not say that nobody is missing.
    if (count < 2 || (mended.size >= count && this.#options.writers(target).every((key) => mended.has(key))))
      this.#damages.delete(target);
  }
}
