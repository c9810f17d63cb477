import { createHash } from 'node:crypto';
import { readFile, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import type { PemFiles } from './check-material.ts';

/** Names of the files within the directory. */
export interface CertificateFiles {
  /** Default `tls.crt`. */
  readonly cert: string;
  /** Default `tls.key`. */
  readonly key: string;
  /** Default `ca.crt`. */
  readonly ca: string;
  /** Default `ca.crl`; may be absent. */
  readonly crl: string;
}

/** The file names of a `kubernetes.io/tls` Secret with a trust bundle. */
export const DEFAULT_CERTIFICATE_FILES: CertificateFiles = {
  cert: 'tls.crt',
  key: 'tls.key',
  ca: 'ca.crt',
  crl: 'ca.crl',
};

/** What a directory holds. `digest` is equal exactly when nothing changed. */
export type DirectoryContent =
  | { readonly kind: 'read'; readonly digest: string; readonly files: PemFiles }
  | {
      readonly kind: 'unreadable';
      readonly digest: string;
      readonly problem: string;
      /** Whether the file is not there at all. */
      readonly absent: boolean;
    };

/**
 * Reads all files of one generation. The kubelet swaps the symlink `..data`; resolving it once keeps a key of the old
 * generation from meeting a certificate of the new one.
 */
export async function readDirectory(dir: string, names: CertificateFiles): Promise<DirectoryContent> {
  const base = await realpath(join(dir, '..data')).catch(() => dir);
  const texts: string[] = [];
  // One after the other, so that of several missing files it is always the same one that is named.
  for (const name of [names.cert, names.key, names.ca]) {
    try {
      texts.push(await readFile(join(base, name), 'utf8'));
    } catch (error) {
      return unreadable(dir, name, error);
    }
  }
  const [cert = '', key = '', ca = ''] = texts;
  try {
    const crl = await readFile(join(base, names.crl), 'utf8').catch(ifAbsent);
    const hash = createHash('sha256');
    for (const text of [cert, key, ca, crl ?? '']) hash.update(`${text.length}\0`).update(text);
    return { kind: 'read', digest: hash.digest('hex'), files: { cert, key, ca, ...(crl ? { crl } : {}) } };
  } catch (error) {
    return unreadable(dir, names.crl, error);
  }
}

function unreadable(dir: string, name: string, error: unknown): DirectoryContent {
  const { code } = error as NodeJS.ErrnoException;
  const problem = `cannot read ${name} in ${dir}: ${code ?? 'unknown error'}`;
  return { kind: 'unreadable', digest: problem, problem, absent: code === 'ENOENT' };
}

function ifAbsent(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT') return undefined;
  throw error;
}
