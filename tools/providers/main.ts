/**
 * npm run providers -- --starts 5 --json FILE
 *
 * What each provider takes: bytes of its bundle, memory when it idles, time from its start to its first answer over mutual TLS; in
 * processes of their own, with an API server, and beside what Node takes alone for as much as listening so.
 */
import { writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureBinaries } from '@eso/control-plane/binaries.mjs';
import { bundlePath, ownControlPlane, type TestCluster, TlsLab } from '@eso/testing';
import { percentile } from '../bench/percentile.ts';
import { markdown } from '../bench/report.ts';
import { manifestsOf } from '../lint/arrows.ts';
import { bundleAll } from '../nx.ts';
import { root, step } from '../setup.mjs';
import { bundleBytes } from './bundle-bytes.ts';
import { type Program, startOnce } from './run.ts';

/** Figures of one program. */
interface Taken {
  readonly name: string;
  /** Absent: it has no bundle. */
  readonly startKiB?: number;
  readonly allKiB?: number;
  /** Medians of all starts. */
  readonly readyMs: number;
  readonly idleMiB: number;
  /** Of the fastest start: what else the machine does counts least there. */
  readonly fastestMs: number;
}

const { values } = parseArgs({ options: { starts: { type: 'string', default: '5' }, json: { type: 'string' } } });
const starts = Number(values.starts);
if (!Number.isInteger(starts) || starts < 1 || starts > 100) {
  console.error('usage: npm run providers -- [--starts N (1 to 100)] [--json FILE]');
  process.exit(2);
}

/** Every app that is a provider, whoever added it. */
function providerApps(): string[] {
  return manifestsOf(root)
    .filter(({ tags }) => tags.includes('app:provider'))
    .map(({ folder }) => basename(folder));
}

async function measure(name: string, program: Program): Promise<Taken> {
  const all: Awaited<ReturnType<typeof startOnce>>[] = [];
  for (let index = 0; index < starts; index++) all.push(await startOnce(program));
  const median = (of: 'readyMs' | 'idleMiB'): number => percentile(all.map((one) => one[of]), 50); // prettier-ignore
  const fastestMs = Math.min(...all.map(({ readyMs }) => readyMs));
  const taken = { name, readyMs: median('readyMs'), idleMiB: median('idleMiB'), fastestMs };
  step(`${name}: ${taken.readyMs.toFixed(0)} ms, ${taken.idleMiB.toFixed(0)} MiB`);
  return taken;
}

async function measureProvider(app: string, cluster: TestCluster, certDir: string, clientDir: string): Promise<Taken> {
  await cluster.ensureNamespace(app);
  const kubeconfig = await cluster.kubeconfigFor({ namespace: app, name: app });
  const local = ['listen', 'metrics-addr', 'health-addr'].map((flag) => `--${flag}=127.0.0.1:0`);
  const args = [bundlePath(app), ...local, '--drain-delay=0s', `--kubeconfig=${kubeconfig}`, `--cert-dir=${certDir}`];
  const { start, all } = bundleBytes(join(bundlePath(app), '..'));
  const taken = await measure(app, { args, clientDir, asks: 'grpc' });
  return { ...taken, startKiB: start / 1024, allKiB: all / 1024 };
}

await ensureBinaries({ progress: step });
await bundleAll();
const [{ cluster }, lab] = await Promise.all([ownControlPlane(), TlsLab.create()]);
const rows: Taken[] = [];
try {
  const [certDir, clientDir] = [await lab.directory(await lab.server()), await lab.directory(await lab.client())];
  await cluster.installCrds();
  const bare = join(import.meta.dirname, 'bare-node.mjs');
  rows.push(await measure('Node alone', { args: [bare, `--cert-dir=${certDir}`], clientDir, asks: 'http2' }));
  for (const app of providerApps()) rows.push(await measureProvider(app, cluster, certDir, clientDir));
} finally {
  await lab.remove();
  await cluster.stop();
}
const kib = (size: number | undefined): string => (size === undefined ? '–' : size.toFixed(0));
const head = ['program', 'bundle KiB', 'with what is loaded on demand', 'ready ms', 'fastest', 'idle MiB'];
const lines = rows.map(({ name, startKiB, allKiB, readyMs, fastestMs, idleMiB }) => [
  name,
  kib(startKiB),
  kib(allKiB),
  readyMs.toFixed(0),
  fastestMs.toFixed(0),
  idleMiB.toFixed(0),
]);
console.log(`\n${markdown(head, lines)}\n\nMedians of ${starts} starts.`);
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(rows, undefined, 2)}\n`);
process.exit(0);
