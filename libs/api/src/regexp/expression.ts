import type { Fuel } from '@eso/runtime';
import type { RE2JS } from 're2js';

/** One match: start and end of the whole and of each group, in UTF-16 units; undefined where a group took no part. */
export type Match = readonly ({ readonly start: number; readonly end: number } | undefined)[];

/** Steps that one instruction takes on one character, at the most: measured, 15 to 23 ns. */
const STEPS_PER_UNIT = 20;
/** Steps of a search in no text at all. */
const STEPS_PER_SEARCH = 500;

/** An expression that is nothing but the text to look for. */
const LITERAL = /^[A-Za-z0-9 /_:,;=@%&~"'<>!#-]*$/;

/**
 * A compiled regular expression in Go's RE2 syntax. A search takes time linear in the program and in the text, and is paid for
 * before it is made, as if it were to look at all of the text that is left.
 */
export class Expression {
  readonly source: string;
  readonly #program: RE2JS;
  readonly #stepsPerCharacter: number;

  /** @param program compiled from `source`; see `compileRegexp`. */
  constructor(source: string, program: RE2JS) {
    this.source = source;
    this.#program = program;
    this.#stepsPerCharacter = LITERAL.test(source) ? 2 : STEPS_PER_UNIT * program.programSize();
  }

  /** Index of each named group. */
  get groupNames(): Readonly<Record<string, number>> {
    return this.#program.namedGroups();
  }

  /**
   * Whether it matches anywhere in the text.
   * @throws FuelSpent
   */
  test(text: string, fuel: Fuel): boolean {
    this.#pay(text.length, fuel);
    // Not RE2JS.test: what that remembers, up to 8 MiB for each expression, is for texts of one kind.
    return this.#program.matcher(text).find();
  }

  /**
   * Whether it matches the whole text.
   * @throws FuelSpent
   */
  matchesWhole(text: string, fuel: Fuel): boolean {
    this.#pay(text.length, fuel);
    return this.#program.matcher(text).matches();
  }

  /**
   * The first match at or behind `from`.
   * @throws FuelSpent
   */
  find(text: string, from: number, fuel: Fuel): Match | undefined {
    this.#pay(text.length - from, fuel);
    const matcher = this.#program.matcher(text);
    if (!matcher.find(from)) return undefined;
    return Array.from({ length: matcher.groupCount() + 1 }, (_, group) => {
      const start = matcher.start(group);
      return start < 0 ? undefined : { start, end: matcher.end(group) };
    });
  }

  #pay(characters: number, fuel: Fuel): void {
    fuel.take(STEPS_PER_SEARCH + this.#stepsPerCharacter * (characters + 1));
  }
}
