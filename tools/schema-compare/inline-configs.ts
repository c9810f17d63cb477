/** Configs that stand in stores: upstream's CRD has them below `spec.provider`, ours leaves them to their providers. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type InlineConfig, inlineSchema } from '@eso/api/schema';
import type { Difference } from './compare.ts';
import { type Crd, factsOf, type FactTable, readFacts } from './facts.ts';

/** Upstream's table, below the root: every key of its own, and what stands below those that a provider of ours serves. */
export const INLINE_TABLE = 'tools/schema-compare/inline-configs.facts';

/** The configs that the providers of this workspace have in stores. @throws what their modules throw */
export async function inlineConfigsOf(root: string): Promise<readonly InlineConfig[]> {
  const modules = readdirSync(join(root, 'apps'))
    .sort()
    .map((app) => join(root, 'apps', app, 'src/config/index.ts'))
    .filter((path) => existsSync(path));
  const found = await Promise.all(
    modules.map(
      async (path) => (await import(pathToFileURL(path).href)) as { inlineConfigs?: readonly InlineConfig[] },
    ),
  );
  return found.flatMap(({ inlineConfigs = [] }) => inlineConfigs);
}

/** Every known difference, with its reason. */
export const INLINE_DIFFERENCES: readonly Difference[] = [
  {
    path: 'spec.provider.aws.customSessionTags',
    keyword: 'x-kubernetes-validations',
    theirs: [
      {
        message:
          'customSessionTags cannot contain automatically injected reserved keys: esoNamespace, esoStoreName, esoStoreKind',
        rule: "!('esoNamespace' in self) && !('esoStoreName' in self) && !('esoStoreKind' in self)",
      },
    ],
    reason: 'rules in CEL are evaluated by the API server alone; the provider checks the same',
  },
  {
    path: 'spec.provider.aws.secretsManager.recoveryWindowInDays',
    keyword: 'format',
    theirs: 'int64',
    reason: 'the provider takes 0 and 7 to 30, as upstream does behind the schema',
  },
];

/** Facts of a table that stand below one of the keys. */
export function belowKeys(table: FactTable, keys: readonly string[]): FactTable {
  const roots = keys.map((key) => `spec.provider.${key}`);
  return new Map([...table].filter(([path]) => roots.some((root) => path === root || path.startsWith(`${root}.`))));
}

/** Facts of what our keys share with upstream's, and of the other keys of upstream's nothing but that they are there. */
export function inlineTable(table: FactTable, keys: readonly string[]): FactTable {
  const roots = [...table].filter(([path]) => /^spec\.provider\.[^.[{]+$/.test(path));
  return new Map([...roots, ...belowKeys(table, keys)]);
}

/** Those keys that upstream has as well: a provider that upstream lacks has no table to be compared with. */
export const sharedKeys = (table: FactTable, keys: readonly string[]): readonly string[] =>
  keys.filter((key) => table.has(`spec.provider.${key}`));

/** Facts of upstream's configs. @throws what the file system answers */
export const upstreamInlineFacts = (root: string): FactTable =>
  readFacts(readFileSync(join(root, INLINE_TABLE), 'utf8'));

/** Facts of our configs, as if they stood in a CRD. */
export function inlineFacts(configs: readonly InlineConfig[]): FactTable {
  const properties = Object.fromEntries(configs.map((config) => [config.key, inlineSchema(config)]));
  const provider = { properties: { spec: { properties: { provider: { properties } } } } };
  const versions = [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: provider } }];
  const crd = { metadata: { name: 'stores' }, spec: { group: '', scope: '', names: {}, versions } };
  return belowKeys(factsOf(crd satisfies Crd), Object.keys(properties));
}
