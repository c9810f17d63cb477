import { ProviderError } from '../../contract/provider-error.ts';
import { type ConfigSchema, inlineDecoder } from './inline-config.ts';

/**
 * Reads the `spec` of an object in one version of its kind, whichever it was written in: the API server changes the version's name
 * and nothing else. What was written in another version has that one's fields, and is refused.
 * @returns throws ProviderError CONFIG_INVALID, with the field
 * @throws TypeError when the schema has what cannot be checked here
 */
export function versionDecoder(schema: ConfigSchema, version: string): (spec: unknown) => unknown {
  const decode = inlineDecoder(schema, 'spec');
  return (spec) => {
    try {
      return decode(spec);
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      const { code, publicMessage, field, nextStep, cause } = error;
      throw new ProviderError(code, publicMessage, {
        ...(field !== undefined && { field }),
        nextStep: `${nextStep}. Read as ${version}: write the config in that version, or refer to it in its own`,
        cause,
      });
    }
  };
}
