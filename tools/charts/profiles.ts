/** Ways to install, each with values for the charts that it takes: tools/charts/profiles/<profile>/<chart>.yaml. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../setup.mjs';
import { chartFolder, type Helm, objectsOf, type Rendered } from './helm.ts';

const FOLDER = join(root, 'tools', 'charts', 'profiles');

/** Names of the profiles. */
export const profiles: readonly string[] = readdirSync(FOLDER).sort();

/** The charts that a profile takes, core's first. */
export const chartsOf = (profile: string): string[] =>
  readdirSync(join(FOLDER, profile)).sort().map((file) => file.replace(/\.yaml$/, '')); // prettier-ignore

/** What says to Helm which values a profile has for a chart. */
export const valuesOf = (profile: string, chart: string): string =>
  `--values=${join(FOLDER, profile, `${chart}.yaml`)}`;

/** Path of a chart, and its values in a profile, for `helm template`, `install` and `lint`. */
export const chartIn = (profile: string, chart: string): [string, string] => [
  chartFolder(chart),
  valuesOf(profile, chart),
];

/** Everything that a profile's charts render, each in the namespace of its own name. @throws Error with what Helm says */
export async function renderProfile(helm: Helm, profile: string): Promise<Rendered[]> {
  const texts: string[] = [];
  for (const chart of chartsOf(profile)) texts.push(await helm.template(chart, valuesOf(profile, chart)));
  return texts.flatMap(objectsOf);
}
