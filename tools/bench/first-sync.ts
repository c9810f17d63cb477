import { type ExternalSecret, externalSecrets } from '@eso/api/resources';
import { createInformer, type KubeClient, type KubeObject, type ResourceType, secrets } from '@eso/kube';
import { eventually, Installation, ownControlPlane } from '@eso/testing';
import { step } from '../setup.mjs';
import { requestCounts, requestsBetween, type RequestCounts } from './api-requests.ts';
import { forEachConcurrently } from './concurrency.ts';
import { createFakeStore } from './fake-store.ts';
import { cpuSeconds, peakRssMiB, rssMiB } from './processes.ts';
import { liveHeapBytes } from './live-heap.ts';
import type { Report } from './report.ts';

/** As many as core has workers. */
const CONCURRENCY = 32;
const TENANT = 'bench';
/** A namespace that core does not serve: the bare client has it for itself. */
const FLOOR = 'bench-floor';

/** That many ExternalSecrets with one distinct key each, created at once: how long until all are Ready? */
export async function firstSync({ objects }: { objects: number }): Promise<Report> {
  step('control plane and installation start');
  const { cluster, controlPlane } = await ownControlPlane();
  try {
    await cluster.ensureNamespace(FLOOR);
    const installation = await Installation.start({
      cluster,
      tenants: [TENANT],
      providers: { fake: {} },
      progress: step,
    });
    const client = cluster.client();
    const values = Array.from({ length: objects }, (_, index) => ({ key: keyOf(index), value: valueOf(index) }));
    await createFakeStore(cluster, TENANT, values);
    step(`floor: a bare client writes ${objects} Secrets and statuses`);
    const floorSeconds = await floor(client, objects);

    const pids = {
      core: installation.core.pid,
      'provider-fake': installation.providers['fake']?.pid,
      'cert-manager-controller': installation.certManagerController.pid,
      'kube-apiserver': controlPlane.pids.apiServer,
      etcd: controlPlane.pids.etcd,
    };
    const running = Object.entries(pids).filter((entry): entry is [string, number] => entry[1] !== undefined);
    await settled(client);
    const before = await requestCounts(client);
    const idle = rssMiB(installation.core.pid ?? 0);
    const cpuBefore = new Map(running.map(([name, pid]) => [name, cpuSeconds(pid)]));
    step(`first sync: ${objects} ExternalSecrets`);
    const seconds = await syncAll(client, objects);
    const processes = Object.fromEntries(
      running.map(([name, pid]) => [
        name,
        { cpuSeconds: cpuSeconds(pid) - (cpuBefore.get(name) ?? 0), peakRssMiB: peakRssMiB(pid) },
      ]),
    );
    // Events are written behind the sync; they count as well.
    await settled(client);
    const requests = requestsBetween(before, await requestCounts(client), new Map([['POST externalsecrets', objects]]));
    const total = [...requests.values()].reduce((sum, count) => sum + count, 0);
    await checkValues(client, objects);
    step('core starts anew');
    const restartPeak = await restartedPeak(installation, client);
    const { pid: restarted = 0 } = installation.core;
    const liveWithAll = await liveHeapBytes(restarted);
    step('all ExternalSecrets go');
    await removeAll(client);
    const liveWithNone = await liveHeapBytes(restarted);
    return {
      scenario: 'first-sync',
      objects,
      seconds,
      objectsPerSecond: objects / seconds,
      floorObjectsPerSecond: objects / floorSeconds,
      requestsPerObject: {
        total: total / objects,
        ...Object.fromEntries([...requests].map(([name, count]) => [name, count / objects])),
      },
      processes,
      coreRssMiB: { idle, restartPeak },
      coreLiveBytesPerObject: (liveWithAll - liveWithNone) / objects,
    };
  } finally {
    await cluster.stop();
  }
}

/** Kills core; the most memory that the next one takes until it is ready and has nothing left to do, in MiB. */
async function restartedPeak({ core }: Installation, client: KubeClient): Promise<number> {
  const { restarts } = core;
  core.kill();
  await eventually(() => {
    if (core.restarts === restarts) throw new Error('core has not been started again');
  });
  await core.waitUntilReady({ port: 'health' });
  await settled(client);
  return peakRssMiB(core.pid ?? 0);
}

const keyOf = (index: number): string => `key-${index}`;
const valueOf = (index: number): string => `value-${index}`;

function externalSecret(namespace: string, index: number): ExternalSecret {
  return {
    apiVersion: 'external-secrets.io/v1',
    kind: 'ExternalSecret',
    metadata: { name: `es-${index}`, namespace },
    spec: {
      refreshInterval: '1h',
      secretStoreRef: { kind: 'Provider', name: 'fake' },
      data: [{ secretKey: 'value', remoteRef: { key: keyOf(index) } }],
    },
  };
}

/** Creates the ExternalSecrets and waits for the last Ready; seconds. */
async function syncAll(client: KubeClient, objects: number): Promise<number> {
  const stop = new AbortController();
  const ready = new Set<string>();
  const all = Promise.withResolvers<undefined>();
  const see = (es: ExternalSecret): void => {
    if (es.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True'))
      ready.add(es.metadata.name);
    if (ready.size === objects) all.resolve(undefined);
  };
  const watch = createInformer(client, externalSecrets, { namespaces: [TENANT] });
  watch.addHandler({ add: see, update: (_before, after) => see(after) });
  watch.start(stop.signal);
  await watch.waitForSync(stop.signal);
  const progress = setInterval(() => step(`${ready.size} of ${objects} are Ready`), 5_000);
  try {
    const started = performance.now();
    await forEachConcurrently(objects, CONCURRENCY, async (index) => {
      await client.create(externalSecrets, externalSecret(TENANT, index));
    });
    await all.promise;
    return (performance.now() - started) / 1_000;
  } finally {
    clearInterval(progress);
    stop.abort();
  }
}

/** The least that a first sync can cost: one Secret and one status per object, from a client that does nothing else. */
async function floor(client: KubeClient, objects: number): Promise<number> {
  const created: ExternalSecret[] = [];
  await forEachConcurrently(objects, CONCURRENCY, async (index) => {
    created[index] = await client.create(externalSecrets, externalSecret(FLOOR, index));
  });
  const started = performance.now();
  await forEachConcurrently(objects, CONCURRENCY, async (index) => {
    const es = created[index];
    if (!es) throw new Error(`object ${index} was not created`);
    await client.create(secrets, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: es.metadata.name, namespace: FLOOR },
      data: { value: Buffer.from(valueOf(index)).toString('base64') },
    });
    const condition = { type: 'Ready', status: 'True', reason: 'SecretSynced', message: 'secret synced' } as const;
    await client.updateStatus(externalSecrets, { ...es, status: { conditions: [condition] } });
  });
  return (performance.now() - started) / 1_000;
}

/** Deletes the ExternalSecrets and their Secrets, as garbage collection does, and waits until nobody writes any more. */
async function removeAll(client: KubeClient): Promise<void> {
  await removeObjects(client, externalSecrets);
  await removeObjects(client, secrets);
  await settled(client);
}

async function removeObjects<T extends KubeObject>(client: KubeClient, type: ResourceType<T>): Promise<void> {
  const { items } = await client.list(type, { namespace: TENANT });
  const names = items.map(({ metadata }) => metadata.name).filter((name) => name.startsWith('es-'));
  await forEachConcurrently(names.length, CONCURRENCY, async (index) => {
    await client.delete(type, { namespace: TENANT, name: names[index] ?? '' });
  });
}

/** Waits until two seconds have passed in which nobody wrote anything. */
async function settled(client: KubeClient): Promise<void> {
  let last: RequestCounts = new Map();
  for (;;) {
    const now = await requestCounts(client);
    const writes = (counts: RequestCounts): number =>
      [...counts].reduce((sum, [name, count]) => (/^(POST|PUT|PATCH|DELETE) /.test(name) ? sum + count : sum), 0);
    if (writes(now) === writes(last)) return;
    last = now;
    await new Promise((resolve) => setTimeout(resolve, 2_000));
  }
}

/** A fast answer that is wrong is worth nothing. */
async function checkValues(client: KubeClient, objects: number): Promise<void> {
  for (const index of [0, Math.floor(objects / 2), objects - 1]) {
    const secret = await client.get(secrets, { namespace: TENANT, name: `es-${index}` });
    const value = Buffer.from(secret.data?.['value'] ?? '', 'base64').toString();
    if (value !== valueOf(index)) throw new Error(`Secret es-${index} holds the wrong value`);
  }
}
