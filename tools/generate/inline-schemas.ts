import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type CustomResource, type InlineConfig, inlineSchema, versionSchemas } from '@eso/api/schema';
import type { GeneratedFiles } from './files.ts';

/**
 * Schemas that the kit applies, of every provider: of the configs that stand in stores (`inlineConfigs`), one module for each key, and
 * of config kinds with several versions (`configKinds`), one for each version.
 */
export async function inlineSchemaFiles(root: string): Promise<GeneratedFiles[]> {
  const sets: GeneratedFiles[] = [];
  for (const app of readdirSync(join(root, 'apps')).sort()) {
    const source = `apps/${app}/src/config/index.ts`;
    if (!app.startsWith('provider-') || !existsSync(join(root, source))) continue;
    const { inlineConfigs = [], configKinds = [] } = (await import(pathToFileURL(join(root, source)).href)) as {
      inlineConfigs?: readonly InlineConfig[];
      configKinds?: readonly CustomResource[];
    };
    const set = inlineSchemaSet(app, source, inlineConfigs);
    sets.push({ ...set, files: new Map([...set.files, ...versionSchemaFiles(source, configKinds)]) });
  }
  return sets;
}

/**
 * One module for each key.
 * @throws Error when a schema cannot be expressed, or two have one key
 */
export function inlineSchemaSet(app: string, source: string, configs: readonly InlineConfig[]): GeneratedFiles {
  const files = new Map<string, string>();
  for (const config of configs) {
    const name = `${config.key}.ts`;
    if (files.has(name)) throw new Error(`${source} declares ${config.key} twice`);
    files.set(name, inlineSchemaText(source, config));
  }
  return { folder: `apps/${app}/src/config/gen`, source, files };
}

/** `fake-v2beta1.ts` with `fakeV2beta1Schema`, for each version of a kind that has several. */
export function versionSchemaFiles(source: string, kinds: readonly CustomResource[]): Map<string, string> {
  const files = new Map<string, string>();
  for (const resource of kinds)
    for (const [version, schema] of versionSchemas(resource)) {
      const { kind, description } = resource;
      const name = `${kind.charAt(0).toLowerCase()}${kind.slice(1)}`;
      const about = `${description} \`spec\` of a ${kind} in ${version}.`;
      const constant = `${name}${version.charAt(0).toUpperCase()}${version.slice(1)}Schema`;
      files.set(`${kind.toLowerCase()}-${version}.ts`, schemaText(source, { about, constant, schema }));
    }
  return files;
}

function inlineSchemaText(source: string, config: InlineConfig): string {
  const about = `${config.description} What stands under \`spec.provider.${config.key}\`.`;
  return schemaText(source, { about, constant: `${config.key}Schema`, schema: inlineSchema(config) });
}

/** A plain value, so that no schema code gets into a bundle. */
function schemaText(
  source: string,
  { about, constant, schema }: { readonly about: string; readonly constant: string; readonly schema: object },
): string {
  return `// Generated from ${source} by "npm run generate". Change the schema there.
import type { ConfigSchema } from '@eso/api/server';

/** ${about.replaceAll('*/', '* /')} */
export const ${constant}: ConfigSchema = ${JSON.stringify(schema, undefined, 2)};
`;
}
