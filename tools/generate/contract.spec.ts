import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../setup.mjs';
import { breakingChanges, lintContract } from './contract.ts';
import { drift } from './files.ts';
import { stubFiles } from './stubs.ts';

let copy: string;
beforeEach(() => {
  copy = mkdtempSync(join(tmpdir(), 'eso-contract-'));
  cpSync(join(root, 'buf.yaml'), join(copy, 'buf.yaml'));
  cpSync(join(root, 'proto'), join(copy, 'proto'), { recursive: true });
});
afterEach(() => rmSync(copy, { recursive: true, force: true }));

/** Changes the contract in the copy. */
function edit(from: string, to: string): void {
  const path = join(copy, 'proto/provider/v1/provider.proto');
  const text = readFileSync(path, 'utf8');
  if (!text.includes(from)) throw new Error(`the contract has no "${from}"`);
  writeFileSync(path, text.replace(from, to));
}

test('the contract of this checkout is clean', async () => {
  expect(await lintContract(root)).toEqual([]);
  expect(await breakingChanges(root)).toEqual([]);
  expect(drift(root, await stubFiles(root))).toEqual([]);
});

test('a field under another number breaks peers', async () => {
  edit('string api_version = 1;', 'string api_version = 90;');
  expect((await breakingChanges(root, copy)).join('\n')).toMatch(/^buf breaking: .*provider\.proto.*"1"/m);
});

test('a removed method breaks peers', async () => {
  edit('rpc Capabilities(', 'rpc Abilities(');
  expect((await breakingChanges(root, copy)).join('\n')).toMatch(/Capabilities/);
});

test('a new optional field breaks nobody', async () => {
  edit('string api_version = 1;', 'string api_version = 1;\n  optional string another_field = 150;');
  expect(await breakingChanges(root, copy)).toEqual([]);
  expect(await lintContract(root, copy)).toEqual([]);
});

test('a name against the rules is named', async () => {
  edit('string api_version = 1;', 'string api_version = 1;\n  optional string anotherField = 150;');
  expect((await lintContract(root, copy)).join('\n')).toMatch(/^buf lint: .*anotherField/m);
});
