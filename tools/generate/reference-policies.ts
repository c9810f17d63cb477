/** What the API server checks of providers' configs: that references in them stay in their namespace. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type CustomResource, type InlineConfig, type ReferencePath, referencePaths } from '@eso/api/schema';
import { stringify } from 'yaml';
import type { GeneratedFiles } from './files.ts';
import { policyDocuments } from './policy.ts';

/** What a provider has by way of configs. */
export interface ProviderConfigs {
  readonly configKinds?: readonly CustomResource[];
  readonly inlineConfigs?: readonly InlineConfig[];
}

/** Text of upstream's webhook. */
const OF_STORE =
  'namespace should either be empty or match the namespace of the SecretStore for a namespaced SecretStore';
const TOO_MANY = 'references in the config name other namespaces; there are more of them than can be told';

/** The admission policies of the charts of providers; none for one whose configs refer to nothing. */
export async function referencePolicyFiles(root: string): Promise<GeneratedFiles[]> {
  const sets: GeneratedFiles[] = [];
  for (const app of readdirSync(join(root, 'apps')).sort()) {
    const source = `apps/${app}/src/config/index.ts`;
    if (!app.startsWith('provider-') || !existsSync(join(root, source))) continue;
    const configs = (await import(pathToFileURL(join(root, source)).href)) as ProviderConfigs;
    const documents = referencePolicies(app, configs);
    const header =
      `# Generated from ${source} by "npm run generate". Change the schemas there.\n` +
      '# References stay in the namespace of what they stand in. adminNamespaces: namespaces whose config objects may name others\n' +
      "# (the provider's --admin-namespaces). The provider refuses the same, so that a cluster without this is as safe.\n";
    const text = header + documents.map((document) => stringify(document, { lineWidth: 120 })).join('---\n');
    const files = documents.length === 0 ? new Map<string, string>() : new Map([['admission.yaml', text]]);
    sets.push({ folder: `charts/${app}/files`, source, files, shared: true });
  }
  return sets;
}

/** A policy for each kind of config object, and one for each key of a config in a SecretStore, that can hold references. */
export function referencePolicies(
  chart: string,
  { configKinds = [], inlineConfigs = [] }: ProviderConfigs,
): readonly object[] {
  return [
    ...configKinds.flatMap((kind) => ofConfigKind(chart, kind)),
    ...inlineConfigs.flatMap((config) => ofStores(chart, config)),
  ];
}

function ofConfigKind(chart: string, { kind, group, plural, scope, versions }: CustomResource): readonly object[] {
  if (scope === 'Cluster') return [];
  return versions.flatMap((version) => {
    if (version.tag === 'retired') return [];
    const problems = referencePaths(version.spec).map((path) => {
      const text = `only the namespace of the ${kind} itself may be named here`;
      const foreign = namesForeign('object.spec', path);
      return `!variables.isOfAdministrator && ${foreign} ? ['spec${written(path)}.namespace: ${text}'] : []`;
    });
    if (problems.length === 0) return [];
    return policyDocuments({
      name: `${chart}-${kind.toLowerCase()}-${version.name}-references`,
      resource: { group, version: version.name, plural },
      variables: {
        adminNamespaces: `['${chart}']`,
        isOfAdministrator: 'object.metadata.namespace in variables.adminNamespaces',
      },
      problems,
      message: TOO_MANY,
    });
  });
}

/** A ClusterSecretStore is an administrator's. */
function ofStores(chart: string, { key, spec }: InlineConfig): readonly object[] {
  const problems = referencePaths(spec).map((path) => {
    const foreign = namesForeign(`object.spec.provider['${key}']`, path);
    return `${foreign} ? ['spec.provider.${key}${written(path)}.namespace: ${OF_STORE}'] : []`;
  });
  if (problems.length === 0) return [];
  return policyDocuments({
    name: `${chart}-secretstore-${key.toLowerCase()}-references`,
    resource: { group: 'external-secrets.io', version: 'v1', plural: 'secretstores' },
    variables: {},
    problems,
    message: TOO_MANY,
    matchConditions: { 'has-key': `has(object.spec.provider) && '${key}' in object.spec.provider` },
  });
}

/**
 * CEL: whether a reference names another namespace than that of the object. Nothing says what stands in a store, so that every step
 * looks first at what is there: what has another type refers to nothing, and is the provider's to refuse.
 */
function namesForeign(at: string, path: ReferencePath, depth = 0): string {
  const [step, ...rest] = path;
  if (!step)
    return (
      `type(${at}) == map && 'namespace' in ${at} && type(${at}['namespace']) == string && ` +
      `${at}['namespace'] != '' && ${at}['namespace'] != object.metadata.namespace`
    );
  const item = `at${depth}`;
  switch (step.tag) {
    case 'field':
      return `type(${at}) == map && '${step.name}' in ${at} && ${namesForeign(`${at}['${step.name}']`, rest, depth)}`;
    case 'items':
      return `type(${at}) == list && ${at}.exists(${item}, ${namesForeign(item, rest, depth + 1)})`;
    case 'values':
      return `type(${at}) == map && ${at}.exists(${item}, ${namesForeign(`${at}[${item}]`, rest, depth + 1)})`;
  }
}

function written(path: ReferencePath): string {
  return path.map((step) => (step.tag === 'field' ? `.${step.name}` : step.tag === 'items' ? '[]' : '[*]')).join('');
}
