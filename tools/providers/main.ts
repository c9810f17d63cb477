/**
 * npm run providers -- --starts 5 --json FILE
 *
 * What each program takes: bytes of its bundle, memory when it idles, time from its start until it is ready; started as its pod starts it,
 * with a limit of memory and beside a real API server, and beside what Node takes alone for listening over mutual TLS.
 */
import { writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureBinaries } from '@eso/control-plane/binaries.mjs';
import { bundlePath, ownControlPlane, TlsLab } from '@eso/testing';
import { percentile } from '../bench/percentile.ts';
import { markdown } from '../bench/report.ts';
import { manifestsOf } from '../lint/arrows.ts';
import { bundleAll } from '../nx.ts';
import { root, step } from '../setup.mjs';
import { bundleBytes } from './bundle-bytes.ts';
import { installedPrograms } from './programs.ts';
import { type Program, type Started, startOnce } from './run.ts';

/** Figures of one program, medians of all starts. */
interface Taken extends Started {
  readonly name: string;
  /** Absent: it has no bundle. */
  readonly startKiB?: number;
  readonly allKiB?: number;
  /** Of the fastest start: what else the machine does counts least there. */
  readonly fastestMs: number;
}

/** What is wished for of every program, milliseconds and MiB. */
const GOALS = { readyMs: 300, idleMiB: 65 };

const { values } = parseArgs({ options: { starts: { type: 'string', default: '5' }, json: { type: 'string' } } });
const starts = Number(values.starts);
if (!Number.isInteger(starts) || starts < 1 || starts > 100) {
  console.error('usage: npm run providers -- [--starts N (1 to 100)] [--json FILE]');
  process.exit(2);
}

/** Names of every app that is a provider, whoever added it. */
function providerNames(): string[] {
  return manifestsOf(root)
    .filter(({ tags }) => tags.includes('app:provider'))
    .map(({ folder }) => basename(folder).replace('provider-', ''));
}

async function measure(name: string, program: Program): Promise<Taken> {
  const all: Started[] = [];
  for (let index = 0; index < starts; index++) all.push(await startOnce(program));
  const median = (of: keyof Started): number => percentile(all.map((one) => one[of]), 50); // prettier-ignore
  const fastestMs = Math.min(...all.map(({ readyMs }) => readyMs));
  const medians = {
    readyMs: median('readyMs'),
    cpuMs: median('cpuMs'),
    idleMiB: median('idleMiB'),
    ownMiB: median('ownMiB'),
  };
  step(`${name}: ${medians.readyMs.toFixed(0)} ms, ${medians.idleMiB.toFixed(0)} MiB`);
  return { name, fastestMs, ...medians };
}

async function measureApp({ app, ...program }: Program & { readonly app: string }): Promise<Taken> {
  const { start, all } = bundleBytes(dirname(bundlePath(app)));
  return { ...(await measure(app, program)), startKiB: start / 1024, allKiB: all / 1024 };
}

await ensureBinaries({ progress: step });
await bundleAll();
const [{ cluster }, lab] = await Promise.all([ownControlPlane(), TlsLab.create()]);
const rows: Taken[] = [];
try {
  const [certDir, clientDir] = [await lab.directory(await lab.server()), await lab.directory(await lab.client())];
  const bare = [join(import.meta.dirname, 'bare-node.mjs'), `--cert-dir=${certDir}`];
  rows.push(await measure('Node alone', { args: bare, limitMib: 256, asks: { of: 'tls', clientDir } }));
  for (const { pod, program } of await installedPrograms(cluster, providerNames())) {
    await pod.stop();
    rows.push(await measureApp(program));
  }
} finally {
  await lab.remove();
  await cluster.stop();
}
const kib = (size: number | undefined): string => (size === undefined ? '–' : size.toFixed(0));
const head = [
  'program',
  'read at its start, KiB',
  'in all',
  'ready ms',
  'fastest',
  'CPU ms',
  'idle MiB',
  'without files',
];
const lines = rows.map((row) => [
  row.name,
  kib(row.startKiB),
  kib(row.allKiB),
  ...[row.readyMs, row.fastestMs, row.cpuMs, row.idleMiB, row.ownMiB].map((figure) => figure.toFixed(0)),
]);
const missed = rows.filter(({ readyMs, idleMiB }) => readyMs > GOALS.readyMs || idleMiB > GOALS.idleMiB);
const goals = `Goals: ready in ${GOALS.readyMs} ms, ${GOALS.idleMiB} MiB idle; `;
console.log(
  `\n${markdown(head, lines)}\n\nMedians of ${starts} starts. ${goals}${missed.length === 0 ? 'met' : `not met by ${missed.map(({ name }) => name).join(', ')}`}.`,
);
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(rows, undefined, 2)}\n`);
process.exit(0);
