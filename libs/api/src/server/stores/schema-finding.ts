import type { Fuel } from '@eso/runtime';
import type { ConfigSchema } from './inline-schema.ts';

/** Way from the config to a value in it, the innermost step first: long lists share what they have in common. */
export interface ValuePlace {
  readonly parent: ValuePlace | undefined;
  readonly step: string | number;
}

/** What a value is not, although its schema says so. */
export interface Finding {
  /** The keyword that it does not fulfil; `additionalProperties` for a field that is not known. */
  readonly keyword: string;
  /** Value of the keyword; of `required` and `additionalProperties` the name of the field. */
  readonly argument: unknown;
  readonly place: ValuePlace | undefined;
  readonly schema: ConfigSchema;
}

/** Findings are counted up to here: what is behind costs nothing. */
const MOST_FINDINGS = 100;

/** What one look at a config found, and the work that it may take. */
export class Findings {
  readonly fuel: Fuel;
  readonly found: Finding[] = [];
  readonly #most: number;

  constructor(fuel: Fuel, most = MOST_FINDINGS) {
    this.fuel = fuel;
    this.#most = most;
  }

  /** Whether there is no use in going on. */
  get isFull(): boolean {
    return this.found.length >= this.#most;
  }

  add(finding: Finding): void {
    if (!this.isFull) this.found.push(finding);
  }

  /** For an alternative, of which only matters whether it holds. */
  aside(): Findings {
    return new Findings(this.fuel, 1);
  }
}

/** The steps of a place, the outermost first. */
export function stepsTo(place: ValuePlace | undefined): readonly (string | number)[] {
  const steps: (string | number)[] = [];
  for (let at = place; at !== undefined; at = at.parent) steps.unshift(at.step);
  return steps;
}
