import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buf } from './buf.ts';
import { filesBelow, type GeneratedFiles } from './files.ts';

const FOLDER = 'libs/api/src/gen';

/**
 * Stubs of the contract, generated into a temporary folder, so that a check leaves the checkout alone.
 * @throws Error with what buf said when it fails
 */
export async function stubFiles(root: string): Promise<GeneratedFiles> {
  const scratch = mkdtempSync(join(tmpdir(), 'eso-stubs-'));
  try {
    const { code, lines } = await buf(root, ['generate', '--output', scratch]);
    if (code !== 0) throw new Error(`buf generate failed:\n${lines.join('\n')}`);
    const made = join(scratch, FOLDER);
    const files = new Map(filesBelow(made).map((path) => [path, readFileSync(join(made, path), 'utf8')]));
    return { folder: FOLDER, source: 'proto/', files };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
