/** What a command line flag is, and the type of the value that it gives. */
import type { ListenAddress } from './address.ts';

interface FlagBase {
  /** Environment variable that is used when the flag is not given. */
  env?: string;
  /** One sentence for `--help`. */
  describe: string;
}

/** One command line flag, by the type of its value. */
export type Flag = FlagBase &
  (
    | { type: 'string'; default: string; choices?: readonly string[] }
    | { type: 'boolean'; default: boolean }
    /** A whole number, unless `fraction` is set. */
    | { type: 'number'; default: number; min?: number; max?: number; fraction?: boolean }
    /** Go syntax on the command line, milliseconds in the program; `default` in either; `min` and `max` in milliseconds. */
    | { type: 'duration'; default: string | number; min?: number; max?: number }
    /** Given several times or separated by commas. */
    | { type: 'list'; default: readonly string[]; choices?: readonly string[] }
    /**
     * `host:port`, see parseListenAddress. Without a host it means the address in the environment variable `hostEnv`, where
     * that is set, instead of every interface.
     */
    | { type: 'listen'; default: string; hostEnv?: string }
  );

/** Flags by name, without the dashes. */
export type FlagSpec = Readonly<Record<string, Flag>>;

type ChoiceOf<F> = F extends { choices: readonly (infer C extends string)[] } ? C : string;
type ValueOf<F> = F extends { type: 'string' }
  ? ChoiceOf<F>
  : F extends { type: 'boolean' }
    ? boolean
    : F extends { type: 'number' | 'duration' }
      ? number
      : F extends { type: 'list' }
        ? readonly ChoiceOf<F>[]
        : ListenAddress;

/** The values of a set of flags, typed by their specification. */
export type FlagValues<S extends FlagSpec> = { readonly [Name in keyof S]: ValueOf<S[Name]> };
