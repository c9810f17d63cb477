import { readFile } from 'node:fs/promises';
import { externalSecrets } from '@eso/api/resources';
import { endpointSlices, type KubeClient, secrets, services } from '@eso/kube';
import { eventually, Installation, ownControlPlane, type TestCluster } from '@eso/testing';
import { fakeStore } from '../support/system.ts';

/** What core may have at its peak. */
const LIMIT_MIB = 256;
const LARGE_SECRETS = 500;
const FOREIGN_SERVICES = 5_000;
const EXTERNAL_SECRETS = 3_000;
const TENANT = 'tenant';
const FOREIGN = 'somebody-else';
const CONCURRENCY = 16;

let cluster: TestCluster;
let admin: KubeClient;
let installation: Installation;

beforeAll(async () => {
  ({ cluster } = await ownControlPlane());
  admin = cluster.client();
  for (const namespace of [TENANT, FOREIGN]) await cluster.ensureNamespace(namespace);
  await times(LARGE_SECRETS, largeSecret);
  await times(FOREIGN_SERVICES, foreignService);
  installation = await Installation.start({ cluster, tenants: [TENANT], providers: { fake: {} } });
  await cluster.apply(fakeStore(TENANT, 'store', { value: 'v' }));
}, 1_800_000);

afterAll(() => cluster.stop());

test(`${LARGE_SECRETS} Secrets of one MiB with our label, ${FOREIGN_SERVICES} foreign Services with slices of 100 endpoints and ${EXTERNAL_SECRETS} ExternalSecrets: core gets ready and syncs within ${LIMIT_MIB} MiB`, async () => {
  await times(EXTERNAL_SECRETS, externalSecret);
  await eventually(async () => expect(await readyCount()).toBe(EXTERNAL_SECRETS), {
    timeoutMs: 600_000,
    intervalMs: 2_000,
  });
  // The tenant goes on writing large Secrets, and core goes on syncing.
  for (let i = 0; i < 20; i += 1) {
    const data = { v: mebibyte(i + 1) };
    await admin.patch(secrets, { namespace: TENANT, name: `large-${i}` }, { data }, { type: 'merge' });
  }
  await externalSecret(EXTERNAL_SECRETS);
  await eventually(() => admin.get(secrets, { namespace: TENANT, name: `es-${EXTERNAL_SECRETS}` }));
  const answer = await fetch(`http://127.0.0.1:${String(installation.core.ports['health'])}/readyz`);
  expect(await answer.text()).toBe('ok\n');
  const peakMib = await peakRssMib(installation.core.pid ?? 0);
  process.stdout.write(`core: peak RSS ${peakMib} MiB\n`);
  expect(installation.core.restarts).toBe(0);
  expect(peakMib).toBeLessThanOrEqual(LIMIT_MIB);
}, 1_800_000);

const mebibyte = (index: number): string => Buffer.alloc(1024 * 1024 - 64, String(index)).toString('base64');

async function largeSecret(index: number): Promise<void> {
  const labels = { 'reconcile.external-secrets.io/managed': 'true' };
  const metadata = { name: `large-${index}`, namespace: TENANT, labels };
  await admin.create(secrets, { apiVersion: 'v1', kind: 'Secret', metadata, data: { v: mebibyte(index) } });
}

async function foreignService(index: number): Promise<void> {
  const name = `service-${index}`;
  const ports = [{ name: 'http', port: 80 }];
  await admin.create(services, {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: FOREIGN },
    spec: { clusterIP: 'None', ports },
  });
  const endpoints = Array.from({ length: 100 }, (_, i) => ({
    addresses: [`10.${index >> 8}.${index & 255}.${i + 1}`],
    conditions: { ready: true, serving: true, terminating: false },
    nodeName: `node-${i}.example.internal`,
    targetRef: { kind: 'Pod', namespace: FOREIGN, name: `${name}-${i}` },
  }));
  await admin.create(endpointSlices, {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: `${name}-slice`, namespace: FOREIGN, labels: { 'kubernetes.io/service-name': name } },
    addressType: 'IPv4',
    endpoints,
    ports,
  });
}

async function externalSecret(index: number): Promise<void> {
  await admin.create(externalSecrets, {
    apiVersion: 'external-secrets.io/v1',
    kind: 'ExternalSecret',
    metadata: { name: `es-${index}`, namespace: TENANT },
    spec: {
      refreshInterval: '1h',
      secretStoreRef: { kind: 'Provider', name: 'store' },
      data: [{ secretKey: 'value', remoteRef: { key: 'value' } }],
    },
  });
}

async function readyCount(): Promise<number> {
  let ready = 0;
  for await (const item of admin.items(externalSecrets, { namespace: TENANT })) {
    if (item.kind !== 'object') continue;
    const conditions = item.object.status?.conditions ?? [];
    if (conditions.some(({ type, status }) => type === 'Ready' && status === 'True')) ready += 1;
  }
  return ready;
}

/** The kernel's high-water mark. */
async function peakRssMib(pid: number): Promise<number> {
  const [, kib = '0'] = /^VmHWM:\s+(\d+) kB$/m.exec(await readFile(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Math.round(Number(kib) / 1024);
}

/** Does something for 0, 1, … below `count`, some at a time. */
async function times(count: number, run: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) await run(next++);
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
}
