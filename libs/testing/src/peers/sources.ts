import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { workspaceRoot } from '../workspace.ts';

/** Folder of a peer's sources. */
export const peerSourceFolder = (language: 'go' | 'python'): string => join(workspaceRoot, 'tools', 'peers', language);

/** Folder of the contract, whose stubs are generated when a peer is built. */
export const protoFolder = join(workspaceRoot, 'proto');

/** The files of the contract that the peers serve, below that folder. */
export const PROTO_FILES = [
  'provider/v1/provider.proto',
  'provider/ext/v1alpha1/ext.proto',
  'generator/v1/generator.proto',
] as const;

/** Digest of everything that decides what a build of these sources yields, for the key of the cache. */
export async function sourcesDigest(language: 'go' | 'python'): Promise<string> {
  const folder = peerSourceFolder(language);
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && isSource(entry.name));
  const paths = files.map(({ parentPath, name }) => join(parentPath, name)).sort();
  const hash = createHash('sha256');
  for (const path of [...paths, ...PROTO_FILES.map((file) => join(protoFolder, file))]) {
    const content = await readFile(path);
    hash.update(`${path.slice(workspaceRoot.length)}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex').slice(0, 16);
}

const isSource = (name: string): boolean => /\.(?:go|mod|sum|py|txt)$/.test(name);
