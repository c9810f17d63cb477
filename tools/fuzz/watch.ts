import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EngineReport } from './engine.ts';
import { beatsOf, lastInput } from './heartbeat.ts';

export interface WatchOptions {
  readonly target: string;
  readonly seconds: number;
  readonly seed: string;
  /** How long one input may run, seconds. */
  readonly limitSeconds: number;
  /** Largest heap of the process, MiB; more is a finding. Default 768. */
  readonly heapMiB?: number;
  /** What is run. Default: the fuzzer. */
  readonly script?: string;
}

/** What became of the process that ran a target. */
export type Watched =
  | { readonly kind: 'done'; readonly report: EngineReport }
  /** It did not end an input, or did not survive it. */
  | { readonly kind: 'lost'; readonly input: Buffer; readonly problem: string };

const POLL_MS = 500;
const DEFAULT_HEAP_MIB = 768;

/** Runs a target in a process of its own, which is ended when one input runs longer than it may. */
export async function watch(options: WatchOptions): Promise<Watched> {
  const { target, seconds, seed, limitSeconds, heapMiB = DEFAULT_HEAP_MIB } = options;
  const folder = mkdtempSync(join(tmpdir(), 'eso-fuzz-'));
  const file = join(folder, 'input');
  const child = fork(options.script ?? join(import.meta.dirname, 'child.ts'), [target, String(seconds), seed, file], {
    execArgv: ['--conditions=@eso/source', '--disable-warning=ExperimentalWarning', `--max-old-space-size=${heapMiB}`],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => (said = `${said}${chunk.toString()}`.slice(-4_000)));
  let report: EngineReport | undefined;
  child.on('message', (message) => (report = message as EngineReport));
  const stalled = watchBeats(file, limitSeconds, () => child.kill('SIGKILL'));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  const { isStalled, beats } = stalled.end();
  try {
    if (report && !isStalled) return { kind: 'done', report };
    if (!isStalled && beats === 0) throw new Error(`the target ${target} does not start:\n${said}`);
    const problem = isStalled
      ? `the input runs longer than ${limitSeconds} s`
      : `the process ended (${code}):\n${said}`;
    return { kind: 'lost', input: Buffer.from(lastInput(file)), problem };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Calls `onStall` once when no further input has begun for so long. */
function watchBeats(
  file: string,
  limitSeconds: number,
  onStall: () => void,
): { end(): { isStalled: boolean; beats: number } } {
  let beats = 0;
  let since = performance.now();
  let isStalled = false;
  const timer = setInterval(() => {
    const now = beatsOf(file);
    if (now !== beats || now === 0) since = performance.now();
    beats = now;
    if (isStalled || performance.now() - since < limitSeconds * 1_000) return;
    isStalled = true;
    onStall();
  }, POLL_MS);
  return {
    end: () => {
      clearInterval(timer);
      return { isStalled, beats: beatsOf(file) };
    },
  };
}
