/** A page for each config of each provider, of a kind and in stores, and the index that links them: made of the same schemas as the CRDs. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type CustomResource, GENERATOR_GROUP, type InlineConfig, structuralSchema } from '@eso/api/schema';
import { fieldTable } from './field-table.ts';

const HEADER = '<!-- Written by `npm run generate`. -->\n\n';

/** What a provider has by way of configs. */
interface ProviderPages {
  /** `provider-aws` */
  readonly app: string;
  readonly configKinds: readonly CustomResource[];
  readonly inlineConfigs: readonly InlineConfig[];
}

/**
 * Path below docs/reference → page.
 * @throws Error when a schema cannot be expressed in a CRD
 */
export async function configPages(root: string): Promise<Map<string, string>> {
  const providers: ProviderPages[] = [];
  for (const app of readdirSync(join(root, 'apps')).sort()) {
    const source = join(root, 'apps', app, 'src/config/index.ts');
    if (!app.startsWith('provider-') || !existsSync(source)) continue;
    const { configKinds = [], inlineConfigs = [] } = (await import(
      pathToFileURL(source).href
    )) as Partial<ProviderPages>;
    providers.push({ app, configKinds, inlineConfigs });
  }
  const pages = new Map<string, string>();
  const rows: string[] = [];
  const generators: string[] = [];
  for (const { app, configKinds, inlineConfigs } of providers) {
    for (const resource of configKinds) {
      const path = `config/${resource.kind.toLowerCase()}.md`;
      pages.set(path, kindPage(app, resource));
      const list = resource.group === GENERATOR_GROUP ? generators : rows;
      list.push(`| [${resource.kind}](${path}) | ${app} | ${cell(resource.description)} |`);
    }
    for (const config of inlineConfigs) {
      const path = `config/store-${config.key}.md`;
      pages.set(path, storePage(app, config));
      rows.push(`| [\`spec.provider.${config.key}\`](${path}) | ${app} | ${cell(config.description)} |`);
    }
  }
  const index = [
    `${HEADER}# Configs of backends\n`,
    'A Provider or ClusterProvider names an object of one of these kinds; a SecretStore or ClusterSecretStore has its config under `spec.provider`.\n',
    ...table('Config', rows),
    ...(generators.length === 0 ? [] : ['', '## Generators\n', ...table('Kind', generators)]),
  ];
  return pages.set('config.md', `${index.join('\n')}\n`);
}

/** The page of a config kind: its fields in every version that is served. */
export function kindPage(app: string, { kind, group, description, scope, versions }: CustomResource): string {
  const served = versions.flatMap((version) => (version.tag === 'served' ? [version] : []));
  const sections = served.map(({ name, spec }) => {
    const table = fieldTable(structuralSchema(spec), 'spec');
    return `## \`apiVersion: ${group}/${name}\`\n\n${table}`;
  });
  const place = scope === 'Cluster' ? 'It belongs to no namespace.' : 'It belongs to a namespace.';
  return `${HEADER}# ${kind}\n\n${description} ${place} Served by ${appLink(app)}.\n\n${sections.join('\n')}`;
}

/** The page of a config that stands in stores. */
export function storePage(app: string, { key, description, spec }: InlineConfig): string {
  const at = `spec.provider.${key}`;
  const intro = `Of a SecretStore or ClusterSecretStore. ${description} Served by ${appLink(app)}.`;
  return `${HEADER}# \`${at}\`\n\n${intro}\n\n${fieldTable(structuralSchema(spec), at)}`;
}

const table = (what: string, rows: readonly string[]): string[] => [
  `| ${what} | Served by | |`,
  '| --- | --- | --- |',
  ...rows,
];

const appLink = (app: string): string => `[${app}](../../../apps/${app}/README.md)`;

const cell = (text: string): string => text.replaceAll('|', '\\|');
