import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  type CustomResource,
  GENERATOR_GROUP,
  type InlineConfig,
  inlineSchema,
  structuralSchema,
  versionSchemas,
  withoutWords,
} from '@eso/api/schema';
import type { GeneratedFiles } from './files.ts';

/**
 * Schemas that the kit applies, of every provider: of the configs that stand in stores (`inlineConfigs`), one module for each key; of
 * config kinds with several versions (`configKinds`), one for each version; and of generators among them, which stand in ClusterGenerators.
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
    sets.push({ ...set, files: new Map([...set.files, ...kindFiles(source, configKinds)]) });
  }
  return sets;
}

const kindFiles = (source: string, kinds: readonly CustomResource[]): [string, string][] => [
  ...versionSchemaFiles(source, kinds),
  ...generatorSchemaFiles(source, kinds),
];

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

/**
 * `password.ts` with `passwordSchema`, for each kind of generator: the CRD of ClusterGenerator is open where its spec stands.
 * @throws Error when a schema cannot be expressed, or has rules in CEL
 */
export function generatorSchemaFiles(source: string, kinds: readonly CustomResource[]): Map<string, string> {
  const files = new Map<string, string>();
  for (const { group, kind, description, versions } of kinds) {
    const served = versions.find((version) => version.tag === 'served');
    if (group !== GENERATOR_GROUP || !served) continue;
    const schema = withoutWords(structuralSchema(served.spec), `spec of ${kind}`, (path) => {
      throw new Error(
        `${path} has rules in CEL, which nothing evaluates in a ClusterGenerator: check them in checkConfig`,
      );
    });
    const about = `${description} \`spec\` of a ${kind}.`;
    files.set(`${kind.toLowerCase()}.ts`, schemaText(source, { about, constant: `${lowerFirst(kind)}Schema`, schema }));
  }
  return files;
}

/** `keyVault`, `ecrAuthorizationToken`, `uuid` */
const lowerFirst = (kind: string): string =>
  kind.replace(/^[A-Z]+?(?=[A-Z][a-z]|[a-z]|$)/, (word) => word.toLowerCase());

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
