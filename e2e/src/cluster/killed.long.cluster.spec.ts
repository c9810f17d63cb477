/** Pods of ours end at random, without a warning, while tenants go on: at the end everything is as if nothing had been. */
import { X509Certificate } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually, SeededRandom } from '@eso/testing';
import { chartFolder, Helm } from '../../../tools/charts/helm.ts';
import { objectsIn } from '../../../tools/cluster/testing/installation.ts';
import { type Kill, killOne } from '../../../tools/cluster/testing/kills.ts';
import { Load } from '../../../tools/cluster/testing/load.ts';
import { clusterUnderTest, createNamespaces, restrictedNamespace } from '../../../tools/cluster/testing/pods.ts';
import {
  CORE,
  PROVIDER,
  STAYS_WITH_CORE,
  takeOff,
  waitUntilRolledOut,
  type Workload,
  WORKLOADS,
} from '../../../tools/cluster/testing/releases.ts';
import { buildArchive } from '../../../tools/image/testing/built-image.ts';

/** Images and Helm are built, where nobody has done so before. */
const BUILD_MS = 1_500_000;
const TENANT = 'killed-tenant';
const OBJECTS = 60;
/** How long pods are killed, seconds. */
const SECONDS = Number(process.env['CLUSTER_KILL_SECONDS'] ?? 75);
const SEED = process.env['CLUSTER_KILL_SEED'] ?? String(Date.now());
/** A container that was killed often is started anew after 5 min at the latest (the kubelet's back-off). */
const CONVERGES_MS = 420_000;
const KILLS: readonly [Kill, Kill] = ['process', 'pod'];

const cluster = clusterUnderTest();
const kubectl = (...args: readonly string[]): Promise<string> => cluster.kubectl(...args);
const print = (text: string): void => void process.stdout.write(`${text}\n`);
const load = new Load({ namespace: TENANT, objects: OBJECTS });

let helm: Helm;
async function run(...args: readonly string[]): Promise<void> {
  const { code, stderr } = await helm.run(...args);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
}

beforeAll(async () => {
  for (const { app } of WORKLOADS) await cluster.importImage(await buildArchive(app));
  helm = await Helm.prepare(cluster.kubeconfig, cluster.dir);
  await createNamespaces(cluster, ...[CORE, PROVIDER, TENANT].map((name) => restrictedNamespace(name)));
  await run('install', CORE, chartFolder(CORE), '--namespace', CORE);
  await run('install', PROVIDER, chartFolder(PROVIDER), '--namespace', PROVIDER, `--set=tenantNamespaces={${TENANT}}`);
  await waitUntilRolledOut(cluster);
  await load.apply(cluster);
}, BUILD_MS);
afterAll(() => takeOff(cluster, helm, [PROVIDER, CORE], TENANT));

/** One step of the tenant's own life: every value changes in the backend, or some ExternalSecrets are deleted and made anew. */
async function tenantGoesOn(random: SeededRandom): Promise<void> {
  if (random.chance(0.5)) {
    await load.change(cluster);
    return;
  }
  const indices = [...new Set(Array.from({ length: 5 }, () => random.between(0, OBJECTS)))];
  await load.renew(cluster, indices);
}

/** Kills until the time is up. @returns how often each was, by `deployment kill` */
async function killAtRandom(random: SeededRandom): Promise<Map<string, number>> {
  const kills = new Map<string, number>();
  const until = performance.now() + SECONDS * 1_000;
  const workloads = WORKLOADS as [Workload, ...Workload[]];
  while (performance.now() < until) {
    const workload = random.pick(workloads);
    const kill = random.pick([...KILLS]);
    const pod = await killOne(cluster, workload, kill, (pods) => random.between(0, Math.max(pods, 1)));
    if (pod !== undefined) {
      const what = `${workload.deployment} ${kill}`;
      kills.set(what, (kills.get(what) ?? 0) + 1);
    }
    if (random.chance(0.4)) await tenantGoesOn(random);
    await sleep(random.between(500, 6_000));
  }
  return kills;
}

const secretData = async (namespace: string, name: string): Promise<Readonly<Record<string, string>>> => {
  const text = await kubectl('-n', namespace, 'get', 'secret', name, '-o', 'jsonpath={.data}');
  const data = JSON.parse(text) as Record<string, string>;
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]));
};

/** What is wrong with a certificate that cert-manager-controller issued; nothing, normally. */
async function certificateProblems(namespace: string, name: string, authority: X509Certificate): Promise<string[]> {
  const { 'tls.crt': pem = '', 'ca.crt': bundle = '' } = await secretData(namespace, name);
  const leaf = new X509Certificate(pem);
  const problems: string[] = [];
  if (!leaf.verify(authority.publicKey)) problems.push(`${name}: not of the authority`);
  if (leaf.validToDate.getTime() < Date.now() + 3_600_000) problems.push(`${name}: ends ${leaf.validTo}`);
  if (!bundle.includes(authority.toString().trim())) problems.push(`${name}: does not trust the authority`);
  return problems;
}

test(
  'at the end each Secret has its newest value, none is lost or left over, and certificates are valid',
  async () => {
    const authority = (await secretData(CORE, 'eso-provider-ca-internal'))['ca.crt'] ?? '';
    print(`pods are killed for ${SECONDS} s, CLUSTER_KILL_SEED=${SEED}`);
    const kills = await killAtRandom(new SeededRandom(SEED));
    print(
      `killed: ${[...kills]
        .map(([what, times]) => `${what} ${times}×`)
        .sort()
        .join(', ')}`,
    );
    expect([...kills.values()].reduce((sum, times) => sum + times, 0)).toBeGreaterThan(SECONDS / 20);

    const start = performance.now();
    await load.change(cluster);
    await eventually(
      async () => {
        expect(await load.wrong(cluster)).toEqual([]);
        expect(await load.orphans(cluster)).toEqual([]);
      },
      { timeoutMs: CONVERGES_MS, intervalMs: 1_000 },
    );
    print(`a change after that is in every Secret ${((performance.now() - start) / 1_000).toFixed(1)} s later`);
    await waitUntilRolledOut(cluster);
    await kubectl('-n', TENANT, 'wait', '--for=condition=Ready', 'externalsecret', '--all', '--timeout=120s');
    expect((await secretData(CORE, 'eso-provider-ca-internal'))['ca.crt']).toBe(authority);
    const issuer = new X509Certificate(authority);
    for (const [namespace, name] of [
      [PROVIDER, 'external-secrets-provider-tls'],
      [CORE, 'eso-provider-client-tls'],
    ] as const) {
      expect(await certificateProblems(namespace, name, issuer)).toEqual([]);
    }
  },
  SECONDS * 1_000 + 900_000,
);

test('uninstalled then, what docs/install.md names stays, and nothing else', async () => {
  for (const release of [PROVIDER, CORE]) await run('uninstall', release, '--namespace', release);
  await eventually(async () => expect(await objectsIn(cluster, PROVIDER)).toEqual([]), { timeoutMs: 120_000 });
  await eventually(async () => expect(await objectsIn(cluster, CORE)).toEqual(STAYS_WITH_CORE), { timeoutMs: 120_000 });
  expect(await load.wrong(cluster)).toEqual([]);
});
