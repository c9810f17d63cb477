// Runs the Go program of this folder. It is built once per process.
import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const folder = import.meta.dirname;
let built: string | undefined;

/** Path of the built program. Throws where Go is not installed. */
export function goProgram(): string {
  if (built === undefined) {
    const path = join(mkdtempSync(join(tmpdir(), 'template-oracle-')), 'oracle');
    execFileSync('go', ['build', '-o', path, '.'], { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
    built = path;
  }
  return built;
}

/** True where Go is installed. */
export function hasGo(): boolean {
  try {
    execFileSync('go', ['version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

function run(args: readonly string[], input: string): string {
  const env = { ...process.env, TZ: 'UTC' };
  return execFileSync(goProgram(), args, { input, env, encoding: 'utf8', maxBuffer: 2 ** 30 });
}

/** Version of Go, as `go1.26.0`. */
export function goVersion(): string {
  return run(['-version'], '').trim();
}

/** Go's answers, in the order of the cases. */
export function goAnswers(cases: readonly object[]): object[] {
  return JSON.parse(run([], JSON.stringify(cases))) as object[];
}

/** Go's timings: nanoseconds to compile and to run each case. */
export function goTimings(
  cases: readonly object[],
  rounds: number,
): { id: string; compileNanoseconds: number; executeNanoseconds: number }[] {
  return JSON.parse(run(['-bench', String(rounds)], JSON.stringify(cases))) as ReturnType<typeof goTimings>;
}
