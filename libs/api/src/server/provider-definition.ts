import type { FlagSpec } from '@eso/runtime';
import type { KindDefinition } from './define-kind.ts';
import type { GeneratorDefinition } from './generators/define-generator.ts';

/** Everything one provider process serves. */
export interface ProviderDefinition {
  /** Short name: `aws`. Names the process in logs. */
  readonly name: string;
  /** Config kinds; each apiVersion and kind once. May be empty where there are generators. */
  readonly kinds: readonly KindDefinition[];
  /** Kinds of generators, each once. Default none. */
  readonly generators?: readonly GeneratorDefinition[];
  /**
   * Flags of its own, beside those that every provider has; kinds find their values in `OpenContext.flags`, where
   * `defineProvider` checks their types. None may have the name of one of the kit's.
   */
  readonly flags?: FlagSpec;
}
