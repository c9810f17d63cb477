import { Validator } from 'jsonschema';
import { ProviderError } from '../../contract/provider-error.ts';
import { closedSchema, type ConfigSchema } from './inline-schema.ts';
import { problemOf } from './inline-problem.ts';
import { withDefaults } from './inline-defaults.ts';

export type { ConfigSchema } from './inline-schema.ts';

/**
 * Makes what the API server does with the spec of a config object, for a config that stands in a store: the store's CRD is
 * open under `spec.provider`. Defaults are applied, then types, required fields, enumerations, patterns and bounds are checked.
 * Unlike the API server, which drops them in silence, it refuses unknown fields.
 * @param root path of the config as the user wrote it: `spec.provider.aws`
 * @throws TypeError when the schema has what cannot be checked here
 */
export function inlineConfig(schema: ConfigSchema, root: string): (value: unknown) => unknown {
  const closed = closedSchema(schema, root);
  const validator = new Validator();
  return (value) => {
    const config = withDefaults(schema, value);
    const { errors } = validator.validate(config, closed, { allowUnknownAttributes: true });
    // Of a value of the wrong type nothing else is worth saying.
    const first = errors.find(({ name }) => name === 'type') ?? errors[0];
    if (!first) return config;
    const more = errors.length - 1;
    const { field, problem, nextStep } = problemOf(first, root);
    const others = more === 0 ? '' : `, and ${more} more ${more === 1 ? 'problem' : 'problems'}`;
    throw new ProviderError('CONFIG_INVALID', `${problem}${others}`, { field, nextStep });
  };
}
