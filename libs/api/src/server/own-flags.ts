import { COMMON_FLAGS, type FlagSpec, type FlagValues, parseFlags } from '@eso/runtime';
import type { KindDefinition } from './define-kind.ts';
import type { ProviderDefinition } from './provider-definition.ts';
import { PROVIDER_FLAGS } from './flags.ts';
import type { GeneratorDefinition } from './generators/define-generator.ts';

/** A provider whose kinds see its flags by their types. */
export interface ProviderOptions<Flags extends FlagSpec> extends Omit<ProviderDefinition, 'kinds' | 'generators'> {
  readonly flags: Flags;
  readonly kinds: readonly KindDefinition<FlagValues<Flags>>[];
  readonly generators?: readonly GeneratorDefinition<FlagValues<Flags>>[];
}

/**
 * Names what a provider with flags of its own serves. It does nothing but let the compiler see that each kind, made by
 * `defineKind<Config, FlagValues<typeof flags>>`, reads flags that there are.
 */
export function defineProvider<const Flags extends FlagSpec>(options: ProviderOptions<Flags>): ProviderDefinition {
  return options;
}

/** Words that the command line has for itself. */
const TAKEN: ReadonlySet<string> = new Set(['help', ...Object.keys(PROVIDER_FLAGS), ...Object.keys(COMMON_FLAGS)]);
const NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

/** What is wrong with a provider's own flags, for its author. */
export function* flagProblems(flags: unknown): Generator<string> {
  if (flags === undefined) return;
  if (typeof flags !== 'object' || flags === null) {
    yield 'its flags are no set of flags by name';
    return;
  }
  let isWhole = true;
  for (const [name, flag] of Object.entries(flags) as [string, unknown][]) {
    const problem = nameProblem(name) ?? specProblem(flag);
    if (problem === undefined) continue;
    isWhole = false;
    yield `its flag --${name} ${problem}`;
  }
  if (!isWhole) return;
  try {
    parseFlags(flags as FlagSpec, [], {});
  } catch (error) {
    yield `one of its flags has an odd default: ${error instanceof Error ? error.message : 'it cannot be read'}`;
  }
}

function nameProblem(name: string): string | undefined {
  if (TAKEN.has(name)) return 'is one that every provider has';
  if (!NAME.test(name)) return 'has to be lower case words joined by hyphens';
  // --no-x is how a switch x is turned off.
  return name.startsWith('no-') ? 'may not begin with no-' : undefined;
}

function specProblem(flag: unknown): string | undefined {
  const { type, describe } = (flag ?? {}) as Record<'type' | 'describe', unknown>;
  return typeof type === 'string' && typeof describe === 'string' && describe !== ''
    ? undefined
    : 'needs a type and a description';
}

/** Of the values of a whole command line those of a provider's own flags. */
export function ownFlags(
  { flags = {} }: ProviderDefinition,
  values: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.keys(flags).map((name) => [name, values[name]]));
}

/** The values of a provider's own flags, with the defaults of those that are not given. */
export function withFlagDefaults(
  { flags = {} }: ProviderDefinition,
  given: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> {
  return { ...parseFlags(flags, [], {}), ...given };
}
