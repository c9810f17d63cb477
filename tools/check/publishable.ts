/** What a package needs before it can be published, so that who finds it knows what it is and where it comes from. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packagesOf } from './packages.ts';

interface Manifest {
  readonly private?: boolean;
  readonly description?: string;
  readonly license?: string;
  readonly files?: readonly string[];
  readonly repository?: { readonly type?: string; readonly url?: string; readonly directory?: string };
}

/** A README is at least this many lines long: fewer do not say what a package is for. */
const README_LINES = 10;

/**
 * What each package that is not private lacks: README, CHANGELOG, description, license, list of files, and a `repository` with its own
 * folder and one address for all.
 * @param root folder of the workspace
 * @throws what the file system answers
 */
export function publishProblems(root: string): string[] {
  const published = packagesOf(root).flatMap(({ folder }) => {
    const manifest = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as Manifest;
    return manifest.private === true ? [] : [{ folder, manifest }];
  });
  const address = published[0]?.manifest.repository?.url;
  return published.flatMap(({ folder, manifest }) => {
    const { repository, description, license, files } = manifest;
    const readme = join(root, folder, 'README.md');
    const lacks: [string, boolean][] = [
      ['a README.md of ten lines', existsSync(readme) && lines(readme) >= README_LINES],
      ['a CHANGELOG.md', existsSync(join(root, folder, 'CHANGELOG.md'))],
      ['a description', description !== undefined && description !== ''],
      ['a license', license !== undefined],
      ['files', files !== undefined && files.length > 0],
      ['a repository of type git', repository?.type === 'git' && repository.url !== undefined],
      ['the address of the others in repository', repository?.url === address],
      ['its own folder in repository', repository?.directory === folder],
    ];
    return lacks.flatMap(([what, there]) => (there ? [] : [`${folder} lacks ${what}`]));
  });
}

const lines = (path: string): number => readFileSync(path, 'utf8').trimEnd().split('\n').length;
