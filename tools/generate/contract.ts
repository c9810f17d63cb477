/** Checks of the wire contract in proto/. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { buf } from './buf.ts';

/** The published contract, as buf's binary image. */
const BASELINE = 'proto/baseline.binpb';

/** Violations of the style rules in buf.yaml, one line each. */
export async function lintContract(root: string, folder = root): Promise<string[]> {
  const { code, lines } = await buf(root, ['lint'], folder);
  return code === 0 ? [] : lines.map((line) => `buf lint: ${line}`);
}

/**
 * Changes that would break a published peer, one line each.
 * @param folder holds buf.yaml and proto/; the baseline is always that of the checkout
 */
export async function breakingChanges(root: string, folder = root): Promise<string[]> {
  const baseline = join(root, BASELINE);
  if (!existsSync(baseline)) {
    return [`${BASELINE} is missing: restore it from git; only a first release makes one (--new-baseline)`];
  }
  const { code, lines } = await buf(root, ['breaking', '--against', baseline], folder);
  return code === 0 ? [] : lines.map((line) => `buf breaking: ${line}`);
}

/** Makes the contract of the checkout the one that later changes are compared with. */
export async function writeBaseline(root: string): Promise<void> {
  const { code, lines } = await buf(root, ['build', '--output', BASELINE]);
  if (code !== 0) throw new Error(`buf build failed:\n${lines.join('\n')}`);
}
