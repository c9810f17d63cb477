import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseManifests, workspaceRoot } from '@eso/testing';

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly additionalProperties?: Schema;
}

interface Version {
  readonly name: string;
  readonly schema: { readonly openAPIV3Schema: Schema };
}

const CRDS = join(workspaceRoot, 'charts', 'external-secrets', 'files', 'crds');

/**
 * Every leaf of the schema of a kind, in its order: `spec.data[].secretKey`, `spec.target.template.data{}` for the values of
 * a map, `…finalizers[]` for the items of a list. A part that is open is a leaf itself.
 * @param plural as in `externalsecrets`
 */
export function leavesOf(plural: string, version = 'v1'): string[] {
  const [crd] = parseManifests(readFileSync(join(CRDS, `external-secrets.io_${plural}.yaml`), 'utf8'));
  const { versions } = crd?.['spec'] as { readonly versions: readonly Version[] };
  const properties = versions.find(({ name }) => name === version)?.schema.openAPIV3Schema.properties ?? {};
  return ['spec', 'status'].flatMap((name) => leavesBelow(name, properties[name] ?? {}));
}

function leavesBelow(path: string, { properties, items, additionalProperties }: Schema): string[] {
  if (properties) return Object.entries(properties).flatMap(([name, schema]) => leavesBelow(`${path}.${name}`, schema));
  if (items) return leavesBelow(`${path}[]`, items);
  if (additionalProperties) return leavesBelow(`${path}{}`, additionalProperties);
  return [path];
}
