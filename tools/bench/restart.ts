import { step } from '../setup.mjs';
import { type Report, reportOf } from './report.ts';
import { syncingScenario } from './syncing-scenario.ts';
import { type SyncingSystem, until, writesIn } from './syncing-system.ts';

/**
 * `--scenario restart`: core starts with everything in sync. Seconds are from its start until it is ready and has looked at every
 * ExternalSecret.
 */
export const restartScenario = syncingScenario({ fallback: 1_000, run: restart });

async function restart(system: SyncingSystem): Promise<Report> {
  const { objects } = system;
  step(`first sync: ${objects} ExternalSecrets`);
  await system.syncAll();
  await system.settled();
  await system.stopCore();
  step('core starts with all in sync');
  const measured = await system.measure(new Map(), async () => {
    const started = performance.now();
    await system.startCore();
    await until('core has looked at every ExternalSecret', async () => {
      const done = await system.coreMetric('controller_runtime_reconcile_total', ['controller="externalsecret"']);
      if (done < objects) throw new Error(`core has looked at ${done} of ${objects} ExternalSecrets`);
      return true;
    });
    return (performance.now() - started) / 1_000;
  });
  await system.checkValues();
  const written = (name: string): number => measured.requests.get(name) ?? 0;
  const ofObjects = [
    'POST secrets',
    'PUT secrets',
    'PATCH secrets',
    'PUT externalsecrets',
    'PUT externalsecrets/status',
  ];
  if (ofObjects.some((name) => written(name) > 0))
    throw new Error(`a start with all in sync wrote: ${JSON.stringify([...measured.requests])}`);
  step(`${writesIn(measured.requests)} writes altogether`);
  return reportOf('restart', system, measured);
}
