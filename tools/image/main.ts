/**
 * npm run image -- [APP…] | --update-base
 *
 * Builds the images of these programs, or of all, as far as they changed, prints what each takes, and fails where a package in one has a
 * known weakness. `--update-base` writes the
 * newest Debian packages into `base.lock.json` instead.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { markdown } from '../bench/report.ts';
import { manifestsOf } from '../lint/arrows.ts';
import { nx } from '../nx.ts';
import { root, step } from '../setup.mjs';
import { advisoryExtract } from './advisories/advisory.ts';
import { type Bill, exceptionList, exceptionProblems, problemsOf } from './advisories/gate.ts';
import { pulledBytes, readSummary } from './summary.ts';
import { updateBase } from './update-base.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { 'update-base': { type: 'boolean', default: false } },
});

/** Every app, whoever added it. */
const apps = manifestsOf(root)
  .filter(({ tags }) => tags.includes('layer:app'))
  .map(({ folder }) => basename(folder));

/** Bills of materials of an app's image, with the names of their files. */
function billsOf(app: string): [string, Bill][] {
  const folder = join(root, 'apps', app, 'dist-image');
  const names = readdirSync(folder).filter((name) => name.endsWith('.cdx.json'));
  return names.map((name) => [name, JSON.parse(readFileSync(join(folder, name), 'utf8')) as Bill]);
}

const unknown = positionals.find((name) => !apps.includes(name));
if (unknown !== undefined) {
  console.error(`there is no app ${unknown}; there are ${apps.join(', ')}`);
  process.exit(2);
}
if (values['update-base']) {
  const changed = await updateBase(step);
  console.log(changed ? 'tools/image/base.lock.json has changed: build, test, commit it' : 'nothing newer');
  process.exit(0);
}
const wanted = positionals.length > 0 ? positionals : apps;
const code = await nx(
  ['run-many', '-t', 'image', `--projects=${wanted.map((name) => `apps/${name}`).join(',')}`],
  {},
  (text) => process.stdout.write(text),
);
if (code !== 0) process.exit(code);

const mb = (bytes: number): string => (bytes / 1e6).toFixed(2);
const summaries = wanted.map((name) => readSummary(join(root, 'apps', name, 'dist-image')));
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

const { taken, advisories } = advisoryExtract();
const exceptions = exceptionList();
const today = new Date().toISOString().slice(0, 10);
const problems = wanted.flatMap((name) =>
  billsOf(name).flatMap(([where, bill]) => problemsOf(bill, advisories, exceptions, today, where)),
);
problems.unshift(...exceptionProblems(exceptions));
console.log(
  `\n${advisories.length} advisories, taken ${taken}: ${problems.length === 0 ? 'none is about these images' : 'see below'}`,
);
if (problems.length > 0) console.error(problems.join('\n'));
process.exit(problems.length === 0 ? 0 : 1);
