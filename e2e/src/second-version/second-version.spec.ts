/** A provider brings a breaking second version of its config kind: core stays as it is, and so does what users have. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { copyWorkspace, eventually, workspaceRoot } from '@eso/testing';
import { forceSync, patch } from '../support/bad-input.ts';
import { externalSecretManifest, fakeStore, providerManifest, System, wholeValues } from '../support/system.ts';
import { addSecondVersion } from './variant.ts';

const TENANT = 'second-version';
const GROUP = 'provider.external-secrets.io';
const CRD = 'charts/provider-fake/files/crds/provider.external-secrets.io_fakes.yaml';
const NEVER = '1h';
/** A provider may know its config a few seconds longer than it is so. */
const ASK_AGAIN = { timeoutMs: 60_000, intervalMs: 1_000 };

let copy: string;
let coreBefore: string;
let bundled: string;
let system: System;

beforeAll(async () => {
  copy = copyWorkspace();
  await bundle();
  coreBefore = coreDigest();
  addSecondVersion(copy);
  await node('--conditions=@eso/source', 'tools/generate/main.ts');
  bundled = await bundle();
  // Of today but for the provider's program: its chart comes later.
  system = await System.start({ tenants: [TENANT], providers: { fake: {} }, programs: { 'provider-fake': copy } });
});
afterAll(async () => {
  await system.stop();
  rmSync(copy, { recursive: true });
});

/** Runs a program of the copy. @throws Error with what it printed */
function node(...args: string[]): Promise<string> {
  const env = { ...process.env, NX_DAEMON: 'false', NX_TUI: 'false', FORCE_COLOR: '0' };
  return new Promise((resolve, reject) =>
    execFile(process.execPath, args, { cwd: copy, env }, (error, stdout, stderr) =>
      error ? reject(new Error(`${args.join(' ')}: ${stdout}${stderr}`, { cause: error })) : resolve(stdout),
    ),
  );
}

/** Bundles what has to be, as a release does. @returns what Nx says about each program */
function bundle(): Promise<string> {
  const nx = join('node_modules', '.bin', 'nx');
  return node(nx, 'run-many', '-t', 'bundle', '-p', '@eso/core,@eso/provider-fake', '--output-style=static');
}

/** SHA-256 over the names and contents of everything that core's bundle consists of. */
function coreDigest(): string {
  const dist = join(copy, 'apps', 'core', 'dist');
  const files = readdirSync(dist, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map(({ parentPath, name }) => join(parentPath, name)).sort();
  expect(paths).toContain(join(dist, 'main.mjs'));
  const hash = createHash('sha256');
  for (const path of paths) hash.update(`${path}\0`).update(readFileSync(path)).update('\0');
  return hash.digest('hex');
}

const applyCrd = (folder: string): Promise<string> => system.kubectl('apply', '-f', join(folder, CRD));

async function spec(version: string, name: string): Promise<unknown> {
  const json = await system.kubectl('-n', TENANT, 'get', `fakes.${version}.${GROUP}`, name, '-o', 'jsonpath={.spec}');
  return JSON.parse(json);
}

function secondFake(name: string, secrets: Readonly<Record<string, string>>): string {
  const entries = Object.entries(secrets).map(([key, content]) => ({ name: key, content }));
  return `apiVersion: ${GROUP}/v2beta1
kind: Fake
metadata: { name: ${name}, namespace: ${TENANT} }
spec: { secrets: ${JSON.stringify(entries)} }
`;
}

const provider = (name: string, version: string, config: string): string =>
  providerManifest(TENANT, name, 'fake', `{ apiVersion: ${GROUP}/${version}, kind: Fake, name: ${config} }`);

test('core is not bundled anew, and would come to the same bytes', async () => {
  expect(bundled).toMatch(/@eso\/core:bundle +\[.*cache/);
  expect(bundled).toMatch(/@eso\/provider-fake:bundle$/m);
  expect(coreDigest()).toBe(coreBefore);
  await node('tools/bundle.mjs', 'apps/core');
  expect(coreDigest()).toBe(coreBefore);
});

test('objects that were there before the second version stay as they are, and can be edited in either', async () => {
  await applyCrd(workspaceRoot);
  await system.apply(fakeStore(TENANT, 'old', { key: 'one' }));
  await system.apply(externalSecretManifest(TENANT, 'old', 'old', wholeValues('key'), NEVER));
  await system.holds(TENANT, 'old', { key: 'one' });

  const before = await spec('v2alpha1', 'old');
  await applyCrd(copy);
  await eventually(async () => expect(await spec('v2beta1', 'old')).toEqual(before));
  expect(await spec('v2alpha1', 'old')).toEqual(before);
  // kubectl takes the newest version: what is written through it keeps fields that it does not know.
  expect(await system.kubectl('-n', TENANT, 'get', 'fake', 'old', '-o', 'jsonpath={.apiVersion}')).toBe(
    `${GROUP}/v2beta1`,
  );
  await system.kubectl('-n', TENANT, 'label', 'fake', 'old', 'team=a');
  expect(await spec('v2alpha1', 'old')).toEqual(before);
});

test('a Provider of each version syncs and follows', async () => {
  await system.apply(`${secondFake('new', { key: 'two' })}---\n${provider('new', 'v2beta1', 'new')}`);
  // The default of `verdict`: the API server does not fill in what only one of the versions has.
  await system.providerReady(TENANT, 'new', 'True', 'Valid');
  expect(await spec('v2beta1', 'new')).toEqual({ secrets: [{ name: 'key', content: 'two' }] });
  await system.apply(externalSecretManifest(TENANT, 'new', 'new', wholeValues('key'), NEVER));
  await system.holds(TENANT, 'new', { key: 'two' });
  await system.apply(fakeStore(TENANT, 'old', { key: 'one more' }));
  await system.apply(secondFake('new', { key: 'two more' }));
  for (const [name, value] of [
    ['old', 'one more'],
    ['new', 'two more'],
  ] as const)
    await eventually(async () => {
      await forceSync(system, TENANT, name);
      await system.holds(TENANT, name, { key: value }, 2_000);
    }, ASK_AGAIN);
});

test('a config that was written in another version than it is referred to in is refused with its field', async () => {
  await system.apply(`${provider('old-as-new', 'v2beta1', 'old')}---\n${provider('new-as-old', 'v2alpha1', 'new')}`);
  const oldAsNew = await system.providerReady(TENANT, 'old-as-new', 'False', 'InvalidProviderConfig');
  expect(oldAsNew).toMatch(
    /spec\.(data|secrets).*\[CONFIG_INVALID\].*Read as v2beta1: write the config in that version/,
  );
  const newAsOld = await system.providerReady(TENANT, 'new-as-old', 'False', 'InvalidProviderConfig');
  expect(newAsOld).toMatch(/spec\.(data|secrets).*\[CONFIG_INVALID\].*Read as v2alpha1/);
});

test('a config moves by being applied in the new version; until its Provider follows, the target stays', async () => {
  await system.apply(secondFake('old', { key: 'moved' }));
  expect(await spec('v2alpha1', 'old')).toEqual({ secrets: [{ name: 'key', content: 'moved' }] });
  await eventually(async () => {
    await forceSync(system, TENANT, 'old');
    await system.failed(TENANT, 'old', 'CONFIG_INVALID', 2_000);
  }, ASK_AGAIN);
  expect(await system.values(TENANT, 'old')).toEqual({ key: 'one more' });
  await patch(system, 'provider', TENANT, 'old', { spec: { providerRef: { apiVersion: `${GROUP}/v2beta1` } } });
  await system.holds(TENANT, 'old', { key: 'moved' }, 60_000);
});

test('the release can be taken back and brought again: nothing is stored in the new version, and nothing lost', async () => {
  await applyCrd(workspaceRoot);
  const stored = ['get', 'crd', `fakes.${GROUP}`, '-o', 'jsonpath={.status.storedVersions}'];
  expect(await system.kubectl(...stored)).toBe('["v2alpha1"]');
  await applyCrd(copy);
  await eventually(async () =>
    expect(await spec('v2beta1', 'new')).toEqual({ secrets: [{ name: 'key', content: 'two more' }] }),
  );
});
