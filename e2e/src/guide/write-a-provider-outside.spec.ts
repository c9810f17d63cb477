/** The guide for authors elsewhere, followed word by word in a folder outside of this repository, with nothing but the published packages. */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { followGuide, guideSteps, timesTable } from '../support/guide.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../../..');
const PAGE = 'docs/write-a-provider-outside.md';
/** In the order in which they are built. */
const PUBLISHED = ['runtime', 'http2', 'kube', 'api', 'conformance'] as const;

interface Manifest {
  readonly name: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

let outside: string;

beforeAll(async () => {
  outside = mkdtempSync(join(tmpdir(), 'outside-author-'));
  mkdirSync(join(outside, 'node_modules'), { recursive: true });
  for (const library of PUBLISHED) await install(library);
  for (const tool of ['@types/node', 'undici-types']) link(tool, root);
  link('typescript', root, 'typescript7');
  mkdirSync(join(outside, 'node_modules/.bin'));
  symlinkSync('../typescript/bin/tsc', join(outside, 'node_modules/.bin/tsc'));
});

afterAll(() => rmSync(outside, { recursive: true, force: true }));

/** What `npm pack` makes of a library, unpacked; beside it what its manifest declares, and nothing else. */
async function install(library: string): Promise<void> {
  const folder = join(root, 'libs', library);
  await run(process.execPath, [join(root, 'tools/build-lib.mjs'), `libs/${library}`]);
  const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', outside], { cwd: folder });
  const [packed] = JSON.parse(stdout) as [{ filename: string }];
  const target = join(outside, 'node_modules', '@eso', library);
  mkdirSync(target, { recursive: true });
  await run('tar', ['-xzf', join(outside, packed.filename), '--strip-components=1', '-C', target]);
  const manifest = JSON.parse(readFileSync(join(target, 'package.json'), 'utf8')) as Manifest;
  for (const name of Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies }))
    if (!name.startsWith('@eso/')) link(name, folder);
}

/** Makes a package of others available, as installed here under this or another name. */
function link(name: string, from: string, installed = name): void {
  const target = join(outside, 'node_modules', name);
  if (existsSync(target)) return;
  mkdirSync(dirname(target), { recursive: true });
  symlinkSync(folderOf(installed, from), target);
}

function folderOf(name: string, from: string): string {
  const places = createRequire(join(from, 'package.json')).resolve.paths(name) ?? [];
  const place = places.find((candidate) => existsSync(join(candidate, name)));
  if (place === undefined) throw new Error(`${name} is not installed`);
  return join(place, name);
}

test('every command and every file of the guide does what it says', async () => {
  const steps = guideSteps(readFileSync(join(root, PAGE), 'utf8'));
  expect(steps.filter(({ tag }) => tag === 'install')).toHaveLength(1);
  const times = await followGuide(steps, outside, { REPOSITORY: root });
  console.log(timesTable(times));
  expect(times.map(({ command }) => command)).toContain('npx tsc\nnode --test out/provider.test.js');
  const crd = JSON.parse(readFileSync(join(outside, 'crd.json'), 'utf8')) as { metadata: { name: string } };
  expect(crd.metadata.name).toBe('vaultboxes.provider.external-secrets.io');
});

test('no file of a test is published', async () => {
  for (const library of PUBLISHED) {
    const { stdout } = await run('npm', ['pack', '--json', '--dry-run'], { cwd: join(root, 'libs', library) });
    const [packed] = JSON.parse(stdout) as [{ files: { path: string }[] }];
    expect(
      packed.files.map(({ path }) => path).filter((path) => /\.spec\.|\/testdata\/|(^|\/)src\//.test(path)),
    ).toEqual([]);
  }
});
