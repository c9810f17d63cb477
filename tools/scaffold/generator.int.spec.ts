/** A provider is made in a copy of this workspace: what passes at once, what fails and how, and what it changes of other packages. */
import { execFile, execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { copyWorkspace } from '@eso/testing';
import { Helm, objectsOf } from '../charts/helm.ts';

/** Nx, the compiler, the linter and the bundler each read the workspace, on a machine that does other things. */
const LONG_MS = 300_000;
const APP = 'apps/provider-acme';

let copy: string;
let coreBefore: string;
let made: Ended;
beforeAll(async () => {
  copy = copyWorkspace();
  coreBefore = await coreDigest();
  await node('--input-type=module', '--eval', `(await import('${join(copy, 'tools/setup.mjs')}')).markInstalled()`);
  made = await generate('acme');
}, LONG_MS);
afterAll(() => rmSync(copy, { recursive: true }));

interface Ended {
  readonly code: number;
  readonly output: string;
}

/** Runs a program of the copy on this Node. */
function node(...args: string[]): Promise<Ended> {
  const env = { ...process.env, NX_DAEMON: 'false', NX_TUI: 'false', FORCE_COLOR: '0', CI: 'true' };
  return new Promise((resolve) => {
    const done = (error: Error | null, stdout: string, stderr: string) =>
      resolve({ code: error ? 1 : 0, output: stdout + stderr });
    execFile(process.execPath, args, { cwd: copy, env, maxBuffer: 64 * 1024 * 1024 }, done);
  });
}

const generate = (...args: string[]): Promise<Ended> =>
  node(join('node_modules', '.bin', 'nx'), 'g', '@eso/tools:provider', ...args);

const git = (...args: string[]): string => execFileSync('git', args, { cwd: copy, encoding: 'utf8' });

/** SHA-256 over the names and contents of everything that core's bundle consists of. */
async function coreDigest(): Promise<string> {
  expect(await node('tools/bundle.mjs', 'apps/core')).toMatchObject({ code: 0 });
  const dist = join(copy, 'apps', 'core', 'dist');
  const files = readdirSync(dist, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const hash = createHash('sha256');
  for (const path of files.map(({ parentPath, name }) => join(parentPath, name)).sort())
    hash.update(`${path}\0`).update(readFileSync(path)).update('\0');
  return hash.digest('hex');
}

test('one command makes it, and says what is next', () => {
  expect(made).toEqual({ code: 0, output: expect.stringContaining(`npx node tools/jest.mjs unit ${APP}`) as string });
});

test('it changes nothing of another package but what is generated and the lock file', () => {
  expect(git('status', '--porcelain', '--untracked-files=all', '--', '.').trimEnd().split('\n')).toEqual([
    ' M docs/architecture.md',
    ' M docs/reference/config.md',
    ' M docs/reference/flags.md',
    ' M package-lock.json',
    '?? .nx/version-plans/provider-acme.md',
    `?? ${APP}/CHANGELOG.md`,
    `?? ${APP}/README.md`,
    `?? ${APP}/package.json`,
    `?? ${APP}/rights.json`,
    ...['backend.ts', 'config/acme.ts', 'config/gen/acme.ts', 'config/index.ts'].map((file) => `?? ${APP}/src/${file}`),
    ...['conformance.spec.ts', 'definition.ts', 'main.ts'].map((file) => `?? ${APP}/src/${file}`),
    ...['provider.spec.ts', 'testing/provider.ts', 'worker.ts'].map((file) => `?? ${APP}/src/${file}`),
    `?? ${APP}/tsconfig.json`,
    ...['.helmignore', 'Chart.yaml', 'README.md', 'charts/provider'].map((file) => `?? charts/provider-acme/${file}`),
    '?? charts/provider-acme/files/admission.yaml',
    '?? charts/provider-acme/files/class.yaml',
    '?? charts/provider-acme/files/crds/provider.external-secrets.io_acmes.yaml',
    '?? charts/provider-acme/files/rbac.yaml',
    ...['templates/NOTES.txt', 'templates/provider.yaml', 'values.schema.json', 'values.yaml'].map(
      (file) => `?? charts/provider-acme/${file}`,
    ),
    '?? docs/reference/config/acme.md',
    '?? docs/reference/config/store-acme.md',
  ]);
  const lock = git('diff', '--unified=0', 'package-lock.json');
  expect(lock).not.toMatch(/^-[^-]/m);
  expect(lock).not.toContain('"resolved": "http');
});

test('no later command installs the packages anew', async () => {
  const asked = `console.log((await import('${join(copy, 'tools/setup.mjs')}')).isInstalled())`;
  expect(await node('--input-type=module', '--eval', asked)).toEqual({ code: 0, output: 'true\n' });
});

test.each([
  ['types', ['node_modules/typescript7/bin/tsc', '--noEmit', '-p', `${APP}/tsconfig.json`]],
  ['lint and borders', ['node_modules/eslint/bin/eslint.js', APP]],
  ['formatting', ['node_modules/prettier/bin/prettier.cjs', '--check', APP, 'package.json']],
  ['its bundle', ['tools/bundle.mjs', APP]],
  ['generated files', ['--conditions=@eso/source', 'tools/generate/main.ts', '--check']],
  ['pages', ['--conditions=@eso/source', 'tools/check/pages.ts']],
  ['the house', ['--conditions=@eso/source', 'tools/check/house.ts']],
  [
    'what other tests say of every provider',
    ['tools/jest.mjs', 'unit', 'tools', '--testPathPatterns=/(crds|inline-configs|inline-schemas|bundles|draw)\\.spec'],
  ],
  ['its rights, at a real API server', ['tools/jest.mjs', 'int', 'libs/api', '--testPathPatterns=resources/rights']],
])(
  'at once in order: %s',
  async (_, args) => {
    expect(await node(...args)).toMatchObject({ code: 0 });
  },
  LONG_MS,
);

test(
  'Helm finds nothing wrong with its chart, and renders it with rights in the namespaces that are listed',
  async () => {
    const chart = join(copy, 'charts', 'provider-acme');
    const helm = await Helm.prepare();
    expect(await helm.run('lint', '--strict', chart)).toMatchObject({ code: 0 });
    const args = ['provider-acme', chart, '--namespace=provider-acme', '--set=tenantNamespaces={team-a}'];
    const { code, stdout } = await helm.run('template', ...args);
    expect(code).toBe(0);
    expect(
      objectsOf(stdout).map(({ kind, metadata }) => `${kind} ${metadata.namespace ?? ''}/${metadata.name}`),
    ).toEqual(
      expect.arrayContaining([
        'Deployment provider-acme/provider-acme',
        'Service provider-acme/provider-acme',
        'CustomResourceDefinition /acmes.provider.external-secrets.io',
        'Role team-a/provider-acme-credentials',
        'ClusterProviderClass /acme',
      ]),
    );
  },
  LONG_MS,
);

test(
  "core's bundle stays as it is, byte by byte",
  async () => {
    expect(await coreDigest()).toBe(coreBefore);
  },
  LONG_MS,
);

interface JestReport {
  readonly testResults: readonly {
    readonly assertionResults: readonly {
      readonly title: string;
      readonly status: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
}

test(
  'the tests that fail are those that say so, and each says what to write and where',
  async () => {
    await node('tools/jest.mjs', 'unit', APP, '--json', '--outputFile=report.json');
    const report = JSON.parse(readFileSync(join(copy, 'report.json'), 'utf8')) as JestReport;
    rmSync(join(copy, 'report.json'));
    const results = report.testResults.flatMap(({ assertionResults }) => assertionResults);
    const [failed, passed] = [
      results.filter(({ status }) => status === 'failed'),
      results.filter((each) => each.status === 'passed'),
    ];
    expect(failed.length + passed.length).toBe(results.length);
    expect(passed.length).toBeGreaterThan(3);
    expect(passed.filter(({ title }) => title.startsWith('TO WRITE'))).toEqual([]);
    expect(new Set(failed.map(({ title }) => /^TO WRITE (\S+): /.exec(title)?.[1]))).toEqual(
      new Set(['#read', '#names', 'validate']),
    );
    for (const { title, failureMessages } of failed)
      expect(failureMessages.join('\n')).toContain(
        `write ${/^TO WRITE (\S+):/.exec(title)?.[1] ?? ''} in ${APP}/src/backend.ts: `,
      );
  },
  LONG_MS,
);

test.each([
  [['acme'], 'provider-acme is among apps already'],
  [['Acme'], '"Acme" cannot be the name of a provider'],
  [['../acme'], 'cannot be the name of a provider'],
  [['other', '--kind=Fake'], 'Fake is among the kinds of configs already: choose another one by --kind'],
  [['other', '--key=aws'], 'aws is among the keys of configs in stores already: choose another one by --key'],
])(
  '%j is refused with the reason, and nothing is written',
  async (args, reason) => {
    const before = git('status', '--porcelain');
    expect(await generate(...args)).toEqual({ code: 1, output: expect.stringContaining(reason) as string });
    expect(git('status', '--porcelain')).toBe(before);
    expect(existsSync(join(copy, 'apps/provider-other'))).toBe(false);
  },
  LONG_MS,
);
