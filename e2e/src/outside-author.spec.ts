/** Somebody outside of this repository writes a provider and its test with nothing but the published packages. */
import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');
/** In the order in which they are built. */
const PUBLISHED = ['runtime', 'http2', 'kube', 'api'] as const;

interface Manifest {
  readonly name: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

let outside: string;

beforeAll(async () => {
  outside = mkdtempSync(join(tmpdir(), 'outside-author-'));
  cpSync(join(import.meta.dirname, 'outside-author'), outside, { recursive: true });
  mkdirSync(join(outside, 'node_modules'), { recursive: true });
  for (const library of PUBLISHED) await install(library);
  for (const tool of ['typescript7', '@types/node', 'undici-types']) link(tool, root);
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

/** Makes a package of others available, as installed here. */
function link(name: string, from: string): void {
  const target = join(outside, 'node_modules', name);
  if (existsSync(target)) return;
  mkdirSync(dirname(target), { recursive: true });
  symlinkSync(folderOf(name, from), target);
}

function folderOf(name: string, from: string): string {
  const places = createRequire(join(from, 'package.json')).resolve.paths(name) ?? [];
  const place = places.find((candidate) => existsSync(join(candidate, name)));
  if (place === undefined) throw new Error(`${name} is not installed`);
  return join(place, name);
}

test('types, provider and test stand by themselves', async () => {
  const compiler = join(outside, 'node_modules/typescript7/bin/tsc');
  const compiled = await run(process.execPath, [compiler, '-p', outside]).catch((error: unknown) => error);
  expect(compiled).toMatchObject({ stdout: '' });
  const tested = await run(process.execPath, ['--test', '--test-reporter=tap', join(outside, 'out/provider.test.js')], {
    cwd: outside,
    // Nothing of how this test itself is run.
    env: { PATH: process.env['PATH'], HOME: outside },
  }).catch((error: unknown) => error);
  expect(tested).toMatchObject({ stdout: expect.stringMatching(/^# pass 4\n# fail 0$/m) as string });
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
