/** The test files of the workspace, and what each is run with. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { type TaggedTitle, titlesIn } from './titles.ts';

/** How tools/jest.mjs runs a file. */
export type SuiteKind = 'unit' | 'int' | 'e2e';

/** A test file with at least one title that carries an id. */
export interface TaggedFile {
  /** Below the root, with slashes. */
  readonly path: string;
  /** `libs/sync`, `apps/core`, `e2e`, `tools`. */
  readonly project: string;
  /** undefined: it is long by its nature, and no gate runs it. */
  readonly kind: SuiteKind | undefined;
  readonly titles: readonly TaggedTitle[];
}

const TESTS = ['libs/*/src/**/*.spec.ts', 'apps/*/src/**/*.spec.ts', 'e2e/src/**/*.spec.ts', 'tools/**/*.spec.ts'];

/** Every test file below a root that carries ids, in the order of paths. The tests of this tool itself are none: their ids are made up. */
export function taggedFiles(root: string): TaggedFile[] {
  const paths = globSync(TESTS, { cwd: root, exclude: (path) => path.includes('node_modules') });
  return paths
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => !path.startsWith('tools/parity/'))
    .sort()
    .map((path) => taggedFile(path, readFileSync(join(root, path), 'utf8')))
    .filter(({ titles }) => titles.length > 0);
}

function taggedFile(path: string, text: string): TaggedFile {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const [group = '', name = ''] = path.split('/');
  const project = group === 'libs' || group === 'apps' ? `${group}/${name}` : group;
  return { path, project, kind: kindOf(path), titles: text.includes('[') ? titlesIn(source) : [] };
}

function kindOf(path: string): SuiteKind | undefined {
  if (path.endsWith('.long.spec.ts') || path.endsWith('.compat.spec.ts')) return undefined;
  if (path.endsWith('.int.spec.ts')) return 'int';
  return path.startsWith('e2e/') ? 'e2e' : 'unit';
}
