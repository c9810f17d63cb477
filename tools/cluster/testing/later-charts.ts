/** The charts of this checkout as a later release could have them: with one field more in a CRD. */
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { root } from '../../setup.mjs';
import { CORE } from './releases.ts';

/** Name of the field, in `spec` of an ExternalSecret. */
export const LATER_FIELD = 'addedByALaterRelease';

/** The one that is served. */
const VERSION = 'v1';

/** As much of a CRD as is changed here. */
interface Crd {
  readonly spec: {
    readonly versions: readonly {
      readonly name: string;
      readonly schema: {
        readonly openAPIV3Schema: {
          readonly properties: { readonly spec: { readonly properties: Record<string, unknown> } };
        };
      };
    }[];
  };
}

/**
 * Copies all charts.
 * @param folder made here
 * @returns the folder
 */
export async function laterCharts(folder: string): Promise<string> {
  await cp(join(root, 'charts'), folder, { recursive: true, verbatimSymlinks: true });
  const path = join(folder, CORE, 'files', 'crds', 'external-secrets.io_externalsecrets.yaml');
  const crd = parse(await readFile(path, 'utf8')) as Crd;
  for (const { schema } of crd.spec.versions.filter(({ name }) => name === VERSION)) {
    const { properties } = schema.openAPIV3Schema.properties.spec;
    properties[LATER_FIELD] = { type: 'string', description: 'Stands for what a later release adds.' };
  }
  await writeFile(path, stringify(crd));
  return folder;
}
