import { setTimeout as sleep } from 'node:timers/promises';
import { step } from '../setup.mjs';
import { type Report, reportOf } from './report.ts';
import { syncingScenario } from './syncing-scenario.ts';
import { type SyncingSystem, until, writesIn } from './syncing-system.ts';

/** Of refreshes in a row that change nothing, every how many is written. */
const EVERY = 10;

/**
 * `--scenario refresh-coalesced`: as refresh, with `--refresh-status-every=10`, over as many rounds. Figures are for each refresh, told by the
 * calls that core made to the provider.
 */
export const coalescedRefreshScenario = syncingScenario({ fallback: 1_000, min: 2, run: refreshCoalesced });

async function refreshCoalesced(system: SyncingSystem): Promise<Report> {
  const { objects } = system;
  const interval = Math.max(10, Math.ceil(objects / 100));
  step(`core starts with --refresh-status-every=${EVERY}`);
  await system.restartCore([`--refresh-status-every=${EVERY}`]);
  step(`first sync: ${objects} ExternalSecrets with an interval of ${interval} s`);
  await system.syncAll(`${interval}s`);
  const calls = (): Promise<number> => system.coreMetric('grpc_client_requests_total', ['method="GetSecret"']);
  // The events of the first sync are none of a refresh.
  await system.settled();
  const before = await calls();
  let refreshes = 0;
  const measured = await system.measure(
    new Map(),
    async () => {
      const started = performance.now();
      step(`${EVERY} rounds of refreshes, ${EVERY * interval} s`);
      const timeoutMs = 2 * EVERY * interval * 1_000;
      await until(
        'all rounds are over',
        async () => {
          // Each look is a scrape, which would cost core more than the refreshes do.
          await sleep(1_000);
          refreshes = (await calls()) - before;
          if (refreshes < EVERY * objects)
            throw new Error(`${refreshes} of ${EVERY * objects} refreshes in ${EVERY} intervals`);
          return true;
        },
        timeoutMs,
      );
      return (performance.now() - started) / 1_000;
    },
    { settle: false },
  );
  await system.checkValues();
  // Pods renew their tokens in rounds that take a quarter of an hour.
  const expected = ['PUT externalsecrets/status', 'POST serviceaccounts/token'];
  const others = expected.reduce((sum, what) => sum - (measured.requests.get(what) ?? 0), writesIn(measured.requests));
  if (others > 5) throw new Error(`a refresh that changes nothing wrote: ${JSON.stringify([...measured.requests])}`);
  return reportOf('refresh-coalesced', system, measured, refreshes);
}
