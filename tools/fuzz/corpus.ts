import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where the committed inputs are, a folder for each target. */
export const CORPUS = join(import.meta.dirname, 'corpus');

/** An input of the corpus. */
export interface CorpusEntry {
  /** Path of its file. */
  readonly file: string;
  readonly bytes: Buffer;
}

/** The committed inputs of a target, in the order of their names. */
export function readCorpus(target: string, root = CORPUS): CorpusEntry[] {
  const folder = join(root, target);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .sort()
    .map((name) => ({ file: join(folder, name), bytes: readFileSync(join(folder, name)) }));
}

/**
 * Writes an input into the corpus of a target, under a name that its bytes give it.
 * @param kind beginning of the name: `found` for a finding, `grown` for what reached new code
 * @returns the path
 */
export function saveInput(target: string, kind: 'found' | 'grown', bytes: Uint8Array, root = CORPUS): string {
  const folder = join(root, target);
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${kind}-${createHash('sha256').update(bytes).digest('hex').slice(0, 12)}`);
  writeFileSync(file, bytes);
  return file;
}
