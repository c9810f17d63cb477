/**
 * What the charts render for each profile, as it is committed in tools/charts/golden:
 * `node --conditions=@eso/source tools/charts/golden.ts` writes it anew.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rightsOf, rightsTable } from '@eso/testing';
import { stringify } from 'yaml';
import { root } from '../setup.mjs';
import { Helm, type Rendered } from './helm.ts';
import { profiles, renderProfile } from './profiles.ts';

const FOLDER = join(root, 'tools', 'charts', 'golden');

/** Kinds that come from files that are generated and compared elsewhere: their names are enough. */
const BY_NAME = new Set(['CustomResourceDefinition', 'ValidatingAdmissionPolicy', 'ValidatingAdmissionPolicyBinding']);

/** The two files of a profile: what is rendered, and which rights that gives. */
export function goldenOf(objects: readonly Rendered[]): Readonly<Record<'yaml' | 'rights', string>> {
  const sorted = [...objects].sort((a, b) => (idOf(a) < idOf(b) ? -1 : 1));
  const names = sorted.filter(({ kind }) => BY_NAME.has(kind)).map((object) => `# ${idOf(object)}\n`);
  const documents = sorted
    .filter(({ kind }) => !BY_NAME.has(kind))
    .map((object) => `---\n${stringify(object, { lineWidth: 0, sortMapEntries: true })}`);
  return { yaml: [...names, ...documents].join(''), rights: rightsTable(rightsOf(objects)) };
}

/** As committed. */
export function committedGolden(profile: string): Readonly<Record<'yaml' | 'rights', string>> {
  const read = (ending: string): string => readFileSync(join(FOLDER, `${profile}.${ending}`), 'utf8');
  return { yaml: read('yaml'), rights: read('rights.txt') };
}

const idOf = ({ kind, metadata }: Rendered): string => `${kind} ${metadata.namespace ?? ''}/${metadata.name}`;

if (import.meta.main) {
  const helm = await Helm.prepare();
  mkdirSync(FOLDER, { recursive: true });
  for (const profile of profiles) {
    const { yaml, rights } = goldenOf(await renderProfile(helm, profile));
    writeFileSync(join(FOLDER, `${profile}.yaml`), yaml);
    writeFileSync(join(FOLDER, `${profile}.rights.txt`), rights);
    console.log(`wrote tools/charts/golden/${profile}.{yaml,rights.txt}`);
  }
}
