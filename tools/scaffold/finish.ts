/** What follows when the files of a new provider are on disk. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { markInstalled } from '../setup.mjs';
import type { ProviderNames } from './names.ts';

/** The programs that make files of the new ones, in this order. */
const STEPS: readonly (readonly string[])[] = [
  ['--conditions=@eso/source', 'tools/generate/main.ts'],
  ['--conditions=@eso/source', 'tools/check/architecture.ts'],
];

/**
 * Puts the package of a new provider into the lock file and among the installed ones, and makes everything that is generated.
 * @param root folder of the workspace
 * @param wereInstalled whether the packages were installed as the lock file had it: then they are so again, and nothing has to be done anew
 * @throws Error with what a program printed
 */
export function finish(
  root: string,
  { name }: ProviderNames,
  { wereInstalled }: { readonly wereInstalled: boolean },
): void {
  // Nothing is fetched: what the new package depends on is there.
  run(root, 'npm', ['install', '--package-lock-only', '--ignore-scripts', '--offline', '--no-audit', '--no-fund']);
  const link = join(root, 'node_modules', '@eso', `provider-${name}`);
  mkdirSync(dirname(link), { recursive: true });
  if (!existsSync(link)) symlinkSync(`../../apps/provider-${name}`, link);
  linkLibrary(join(root, 'charts', `provider-${name}`));
  if (wereInstalled) markInstalled();
  for (const step of STEPS) run(root, process.execPath, step);
  console.log(`
provider-${name} is there, and answers what the kit answers for it. What is left fails until it is written:

    npx node tools/jest.mjs unit apps/provider-${name}

The failures name the files. libs/api/README.md says how the kit is used.`);
}

/** The library chart, as every provider's chart has it. */
function linkLibrary(chart: string): void {
  mkdirSync(join(chart, 'charts'), { recursive: true });
  const link = join(chart, 'charts', 'provider');
  if (!existsSync(link)) symlinkSync('../../provider', link);
}

function run(root: string, program: string, args: readonly string[]): void {
  try {
    execFileSync(program, args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    throw new Error(`${program} ${args.join(' ')} failed:\n${stdout}${stderr}`, { cause: error });
  }
}
