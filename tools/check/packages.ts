/** The packages of the workspace, and which file an import between them stands for. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';

/** A package of the workspace. */
export interface Package {
  /** From the root of the workspace: `libs/kube`. */
  readonly folder: string;
  /** `@eso/kube`; the folder where its package.json names none. */
  readonly name: string;
  /** `exports` of its package.json. */
  readonly exports: Readonly<Record<string, unknown>>;
}

/**
 * The packages that the `workspaces` of `root`'s package.json name. A folder without a package.json is none.
 * @throws what the file system answers, when `root` has no package.json
 */
export function packagesOf(root: string): Package[] {
  const { workspaces = [] } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    workspaces?: readonly string[];
  };
  const folders = workspaces.flatMap((workspace) =>
    workspace.endsWith('/*')
      ? foldersIn(join(root, workspace.slice(0, -2))).map((name) => workspace.slice(0, -1) + name)
      : [workspace],
  );
  return folders.flatMap((folder) => {
    const manifest = manifestOf(join(root, folder));
    return manifest ? [{ folder, name: manifest.name ?? folder, exports: manifest.exports ?? {} }] : [];
  });
}

/**
 * The path that a specifier stands for, from the root of the workspace, whether or not there is such a file; undefined for what
 * is not of the workspace. Sources import sources: `@eso/…` leads where the condition `@eso/source` points.
 * @param from path of the importing file
 */
export function resolveImport(packages: readonly Package[], from: string, specifier: string): string | undefined {
  if (specifier.startsWith('.')) return posix.join(posix.dirname(from), specifier);
  const target = packages.find(({ name }) => specifier === name || specifier.startsWith(`${name}/`));
  if (!target) return undefined;
  const entry = `.${specifier.slice(target.name.length)}`;
  for (const [pattern, conditions] of Object.entries(target.exports)) {
    const [head = '', tail] = pattern.split('*');
    const matches = tail === undefined ? entry === pattern : entry.startsWith(head) && entry.endsWith(tail);
    const file = sourceCondition(conditions);
    if (!matches || file === undefined) continue;
    const star = tail === undefined ? '' : entry.slice(head.length, entry.length - tail.length);
    return posix.join(target.folder, file.replaceAll('*', star));
  }
  return undefined;
}

function sourceCondition(conditions: unknown): string | undefined {
  if (typeof conditions === 'string') return conditions;
  return (conditions as Readonly<Record<string, string>> | null)?.['@eso/source'];
}

function foldersIn(path: string): string[] {
  try {
    return readdirSync(path, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
  } catch (error) {
    if (isAbsent(error)) return [];
    throw error;
  }
}

function manifestOf(folder: string): Partial<Package> | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Partial<Package>;
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

function isAbsent(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}
