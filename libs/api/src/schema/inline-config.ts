/** Configs that stand in stores of External Secrets 2.x, under `spec.provider.<key>`: the CRD of stores is open there. */
import type { z } from 'zod';
import type { JsonSchema } from './json-schema.ts';
import { structuralSchema } from './openapi.ts';

const RULES = 'x-kubernetes-validations';

/** What a provider says about the config that stands in a store under its key. */
export interface InlineConfig {
  /** Name of the field under `spec.provider`: `aws`. */
  readonly key: string;
  /** What it is for. */
  readonly description: string;
  /** As upstream's store has it: types, defaults, required fields, enumerations. No rules in CEL: only the API server evaluates them. */
  readonly spec: z.ZodType;
}

/**
 * Declares the config of a provider that stands in SecretStore and ClusterSecretStore objects.
 *
 * ```ts
 * // src/config/demo-store.ts of the provider
 * const spec = z.object({ url: z.url(), token: secretKeySelector() });
 * export const demoStore = inlineConfig({ key: 'demo', description: 'The demo backend.', spec });
 * export type DemoStoreConfig = Stored<typeof spec>;
 *
 * // src/config/index.ts: what `npm run generate` turns into src/config/gen/demo.ts, without zod
 * export const inlineConfigs = [demoStore];
 *
 * // the definition
 * import { demoSchema } from './config/gen/demo.ts';
 * defineInlineKind<DemoStoreConfig>({ key: 'demo', schema: demoSchema, … });
 * ```
 */
export const inlineConfig = (config: InlineConfig): InlineConfig => config;

/**
 * The structural schema of an inline config, as `defineInlineKind` takes it: what decides about a config, without descriptions.
 * @throws Error when it cannot be expressed in a CRD, or has rules in CEL
 */
export function inlineSchema({ key, spec }: InlineConfig): JsonSchema {
  return withoutWords(structuralSchema(spec), `spec.provider.${key}`, (path) => {
    throw new Error(`${path} has rules in CEL, which nothing evaluates in a store: check them in checkConfig`);
  });
}

/**
 * What decides about an object, in a schema: without descriptions, and without rules in CEL.
 * @param onRules told where there are some
 */
export function withoutWords(node: JsonSchema, path: string, onRules: (path: string) => void): JsonSchema {
  if (node[RULES] !== undefined) onRules(path);
  const result: JsonSchema = Object.fromEntries(
    Object.entries(node).filter(([keyword]) => keyword !== 'description' && keyword !== RULES),
  );
  const { properties, items, additionalProperties } = node;
  if (properties)
    result.properties = Object.fromEntries(
      Object.entries(properties).map(([name, child]) => [name, withoutWords(child, `${path}.${name}`, onRules)]),
    );
  if (items) result.items = withoutWords(items, `${path}[]`, onRules);
  if (additionalProperties) result.additionalProperties = withoutWords(additionalProperties, `${path}[*]`, onRules);
  return result;
}
