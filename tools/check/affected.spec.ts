import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { copyWorkspace } from '@eso/testing';

/** Nx reads the whole workspace, on a machine that does other things. */
const NX_MS = 120_000;

let copy: string;
let committed: Readonly<Record<string, string>>;
beforeAll(() => {
  copy = copyWorkspace();
  committed = Object.fromEntries(manifestPaths().map((path) => [path, readFileSync(join(copy, path), 'utf8')]));
}, NX_MS);
afterEach(() => {
  for (const [path, text] of Object.entries(committed)) writeFileSync(join(copy, path), text);
});
afterAll(() => rmSync(copy, { recursive: true }));

function manifestPaths(): string[] {
  const apps = readdirSync(join(copy, 'apps')).map((app) => `apps/${app}/package.json`);
  return ['package.json', 'package-lock.json', 'e2e/package.json', 'tools/package.json', ...apps];
}

/** Gives a package another version, as `npm install` does: in the lockfile, and in every package.json that names it. */
function bump(name: string): void {
  const lock = JSON.parse(committed['package-lock.json'] ?? '') as {
    packages: Record<string, { version: string; integrity: string; dependencies?: Record<string, string> }>;
  };
  const { version = '', integrity = '' } = lock.packages[`node_modules/${name}`] ?? {};
  const next = version.replace(/\d+$/, (patch) => String(Number(patch) + 1));
  for (const [path, text] of Object.entries(committed)) {
    const bumped = text.replaceAll(`"${name}": "${version}"`, `"${name}": "${next}"`);
    if (path !== 'package-lock.json') writeFileSync(join(copy, path), bumped);
    else writeFileSync(join(copy, path), newVersion(bumped, name, next, integrity));
  }
}

function newVersion(text: string, name: string, version: string, integrity: string): string {
  const lock = JSON.parse(text) as { packages: Record<string, object> };
  const place = `node_modules/${name}`;
  const changed = { ...lock.packages[place], version, integrity: integrity.replace(/-..../, '-AAAA') };
  return JSON.stringify({ ...lock, packages: { ...lock.packages, [place]: changed } }, undefined, 2);
}

/** What `nx show projects` prints for the change that is not committed. */
async function projects(...flags: string[]): Promise<string[]> {
  const nx = join(copy, 'node_modules', '.bin', 'nx');
  const env = { ...process.env, NX_DAEMON: 'false' };
  const output = await new Promise<string>((resolve, reject) =>
    execFile(process.execPath, [nx, 'show', 'projects', ...flags], { cwd: copy, env }, (error, stdout, stderr) =>
      error ? reject(new Error(stderr, { cause: error })) : resolve(stdout),
    ),
  );
  return output.split('\n').filter(Boolean).sort();
}

test(
  'a new version of an SDK affects its provider, and what tests that with the SDK',
  async () => {
    bump('@aws-sdk/client-secrets-manager');
    expect(await projects('--affected', '--base=HEAD')).toEqual(['@eso/e2e', '@eso/provider-aws', '@eso/tools']);
  },
  NX_MS,
);

test(
  'a new version of an SDK reaches the image of its provider alone, a new base layer every image',
  async () => {
    bump('@azure/identity');
    expect(await projects('--affected', '--base=HEAD', '--with-target=image')).toEqual(['@eso/provider-azure']);
    writeFileSync(join(copy, 'package-lock.json'), committed['package-lock.json'] ?? '');
    writeFileSync(join(copy, 'apps/provider-azure/package.json'), committed['apps/provider-azure/package.json'] ?? '');
    const lock = join(copy, 'tools/image/base.lock.json');
    const before = readFileSync(lock, 'utf8');
    writeFileSync(lock, before.replace('"package"', ' "package"'));
    try {
      expect(await projects('--affected', '--base=HEAD', '--with-target=image')).toEqual(
        await projects('--with-target=image'),
      );
    } finally {
      writeFileSync(lock, before);
    }
  },
  NX_MS,
);

test(
  'a new compiler affects everything',
  async () => {
    bump('typescript');
    expect(await projects('--affected', '--base=HEAD')).toEqual(await projects());
  },
  NX_MS,
);
