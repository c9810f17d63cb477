import { externalSecrets } from '@eso/api/resources';
import { type KubeClient, type KubeObject, type ResourceType, secrets } from '@eso/kube';
import { step } from '../setup.mjs';
import { forEachConcurrently } from './concurrency.ts';
import { liveHeapBytes } from './live-heap.ts';
import { peakRssMiB } from './processes.ts';
import { type Report, reportOf } from './report.ts';
import { syncingScenario } from './syncing-scenario.ts';
import { IN_FLIGHT, type SyncingSystem, TENANT } from './syncing-system.ts';

/**
 * `--scenario first-sync`: so many new ExternalSecrets at once. Seconds are from the first POST of an ExternalSecret to the last Ready
 * that an independent watch saw.
 */
export const firstSyncScenario = syncingScenario({ fallback: 1_000, run: firstSync });

async function firstSync(system: SyncingSystem): Promise<Report> {
  const { client, objects } = system;
  await system.settled();
  const idle = system.coreRssMiB;
  step(`first sync: ${objects} ExternalSecrets`);
  const measured = await system.measure(new Map([['POST externalsecrets', objects]]), () => system.syncAll());
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
    coreRssMiB: { idle, restartPeak },
    coreLiveBytesPerObject: (liveWithAll - liveWithNone) / objects,
  };
}

async function removeObjects<T extends KubeObject>(client: KubeClient, type: ResourceType<T>): Promise<void> {
  const { items } = await client.list(type, { namespace: TENANT });
  const names = items.map(({ metadata }) => metadata.name).filter((name) => name.startsWith('es-'));
  await forEachConcurrently(names.length, IN_FLIGHT, async (index) => {
    await client.delete(type, { namespace: TENANT, name: names[index] ?? '' });
  });
}
