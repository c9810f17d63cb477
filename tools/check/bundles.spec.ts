import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Manifest, manifestsOf } from '../lint/arrows.ts';
import { root } from '../setup.mjs';
import { bundleViolations, needsWorker, startViolations } from './bundles.ts';
import type { Lockfile } from './lockfile.ts';

const bundle = (...inputs: string[]) => ({ inputs: Object.fromEntries(inputs.map((input) => [input, {}])) });
const manifests = manifestsOf(root);
const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as Lockfile;
const violations = (app: string, ...inputs: string[]) => bundleViolations(app, bundle(...inputs), manifests, lock);

test('core may not contain a provider, a cloud SDK, the server side of the contract, or schema tooling', () => {
  const good = ['apps/core/src/main.ts', 'libs/client/src/index.ts', 'node_modules/pino/pino.js'];
  expect(violations('apps/core', ...good)).toEqual([]);
  for (const input of [
    'apps/provider-aws/src/secrets-manager/backend.ts',
    'node_modules/@aws-sdk/client-sts/dist-es/index.js',
    'libs/api/src/server/index.ts',
    'libs/pki/src/index.ts',
    'node_modules/zod/v4/core/core.js',
  ])
    expect(violations('apps/core', ...good, input)).toHaveLength(1);
});

test('a provider may contain the contract and its own SDK, not core, not the client, not another SDK', () => {
  const good = ['apps/provider-fake/src/main.ts', 'libs/api/src/server/index.ts', 'libs/kube/src/client.ts'];
  expect(violations('apps/provider-fake', ...good)).toEqual([]);
  for (const input of [
    'apps/core/src/main.ts',
    'libs/api/src/schema/index.ts',
    'libs/sync/src/index.ts',
    'libs/client/src/index.ts',
    'node_modules/@aws-sdk/core/index.js',
    'node_modules/a/node_modules/@azure/identity/index.js',
  ])
    expect(violations('apps/provider-fake', ...good, input)).toHaveLength(1);
  expect(violations('apps/provider-aws', 'node_modules/@aws-sdk/client-sts/dist-es/index.js')).toEqual([]);
});

/** An app that stands in no list but its own package.json and what npm has made of it. */
const planted = (dependencies: readonly string[]): [Manifest[], Lockfile] => {
  const app = { folder: 'apps/planted', name: '@eso/planted', tags: ['layer:app', 'app:provider'], dependencies };
  const named = Object.fromEntries(dependencies.map((name) => [name, '1']));
  return [[...manifests, app], { packages: { ...lock.packages, 'apps/planted': { dependencies: named } } }];
};

test('the rule of a new app is its package.json', () => {
  const inputs = bundle(
    'apps/planted/src/main.ts',
    'libs/runtime/src/index.ts',
    'node_modules/@aws-sdk/client-sts/index.js',
  );
  expect(bundleViolations('apps/planted', inputs, ...planted(['@eso/api', '@aws-sdk/client-sts']))).toEqual([]);
  expect(bundleViolations('apps/planted', inputs, ...planted(['@eso/api']))).toEqual([
    'apps/planted bundles node_modules/@aws-sdk/client-sts, which its package.json does not lead to',
  ]);
});

test('a package.json cannot name what the arrows forbid', () => {
  const inputs = bundle('apps/planted/src/main.ts', 'libs/client/src/index.ts');
  expect(bundleViolations('apps/planted', inputs, ...planted(['@eso/api', '@eso/client']))).toEqual([
    'apps/planted bundles libs/client/src/index.ts, which its package.json does not lead to',
    'apps/planted/package.json names @eso/client, which layer:app, app:provider may not import',
  ]);
});

test('a bundle with something that starts workers needs a program for them', () => {
  const starter = 'libs/sync/src/shape/shaper.ts';
  expect(existsSync(join(root, starter))).toBe(true);
  expect(needsWorker(bundle('apps/core/src/main.ts', starter))).toBe(true);
  expect(needsWorker(bundle('apps/cert-manager-controller/src/main.ts', 'libs/runtime/src/index.ts'))).toBe(false);
});

test('a provider loads its SDK with the first store, not at its start', () => {
  const sdk = 'node_modules/@aws-sdk/client-sts/dist-cjs/index.js';
  const app = { folder: 'apps/planted', name: '@eso/planted', tags: ['layer:app', 'app:provider'] };
  const manifest = { ...app, dependencies: ['@eso/api', '@aws-sdk/client-sts'] };
  const outputs = (kind: string) => ({
    'apps/planted/dist/program.mjs': { bytes: 1, inputs: {}, imports: [{ path: 'apps/planted/dist/chunk.mjs', kind }] },
    'apps/planted/dist/chunk.mjs': { bytes: 1, inputs: { [sdk]: {} }, imports: [] },
  });
  expect(startViolations(manifest, outputs('dynamic-import'))).toEqual([]);
  expect(startViolations(manifest, outputs('import-statement'))).toEqual([
    'apps/planted loads @aws-sdk/client-sts at its start: import("…") the file that uses it where the first store is opened',
  ]);
  expect(startViolations({ ...manifest, tags: ['layer:app', 'app:core'] }, outputs('import-statement'))).toEqual([]);
});
