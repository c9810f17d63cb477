import { readFile } from 'node:fs/promises';
import { externalSecrets } from '@eso/api/resources';
import { type KubeClient, type KubeObject, resourceType, secrets } from '@eso/kube';
import { type ControlPlaneState, eventually, Installation, ownControlPlane, TestCluster } from '@eso/testing';
import { fakeStore } from '../support/system.ts';
import { WatchCutter } from '../support/watch-cutter.ts';

const TENANT = 'silence';

interface Role extends KubeObject {
  rules?: { resources?: string[] }[];
}
const roles = resourceType<Role>('rbac.authorization.k8s.io', 'v1', 'roles', 'Role', 'Namespaced');

let cluster: TestCluster;
let cutter: WatchCutter;
let installation: Installation;
let admin: KubeClient;

beforeAll(async () => {
  const own = await ownControlPlane();
  cutter = await WatchCutter.start(own.controlPlane);
  const podApi = { url: cutter.url, caFile: cutter.caFile };
  const state = JSON.parse(await readFile(own.controlPlane.stateFile, 'utf8')) as ControlPlaneState;
  cluster = await TestCluster.connect({ ...state, podApi }, () => own.cluster.stop());
  installation = await Installation.start({ cluster, tenants: [TENANT], providers: { fake: {} } });
  admin = cluster.client();
  await cluster.apply(fakeStore(TENANT, 'store', { value: 'v' }));
  await synced('before');
});

afterAll(async () => {
  await cluster.stop();
  await cutter.stop();
});

/** Creates an ExternalSecret and waits for its Secret. */
async function synced(name: string): Promise<void> {
  await admin.create(externalSecrets, {
    apiVersion: 'external-secrets.io/v1',
    kind: 'ExternalSecret',
    metadata: { name, namespace: TENANT },
    spec: {
      refreshInterval: '1h',
      secretStoreRef: { kind: 'Provider', name: 'store' },
      data: [{ secretKey: 'value', remoteRef: { key: 'value' } }],
    },
  });
  await eventually(async () => {
    const { data } = await admin.get(secrets, { namespace: TENANT, name });
    expect(data).toEqual({ value: Buffer.from('v').toString('base64') });
  });
}

/** What core's readiness probe answers: empty when it is ready. */
async function unready(): Promise<string> {
  const answer = await fetch(`http://127.0.0.1:${String(installation.core.ports['health'])}/readyz`);
  const text = await answer.text();
  return answer.status === 200 ? '' : text;
}

/** Warnings that core has logged since `from` characters. */
function warnings(from: number): string {
  const lines = installation.core.lastLines(1_000_000).slice(from).split('\n');
  return lines.filter((line) => /"level":("warn"|40)/.test(line)).join('\n');
}

test('a right on Secrets that is taken away is named by readiness and in the log, until it is back', async () => {
  const before = installation.core.lastLines(1_000_000).length;
  const { items } = await admin.list(roles, { namespace: TENANT });
  const role = items.find(({ rules }) => rules?.some(({ resources }) => resources?.includes('secrets')));
  expect(role).toBeDefined();
  const { metadata, rules = [] } = role!;
  const rest = rules.filter(({ resources }) => !resources?.includes('secrets'));
  const ref = { namespace: TENANT, name: metadata.name };
  try {
    await admin.patch(roles, ref, { rules: rest }, { type: 'merge' });
    // Rights are looked at when a watch begins.
    cutter.cut();
    await eventually(async () => expect(await unready()).toMatch(/secrets.*forbidden.*Grant/is), { timeoutMs: 20_000 });
    expect(warnings(before)).toMatch(/secrets.*forbidden/is);
  } finally {
    await admin.patch(roles, ref, { rules }, { type: 'merge' });
  }
  await eventually(async () => expect(await unready()).toBe(''), { timeoutMs: 60_000 });
  await synced('right-is-back');
});

test('while every watch is reset and lists work, new ExternalSecrets are synced, and readiness says what is wrong', async () => {
  cutter.cutting = true;
  cutter.cut();
  await eventually(() => expect(cutter.watches).toBe(0));
  await synced('unwatched');
  await eventually(async () => expect(await unready()).toMatch(/watching externalsecrets.*has failed/), {
    timeoutMs: 60_000,
  });
  cutter.cutting = false;
  await eventually(async () => expect(await unready()).toBe(''), { timeoutMs: 60_000 });
  await synced('watched-again');
});
