import { step } from '../setup.mjs';
import { type Report, reportOf } from './report.ts';
import { StatusWatch } from './status-watch.ts';
import { syncingScenario } from './syncing-scenario.ts';
import { type SyncingSystem, TENANT, tellProgress, writesIn } from './syncing-system.ts';

/**
 * `--scenario refresh`: all are due once, and nothing has changed in the backend. Seconds are from the first refresh that an independent
 * watch saw to the last.
 */
export const refreshScenario = syncingScenario({ fallback: 1_000, min: 2, run: refresh });

/** An interval that no object passes twice while all are refreshed once, seconds. */
export const intervalFor = (objects: number): number => Math.max(60, Math.ceil(objects / 50));

async function refresh(system: SyncingSystem): Promise<Report> {
  const { objects } = system;
  const interval = intervalFor(objects);
  step(`first sync: ${objects} ExternalSecrets with an interval of ${interval} s`);
  await system.syncAll(`${interval}s`);
  await system.allDue(interval);
  const watch = await StatusWatch.start(system.client, TENANT);
  const stopTelling = tellProgress(() => `${watch.refreshes.length} of ${objects} are refreshed`);
  try {
    const measured = await system.measure(new Map(), async () => {
      await system.startCore();
      await watch.allRefreshed(system.names);
      return (Math.max(...watch.refreshes) - Math.min(...watch.refreshes)) / 1_000;
    });
    await system.checkValues();
    const others = writesIn(measured.requests) - (measured.requests.get('PUT externalsecrets/status') ?? 0);
    // Nothing has changed: one status each, and at most some events of the new leader.
    if (others > 5) throw new Error(`a refresh that changes nothing wrote: ${JSON.stringify([...measured.requests])}`);
    return reportOf('refresh', system, measured);
  } finally {
    stopTelling();
    watch.stop();
  }
}
