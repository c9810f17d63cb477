/** Damage to a target, until everybody who writes it has mended it; a later one is another one. */
export interface Damage {
  readonly target: string;
  /** Keys of the ExternalSecrets that have written theirs since. */
  readonly mended: Set<string>;
}

/**
 * Which ExternalSecrets still have to mend a target that they share. The first of them that comes along writes its own keys and a
 * hash that is right again, and the target looks whole to the others, whose keys may be missing from it.
 */
export class Repairs {
  readonly #writers: (target: string) => number;
  /** By target. Nothing stands here of one that has a single writer: there it shows by itself. */
  readonly #damages = new Map<string, Damage>();

  /** @param options.writers how many ExternalSecrets write a target */
  constructor({ writers }: { readonly writers: (target: string) => number }) {
    this.#writers = writers;
  }

  /** A target is not as it was written. @returns undefined where it is not shared */
  damaged(target: string): Damage | undefined {
    if (this.#writers(target) < 2) return undefined;
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
    if (damage.mended.size >= this.#writers(damage.target)) this.#forget(damage);
  }

  /** An ExternalSecret does not write that target any more. */
  left(target: string): void {
    const damage = this.#damages.get(target);
    if (damage && this.#writers(target) < 2) this.#forget(damage);
  }

  /** How many targets are damaged. */
  get size(): number {
    return this.#damages.size;
  }

  #forget(damage: Damage): void {
    if (this.#damages.get(damage.target) === damage) this.#damages.delete(damage.target);
  }
}
