import type { ParseArgsOptionsConfig } from 'node:util';

/** One kind of benchmark, with options of its own. */
export interface Scenario {
  /** Its options, as parseArgs takes them; all of them texts. */
  readonly options: ParseArgsOptionsConfig;
  /** Its options, for the usage text. */
  readonly usage: string;
  /** It measures what this process does: nothing is built or brought up for it. */
  readonly inProcess?: boolean;
  /** Looks at the options before anything is started. @throws Error that says what cannot be used */
  prepare(values: Readonly<Record<string, unknown>>): Run;
}

/** Measures, and tells. */
export type Run = () => Promise<Outcome>;

export interface Outcome {
  /** For people. */
  readonly table: string;
  /** For programs; what `--json` writes. */
  readonly figures: object;
  /** Whether what is demanded of the figures holds; the exit code says so. */
  readonly passed: boolean;
}

/** A whole number among the options. @throws Error naming the option */
export function wholeNumber(
  values: Readonly<Record<string, unknown>>,
  name: string,
  { fallback, min, max }: { fallback: number; min: number; max: number },
): number {
  const given = values[name] ?? fallback;
  const number = Number(given);
  if (!Number.isInteger(number) || number < min || number > max)
    throw new Error(`--${name} takes a whole number from ${min} to ${max}`);
  return number;
}
