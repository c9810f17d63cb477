import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { coreResources, crd, type CustomResource } from '@eso/api/schema';
import { stringify } from 'yaml';
import { withSpecRules } from './admission.ts';
import type { GeneratedFiles } from './files.ts';

/**
 * Most bytes of a CRD: a quarter of the 262,144 that all annotations together may have, of which "kubectl apply" writes the whole
 * manifest into one. A CRD grows, and every object of it that is read costs the API server a walk through its schema.
 */
export const CRD_LIMIT = 65_536;

/** The CRDs of every chart. */
export async function crdFiles(root: string): Promise<GeneratedFiles[]> {
  const sets = [crdSet('external-secrets', 'libs/api/src/schema', coreResources)];
  for (const app of readdirSync(join(root, 'apps')).sort()) {
    const source = `apps/${app}/src/config/index.ts`;
    if (!app.startsWith('provider-') || !existsSync(join(root, source))) continue;
    sets.push(crdSet(app, source, await configKindsOf(join(root, source), source)));
  }
  return sets;
}

/**
 * What a provider exports as `configKinds`.
 * @throws Error when the module has no such export
 */
async function configKindsOf(path: string, name: string): Promise<readonly CustomResource[]> {
  const module = (await import(pathToFileURL(path).href)) as { configKinds?: readonly CustomResource[] };
  if (!Array.isArray(module.configKinds)) {
    throw new Error(`${name} has to export configKinds, an array of what configKind() returned`);
  }
  return module.configKinds as readonly CustomResource[];
}

/** One YAML file for each kind. */
export function crdSet(chart: string, source: string, resources: readonly CustomResource[]): GeneratedFiles {
  const files = new Map(
    resources.map((resource) => [`${resource.group}_${resource.plural}.yaml`, crdText(source, resource)]),
  );
  return { folder: `charts/${chart}/files/crds`, source, files };
}

/**
 * The CRD of a kind as a YAML file.
 * @throws Error when it is larger than kubectl apply takes
 */
export function crdText(source: string, resource: CustomResource): string {
  const header = `# Generated from ${source} by "npm run generate". Change the schema there.\n`;
  const manifest = isCore(resource) ? withSpecRules(crd(resource), resource.kind) : crd(resource);
  const text = header + stringify(manifest, { lineWidth: 120, aliasDuplicateObjects: false });
  if (text.length > CRD_LIMIT) {
    throw new Error(
      `the CRD of ${resource.kind} has ${text.length} bytes, more than ${CRD_LIMIT}: shorten or split its schema`,
    );
  }
  return text;
}

const isCore = (resource: CustomResource): boolean => coreResources.includes(resource);
