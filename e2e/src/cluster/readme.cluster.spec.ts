/** README's section on installing, by its own commands, on a real cluster: two put it there, what stands above them works, one takes it off. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually, workspaceRoot } from '@eso/testing';
import { parseAllDocuments } from 'yaml';
import { commandsUnder } from '../../../tools/charts/pages/shell-blocks.ts';
import { UserShell } from '../../../tools/charts/pages/user-shell.ts';
import { AWS_OUTSIDE, startAwsOutside } from '../../../tools/cluster/testing/aws-outside.ts';
import { objectsIn, objectsLabelled } from '../../../tools/cluster/testing/installation.ts';
import { applyAll, clusterUnderTest, createNamespaces, type Manifest } from '../../../tools/cluster/testing/pods.ts';
import { OURS } from '../../../tools/cluster/testing/releases.ts';
import { buildArchive } from '../../../tools/image/testing/built-image.ts';

/** Images, Helm and the emulator are built, where nobody has done so before. */
const BUILD_MS = 1_500_000;
const TENANT = 'demo';
const PASSWORD = 'of the world outside';
const [PUT_ON = '', TAKE_OFF = ''] = commandsUnder('README.md', 'Install');
const cluster = clusterUnderTest();
const kubectl = (...args: readonly string[]): Promise<string> => cluster.kubectl(...args);
const print = (text: string): void => void process.stdout.write(`${text}\n`);
const secondsSince = (start: number): string => ((performance.now() - start) / 1_000).toFixed(1);

/** The objects of README's example, without the class that the chart brings. */
function example(): Manifest[] {
  const [, yaml = ''] = /^```yaml\n([^]*?)^```$/m.exec(readFileSync(join(workspaceRoot, 'README.md'), 'utf8')) ?? [];
  const objects = parseAllDocuments(yaml).map((document) => document.toJS() as Manifest);
  return objects.filter(({ kind }) => kind !== 'ClusterProviderClass');
}

let shell: UserShell;
beforeAll(async () => {
  for (const app of ['core', 'cert-manager-controller', 'provider-aws'])
    await cluster.importImage(await buildArchive(app));
  shell = await UserShell.prepare({
    kubeconfig: cluster.kubeconfig,
    kubectl: cluster.parts.kubectl,
    dir: cluster.dir,
  });
  await createNamespaces(cluster, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: TENANT } });
  await kubectl('-n', TENANT, 'create', 'secret', 'generic', 'aws-keys', '--from-literal=id=key', '--from-literal=secret=secret'); // prettier-ignore
  await startAwsOutside(cluster, 'demo/database', JSON.stringify({ username: 'demo', password: PASSWORD }));
}, BUILD_MS);
afterAll(async () => {
  await shell.try(TAKE_OFF);
  await kubectl('delete', 'crd', '-l', OURS, '--timeout=120s');
  await kubectl('delete', 'namespace', 'external-secrets', 'provider-aws', TENANT, '--ignore-not-found', '--timeout=240s'); // prettier-ignore
});

test('two commands put it on a cluster, and every pod becomes ready', async () => {
  expect(PUT_ON.split('\n')).toHaveLength(2);
  const start = performance.now();
  await shell.run(PUT_ON);
  print(`README's two commands: ${secondsSince(start)} s`);
  for (const [namespace, deployment] of [
    ['external-secrets', 'external-secrets'],
    ['external-secrets', 'cert-manager-controller'],
    ['provider-aws', 'provider-aws'],
  ] as const)
    await kubectl('-n', namespace, 'rollout', 'status', `deployment/${deployment}`, '--timeout=270s');
  print(`every pod ready: ${secondsSince(start)} s after the first began`);
});

test('README’s ExternalSecret becomes a Secret, out of AWS by the way that the policies leave open', async () => {
  await kubectl('-n', 'provider-aws', 'set', 'env', 'deployment/provider-aws', `AWS_SECRETSMANAGER_ENDPOINT=${AWS_OUTSIDE}`); // prettier-ignore
  await kubectl('-n', 'provider-aws', 'rollout', 'status', 'deployment/provider-aws', '--timeout=270s');
  const objects = example();
  expect(objects.map(({ kind }) => kind).sort()).toEqual(['ExternalSecret', 'SecretStore']);
  const start = performance.now();
  await applyAll(cluster, objects);
  await kubectl('-n', TENANT, 'wait', '--for=condition=Ready', 'externalsecret/database', '--timeout=120s');
  print(`from kubectl apply to the Secret: ${secondsSince(start)} s`);
  const encoded = await kubectl('-n', TENANT, 'get', 'secret', 'database', '-o', 'jsonpath={.data.password}');
  expect(Buffer.from(encoded, 'base64').toString()).toBe(PASSWORD);
});

test('the upgrade and the rollback of docs/install.md end with every pod ready', async () => {
  const start = performance.now();
  await shell.run(commandsUnder('docs/install.md', 'Upgrade and rollback').join('\n'));
  print(`docs/install.md's upgrade and rollback: ${secondsSince(start)} s`);
});

test('one command takes it off, and the Secret stays', async () => {
  expect(TAKE_OFF.split('\n')).toHaveLength(1);
  const start = performance.now();
  await shell.run(TAKE_OFF);
  print(`README's command that takes it off: ${secondsSince(start)} s`);
  await eventually(async () => expect(await objectsIn(cluster, 'provider-aws')).toEqual([]), { timeoutMs: 120_000 });
  const stays = await objectsLabelled(cluster, OURS);
  expect(stays.filter((name) => !name.startsWith('/CustomResourceDefinition/'))).toEqual([
    'external-secrets/Secret/external-secrets-key-encryption-key',
  ]);
  await kubectl('-n', TENANT, 'get', 'secret/database', 'externalsecret/database', 'secretstore/aws');
});

test('with what docs/install.md deletes, everything is gone', async () => {
  const [, rid = ''] = commandsUnder('docs/install.md', 'Installation');
  await shell.run(rid);
  expect(await objectsLabelled(cluster, OURS)).toEqual([]);
  expect(await kubectl('api-resources', '-o', 'name')).not.toContain('external-secrets.io');
});
