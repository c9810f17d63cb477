import { externalSecrets } from '@eso/api/resources';
import { type KubeClient, type KubeObject, type ResourceType, secrets } from '@eso/kube';
import { step } from '../setup.mjs';
import { BareClient } from './bare-client.ts';
import { forEachConcurrently } from './concurrency.ts';
import { liveHeapBytes } from './live-heap.ts';
import { externalSecret } from './objects.ts';
import { peakRssMiB } from './processes.ts';
import { allReady } from './ready-objects.ts';
import { type Report, reportOf } from './report.ts';
import { syncingScenario } from './syncing-scenario.ts';
import { IN_FLIGHT, type SyncingSystem, TENANT, tellProgress } from './syncing-system.ts';
import { eventCount, untilEvents } from './written-events.ts';

/**
 * `--scenario first-sync`: so many new ExternalSecrets at once. Seconds are from the first POST of an ExternalSecret to the last event
 * that was written, which is the work that the floor does; when the last became Ready is told beside it, from the statuses. Nothing is
 * watched meanwhile: what measures would take a part of the cores, of which the floor has all.
 */
export const firstSyncScenario = syncingScenario({ fallback: 1_000, run: firstSync });

async function firstSync(system: SyncingSystem): Promise<Report> {
  const { client, objects } = system;
  await system.settled();
  const idle = system.coreRssMiB;
  step(`first sync: ${objects} ExternalSecrets`);
  let readySeconds = 0;
  const own = new Map([['POST externalsecrets', objects]]);
  const measured = await system.measure(own, async () => {
    const { seconds, untilReadySeconds } = await syncOnce(system, own);
    readySeconds = untilReadySeconds;
    return seconds;
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

/** @param own is told of each request that is none of core's */
async function syncOnce(
  { client, names, access }: SyncingSystem,
  own: Map<string, number>,
): Promise<{ seconds: number; untilReadySeconds: number }> {
  const count = (name: string): void => void own.set(name, (own.get(name) ?? 0) + 1);
  const bare = await BareClient.open(access);
  const before = await eventCount(client, TENANT);
  count('LIST events');
  let created = 0;
  const stopTelling = tellProgress(() => `${created} of ${names.length} are created`);
  try {
    const startedMs = Date.now();
    const started = performance.now();
    await forEachConcurrently(names.length, IN_FLIGHT, async (index) => {
      await bare.post(
        `/apis/external-secrets.io/v1/namespaces/${TENANT}/externalsecrets`,
        externalSecret(TENANT, index),
      );
      created += 1;
    });
    const onLook = (): void => count('LIST events');
    await untilEvents(client, { namespace: TENANT, count: before + names.length, names, onLook });
    const { seenAt, lastMs } = await allReady(client, TENANT, names);
    count('LIST externalsecrets');
    return { seconds: (seenAt - started) / 1_000, untilReadySeconds: (lastMs - startedMs) / 1_000 };
  } finally {
    stopTelling();
    bare.close();
  }
}

async function removeObjects<T extends KubeObject>(client: KubeClient, type: ResourceType<T>): Promise<void> {
  const { items } = await client.list(type, { namespace: TENANT });
  const names = items.map(({ metadata }) => metadata.name).filter((name) => name.startsWith('es-'));
  await forEachConcurrently(names.length, IN_FLIGHT, async (index) => {
    await client.delete(type, { namespace: TENANT, name: names[index] ?? '' });
  });
}
