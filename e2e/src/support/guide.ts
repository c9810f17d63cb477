/** A page whose code blocks are run: each is a command, a file, or a manifest, and says which. */
import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** One code block. */
export type GuideStep =
  /** Shell commands; `fails`: the page says that they end with an error. */
  | { readonly tag: 'run'; readonly line: number; readonly command: string; readonly fails: boolean }
  /** What brings packages; a test has its own way to them. */
  | { readonly tag: 'install'; readonly line: number }
  | { readonly tag: 'file'; readonly line: number; readonly path: string; readonly content: string }
  /** Kubernetes objects of a namespace. */
  | { readonly tag: 'apply'; readonly line: number; readonly namespace: string; readonly manifest: string };

const BLOCK = /(?:^<!-- ([^\n]*) -->\n)?^```(\w*)\n([^]*?)^```$/gm;

/**
 * The code blocks of a page in their order.
 * @throws Error for a block that says neither what it is nor is shell: nothing would run it
 */
export function guideSteps(page: string): GuideStep[] {
  return [...page.matchAll(BLOCK)].map(({ 1: mark = '', 2: language = '', 3: text = '', index }) => {
    const line = page.slice(0, index).split('\n').length;
    const [, kind, of = ''] = /^(file|apply): (.+)$/.exec(mark) ?? [];
    if (kind === 'file') return { tag: 'file', line, path: of, content: text };
    if (kind === 'apply') return { tag: 'apply', line, namespace: of, manifest: text };
    if (language === 'sh' && mark === 'install') return { tag: 'install', line };
    if (language === 'sh' && (mark === '' || mark === 'fails'))
      return { tag: 'run', line, command: text.trim(), fails: mark === 'fails' };
    throw new Error(
      `the block in line ${line} is run by nothing: mark it by "file: PATH" or "apply: NAMESPACE", or make it sh`,
    );
  });
}

/** What was run, and how long it took. */
export interface GuideTime {
  readonly command: string;
  readonly seconds: number;
}

/**
 * Does what a page says, in a folder: writes its files, runs its commands one after the other.
 * @param variables more environment for the commands
 * @throws Error with the line of the page and what was printed, when a command does not end as the page says
 */
export async function followGuide(
  steps: readonly GuideStep[],
  folder: string,
  variables: Readonly<Record<string, string>> = {},
): Promise<GuideTime[]> {
  const times: GuideTime[] = [];
  for (const step of steps) {
    if (step.tag === 'file') {
      mkdirSync(dirname(join(folder, step.path)), { recursive: true });
      writeFileSync(join(folder, step.path), step.content);
    }
    if (step.tag !== 'run') continue;
    const started = performance.now();
    const { failed, output } = await shell(step.command, folder, variables);
    if (failed !== step.fails)
      throw new Error(`line ${step.line}, "${step.command}" ${failed ? 'failed' : 'was to fail'}:\n${output}`);
    times.push({ command: step.command, seconds: (performance.now() - started) / 1000 });
  }
  return times;
}

/** The times as a table of Markdown, and their sum. */
export function timesTable(times: readonly GuideTime[]): string {
  const rows = times.map(
    ({ command, seconds }) =>
      `| \`${command.split('\n').join('; ').replaceAll('|', '\\|')}\` | ${seconds.toFixed(1)} |`,
  );
  const total = times.reduce((sum, { seconds }) => sum + seconds, 0);
  return ['| Command | seconds |', '| --- | --- |', ...rows, `| all of them | ${total.toFixed(1)} |`].join('\n');
}

function shell(
  command: string,
  cwd: string,
  variables: Readonly<Record<string, string>>,
): Promise<{ failed: boolean; output: string }> {
  // As a user has it: nothing of how this test itself is run, and the workspace's own Node first.
  const path = [join(cwd, 'node_modules', '.bin'), dirname(process.execPath), process.env['PATH']].join(':');
  const env = {
    PATH: path,
    HOME: process.env['HOME'],
    NX_DAEMON: 'false',
    NX_TUI: 'false',
    FORCE_COLOR: '0',
    ...variables,
  };
  return new Promise((resolve) =>
    execFile('bash', ['-ec', command], { cwd, env, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) =>
      resolve({ failed: error !== null, output: stdout + stderr }),
    ),
  );
}
