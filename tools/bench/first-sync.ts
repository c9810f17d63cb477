import { setTimeout as sleep } from 'node:timers/promises';
import { externalSecrets } from '@eso/api/resources';
import { type KubeClient, type KubeObject, type ResourceType, secrets } from '@eso/kube';
import { step } from '../setup.mjs';
import { requestCounts } from './api-requests.ts';
import { forEachConcurrently } from './concurrency.ts';
import { liveHeapBytes } from './live-heap.ts';
import { peakRssMiB } from './processes.ts';
import { type Report, reportOf } from './report.ts';
import { syncingScenario } from './syncing-scenario.ts';
import { IN_FLIGHT, type SyncingSystem, TENANT } from './syncing-system.ts';

/**
 * `--scenario first-sync`: so many new ExternalSecrets at once. Seconds are from the first POST of an ExternalSecret to the last event
 * that was written, which is the work that the floor does; the last Ready that an independent watch saw is told beside it.
 */
export const firstSyncScenario = syncingScenario({ fallback: 1_000, run: firstSync });

async function firstSync(system: SyncingSystem): Promise<Report> {
  const { client, objects } = system;
  await system.settled();
  const idle = system.coreRssMiB;
  step(`first sync: ${objects} ExternalSecrets`);
  let readySeconds = 0;
  const measured = await system.measure(new Map([['POST externalsecrets', objects]]), async () => {
    const events = await eventsWritten(client);
    const started = performance.now();
    readySeconds = await system.syncAll();
    await untilEvents(client, events + objects);
    return (performance.now() - started) / 1_000;
  });
  await system.checkValues();
  step('core starts anew');
  await system.stopCore();
  await system.startCore();
  await system.settled();
  const restartPeak = peakRssMiB(system.corePid);
  const liveWithAll = await liveHeapBytes(system.corePid);
  step('all ExternalSecrets go');
  await removeObjects(client, externalSecrets);
  await removeObjects(client, secrets);
  await system.settled();
  const liveWithNone = await liveHeapBytes(system.corePid);
  return {
    ...reportOf('first-sync', system, measured),
    readySeconds,
    coreRssMiB: { idle, restartPeak },
    coreLiveBytesPerObject: (liveWithAll - liveWithNone) / objects,
  };
}

/** From the counters of the API server, which it takes a while to show: they are not to be read often. */
async function eventsWritten(client: KubeClient): Promise<number> {
  return (await requestCounts(client)).get('POST events') ?? 0;
}

/** Longest pause between two events, in milliseconds. */
const PAUSE_MS = 10_000;

/** @throws Error when some are never written: a first sync is not done without them */
async function untilEvents(client: KubeClient, wanted: number): Promise<void> {
  let written = await eventsWritten(client);
  let since = performance.now();
  while (written < wanted) {
    await sleep(1_000);
    const now = await eventsWritten(client);
    if (now > written) since = performance.now();
    written = now;
    if (performance.now() - since > PAUSE_MS) throw new Error(`${wanted - written} events were not written`);
  }
}

async function removeObjects<T extends KubeObject>(client: KubeClient, type: ResourceType<T>): Promise<void> {
  const { items } = await client.list(type, { namespace: TENANT });
  const names = items.map(({ metadata }) => metadata.name).filter((name) => name.startsWith('es-'));
  await forEachConcurrently(names.length, IN_FLIGHT, async (index) => {
    await client.delete(type, { namespace: TENANT, name: names[index] ?? '' });
  });
}
