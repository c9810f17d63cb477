import { Fuel, FuelSpent, isError } from '@eso/runtime';
import { ProviderError } from '../../contract/provider-error.ts';
import { withDefaults } from './inline-defaults.ts';
import { problemOf } from './inline-problem.ts';
import type { ConfigSchema } from './inline-schema.ts';
import { schemaCheck } from './schema-check.ts';
import { type Finding, Findings } from './schema-finding.ts';

export type { ConfigSchema } from './inline-schema.ts';

/** Steps that one config may take, about nanoseconds: a store as large as the API server takes has 200,000 values at most. */
const DECODING_STEPS = 50_000_000;

/**
 * Makes what the API server does with the spec of a config object, for a config that stands in a store: the store's CRD is
 * open under `spec.provider`. Defaults are applied, then types, required fields, enumerations, patterns and bounds are checked.
 * Unlike the API server, which drops them in silence, it refuses unknown fields.
 * @param root path of the config as the user wrote it: `spec.provider.aws`
 * @returns throws ProviderError CONFIG_INVALID, with the field
 * @throws TypeError when the schema has what cannot be checked here
 */
export function inlineDecoder(schema: ConfigSchema, root: string): (value: unknown) => unknown {
  const check = schemaCheck(schema, root);
  return (value) => {
    const findings = new Findings(new Fuel(DECODING_STEPS));
    let config: unknown;
    try {
      config = withDefaults(schema, value);
      check(config, undefined, findings);
    } catch (error) {
      throw tooMuch(error, root);
    }
    const { found } = findings;
    // Of a value of the wrong type nothing else is worth saying.
    const first = found.find(({ keyword }) => keyword === 'type') ?? found[0];
    if (!first) return config;
    const { field, problem, nextStep } = problemOf(first, root);
    throw new ProviderError('CONFIG_INVALID', `${problem}${others(found, findings.isFull)}`, { field, nextStep });
  };
}

function others(found: readonly Finding[], isFull: boolean): string {
  const more = found.length - 1;
  if (more === 0) return '';
  return `, and ${isFull ? 'at least ' : ''}${more} more ${more === 1 ? 'problem' : 'problems'}`;
}

/** What cannot be looked at to its end: of a depth at which the stack ends, or of a size that costs others their turn. */
function tooMuch(error: unknown, root: string): unknown {
  const isTooLarge = error instanceof FuelSpent;
  if (!isTooLarge && !(isError(error) && error.name === 'RangeError')) return error;
  const problem = isTooLarge ? 'is too large to be checked' : 'is nested too deeply to be read';
  return new ProviderError('CONFIG_INVALID', `${root} ${problem}`, {
    field: root,
    nextStep: 'write less into one store: what is large belongs into the backend',
    cause: error,
  });
}
