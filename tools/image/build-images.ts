import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { markdown } from '../bench/report.ts';
import { nx } from '../nx.ts';
import { root } from '../setup.mjs';
import { advisoryExtract } from './advisories/advisory.ts';
import { type Bill, exceptionList, exceptionProblems, problemsOf } from './advisories/gate.ts';
import { pulledBytes, readSummary } from './summary.ts';

/** Folder with the image of an app. */
export const imageFolder = (app: string): string => join(root, 'apps', app, 'dist-image');

/**
 * Builds the images of these apps as far as they changed, prints what each takes, and compares their bills with the known weaknesses.
 * @returns the exit code: 0 where all were built and none is affected
 */
export async function buildImages(apps: readonly string[]): Promise<number> {
  const projects = apps.map((name) => `apps/${name}`).join(',');
  const code = await nx(['run-many', '-t', 'image', `--projects=${projects}`], {}, (text) =>
    process.stdout.write(text),
  );
  if (code !== 0) return code;
  printSizes(apps);
  return printWeaknesses(apps) ? 0 : 1;
}

function printSizes(apps: readonly string[]): void {
  const mb = (bytes: number): string => (bytes / 1e6).toFixed(2);
  const summaries = apps.map((name) => readSummary(imageFolder(name)));
  const rows = summaries.flatMap(({ name, platforms }) =>
    platforms.map((platform) => [
      name,
      platform.architecture,
      ...platform.layers.map(({ bytes }) => mb(bytes)),
      mb(pulledBytes(platform)),
    ]),
  );
  console.log(`\n${markdown(['image', 'platform', 'base MB', 'Node MB', 'own MB', 'all MB, compressed'], rows)}\n`);
  for (const { name, digest } of summaries) console.log(`${name} ${digest}`);
}

/** @returns whether no image has a package with a known weakness that no exception bears */
function printWeaknesses(apps: readonly string[]): boolean {
  const { taken, advisories } = advisoryExtract();
  const exceptions = exceptionList();
  const today = new Date().toISOString().slice(0, 10);
  const problems = apps.flatMap((name) =>
    billsOf(name).flatMap(([where, bill]) => problemsOf(bill, advisories, exceptions, today, where)),
  );
  problems.unshift(...exceptionProblems(exceptions));
  const none = problems.length === 0;
  console.log(
    `\n${advisories.length} advisories, taken ${taken}: ${none ? 'none is about these images' : 'see below'}`,
  );
  if (!none) console.error(problems.join('\n'));
  return none;
}

/** Bills of materials of an app's image, with the names of their files. */
function billsOf(app: string): [string, Bill][] {
  const folder = imageFolder(app);
  const names = readdirSync(folder).filter((name) => name.endsWith('.cdx.json'));
  return names.map((name) => [name, JSON.parse(readFileSync(join(folder, name), 'utf8')) as Bill]);
}
