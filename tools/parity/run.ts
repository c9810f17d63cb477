/** Runs the tests that carry ids, and nothing else. */
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { guardProcess, releaseProcess, temporaryDirectory } from '@eso/control-plane/guard.mjs';
import type { JestReport } from '../regress/results.ts';
import { root } from '../setup.mjs';
import { ANY_ID } from './ids.ts';
import type { SuiteKind, TaggedFile } from './sources.ts';

/** Files of one project that one run of jest takes. */
export interface Suite {
  readonly kind: SuiteKind;
  readonly project: string;
  readonly files: readonly TaggedFile[];
}

/** Files by kind and project, cheap kinds first; what no gate runs is left out. */
export function suitesOf(files: readonly TaggedFile[]): Suite[] {
  const order: readonly SuiteKind[] = ['unit', 'int', 'e2e'];
  return order.flatMap((kind) => {
    const own = files.filter((file) => file.kind === kind);
    const projects = [...new Set(own.map(({ project }) => project))];
    return projects.map((project) => ({ kind, project, files: own.filter((file) => file.project === project) }));
  });
}

/**
 * Runs a suite.
 * @param env more of the environment, such as where the control plane is
 * @param ids only tests with one of these; absent: all that carry any
 * @returns jest's report
 * @throws Error with the end of what was printed when no report came of it
 */
export async function runSuite(suite: Suite, env: NodeJS.ProcessEnv, ids?: readonly string[]): Promise<JestReport> {
  const outputFile = join(temporaryDirectory('eso-parity-'), 'report.json');
  const pattern = ids ? ids.map((id) => `\\[${id.replaceAll('.', '\\.')}\\]`).join('|') : ANY_ID;
  const args = [
    join(root, 'tools', 'jest.mjs'),
    suite.kind,
    suite.project,
    // jest takes paths as patterns; each is whole, so that none takes another file along.
    ...suite.files.map(({ path }) => `--testPathPatterns=${join(root, path).replaceAll(/[.[\]()+]/g, '\\$&')}$`),
    // Tests of whole systems tell a story, of which one part needs the other.
    ...(suite.kind === 'e2e' ? [] : [`--testNamePattern=${pattern}`]),
    '--json',
    `--outputFile=${outputFile}`,
  ];
  const child = spawn(process.execPath, args, {
    cwd: root,
    env: { ...process.env, FORCE_COLOR: '0', ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
  });
  if (child.pid !== undefined) guardProcess(child.pid);
  let printed = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (printed = (printed + text).slice(-8_000)));
  const code = await new Promise<number | null>((done, fail) => child.once('error', fail).once('close', done));
  if (child.pid !== undefined) releaseProcess(child.pid);
  try {
    return JSON.parse(await readFile(outputFile, 'utf8')) as JestReport;
  } catch {
    throw new Error(`jest ended with ${String(code)} without a report; it printed:\n${printed}`);
  }
}
