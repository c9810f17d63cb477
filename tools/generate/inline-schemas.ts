import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type InlineConfig, inlineSchema } from '@eso/api/schema';
import type { GeneratedFiles } from './files.ts';

/** Schemas of the configs that stand in stores, of every provider that exports `inlineConfigs`: one module for each key. */
export async function inlineSchemaFiles(root: string): Promise<GeneratedFiles[]> {
  const sets: GeneratedFiles[] = [];
  for (const app of readdirSync(join(root, 'apps')).sort()) {
    const source = `apps/${app}/src/config/index.ts`;
    if (!app.startsWith('provider-') || !existsSync(join(root, source))) continue;
    const { inlineConfigs = [] } = (await import(pathToFileURL(join(root, source)).href)) as {
      inlineConfigs?: readonly InlineConfig[];
    };
    sets.push(inlineSchemaSet(app, source, inlineConfigs));
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

/** A plain value, so that no schema code gets into a bundle. */
function inlineSchemaText(source: string, config: InlineConfig): string {
  return `// Generated from ${source} by "npm run generate". Change the schema there.
import type { ConfigSchema } from '@eso/api/server';

/** ${config.description.replaceAll('*/', '* /')} What stands under \`spec.provider.${config.key}\`. */
export const ${config.key}Schema: ConfigSchema = ${JSON.stringify(inlineSchema(config), undefined, 2)};
`;
}
