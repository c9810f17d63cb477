/**
 * The cluster itself, inside of its namespaces: starts everything in order, prints a line for each stage and `ready` at the end, and runs
 * until its input ends. usage: main.ts NAME
 */
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { ApiClient } from '@eso/control-plane/api-client.mjs';
import { waitUntilReady } from '@eso/control-plane/api-server.mjs';
import type { Child } from '@eso/control-plane/child.mjs';
import { runCommand } from '@eso/control-plane/command.mjs';
import { startEtcd } from '@eso/control-plane/etcd.mjs';
import { kubeconfigPath } from '../credentials.ts';
import { writeTestImages } from '../images/test-images.ts';
import { type Layout, layoutOf, NETWORK, NODE } from '../layout.ts';
import { enforcePolicies } from '../network-policies/enforce.ts';
import type { Parts } from '../parts/parts.ts';
import { relay } from '../relay.ts';
import { writeConfiguration } from './configuration.ts';
import { startApiServer, startControllers, starter, startNode } from './daemons.ts';
import { dnsManifests } from './dns.ts';
import { until } from './until.ts';

const layout = layoutOf(process.argv[2] ?? '');
const children: Child[] = [];

process.stdin.on('end', () => process.exit(0)).resume();
try {
  await startCluster(layout);
  console.log('ready');
  const dead = await Promise.race(children.map(async (child) => (await child.exited, child)));
  throw new Error(dead.describeExit());
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}

async function startCluster({ dir, logs, credentials, containerdSocket }: Layout): Promise<void> {
  mkdirSync(logs, { recursive: true });
  const parts = JSON.parse(readFileSync(join(dir, 'parts.json'), 'utf8')) as Parts;
  const start = starter(layout, parts);
  const files = writeConfiguration(layout, parts);
  const client = new ApiClient({
    url: `https://${NETWORK.node}:${String(NETWORK.apiPort)}`,
    caFile: join(credentials, 'ca.crt'),
    certFile: join(credentials, 'admin.crt'),
    keyFile: join(credentials, 'admin.key'),
  });

  const ctr = (...args: string[]): Promise<string> =>
    runCommand(join(parts.debian.path[0] ?? '', 'ctr'), ['--address', containerdSocket, '-n', 'k8s.io', ...args]);
  const images = (async () => {
    const containerd = await start('containerd', 'containerd', ['--config', files.containerd]);
    children.push(containerd);
    const archives = await writeTestImages(join(dir, 'images'), parts.images);
    await until('containerd', [containerd], async () => Boolean(await ctr('version')));
    for (const archive of archives) await ctr('images', 'import', archive);
    stage(`${String(archives.length)} images imported`);
  })();

  const etcd = await startEtcd({ binary: parts.etcd, dir: logs });
  const apiServer = await startApiServer(start, layout, parts, etcd.url);
  children.push(etcd.child, apiServer);
  await waitUntilReady({ client, processes: children });
  rmSync(layout.apiSocket, { force: true });
  await relay({ path: layout.apiSocket }, () => connect(NETWORK.apiPort, NETWORK.node));
  stage('API server ready');

  children.push(...(await startControllers(start, layout, parts)));
  await images;
  await enforcePolicies({
    kubeconfig: kubeconfigPath(credentials, 'admin'),
    nft: join(parts.debian.path[1] ?? '', 'nft'),
    libraries: parts.debian.libraries,
    pods: NETWORK.pods,
    fail: (error) => {
      console.error(`network policies: ${String(error)}`);
      process.exit(1);
    },
  });
  children.push(...(await startNode(start, layout, parts, files)));
  await until('node', children, () => isNodeReady(client));
  stage('node ready');
  await createDns(client);
  await until('cluster DNS', children, () => isDnsReady(client));
  stage('DNS ready');
  stage(`memory of daemons ${String(residentMebibytes())} MiB`);
}

/** Tells the keeper, which knows since when. */
function stage(text: string): void {
  console.log(`progress ${text}`);
}

interface WithConditions {
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

async function isNodeReady(client: ApiClient): Promise<boolean> {
  const node = (await client.request('GET', `/api/v1/nodes/${NODE}`)) as WithConditions;
  return node.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;
}

async function createDns(client: ApiClient): Promise<void> {
  // The first pod of a namespace needs its ServiceAccount, which controller-manager makes.
  const account = '/api/v1/namespaces/kube-system/serviceaccounts/default';
  await until('ServiceAccount kube-system/default', children, async () =>
    Boolean(await client.request('GET', account)),
  );
  for (const { collection, object } of dnsManifests()) await client.request('POST', collection, { body: object });
}

async function isDnsReady(client: ApiClient): Promise<boolean> {
  const path = '/apis/apps/v1/namespaces/kube-system/deployments/coredns';
  const { status } = (await client.request('GET', path)) as { status?: { readyReplicas?: number } };
  return (status?.readyReplicas ?? 0) > 0;
}

/** Resident memory of every process in this namespace, shared pages counted for each. */
function residentMebibytes(): number {
  let kibibytes = 0;
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      kibibytes += Number(/^VmRSS:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
    } catch {
      continue; // it ended meanwhile
    }
  }
  return Math.round(kibibytes / 1_024);
}
