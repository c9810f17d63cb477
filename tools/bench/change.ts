import { setTimeout as sleep } from 'node:timers/promises';
import { createInformer, secrets } from '@eso/kube';
import { step } from '../setup.mjs';
import { secretName, valueOf } from './objects.ts';
import { latency, type Report, reportOf } from './report.ts';
import { syncingScenario } from './syncing-scenario.ts';
import { type SyncingSystem, TENANT, tellProgress } from './syncing-system.ts';
import { untilAll } from './until-all.ts';

const INTERVAL = '10s';
/** Values that are changed, one after the other. */
const CHANGES = 50;
/** Between two of them, milliseconds: not in step with the interval. */
const PAUSE_MS = 230;

/**
 * `--scenario change`: every ExternalSecret has an interval of 10 s, and one value of the backend at a time changes. Latency is from the
 * change to the Secret that holds it, as an independent watch saw it; seconds are from the first change to the last Secret.
 */
export const changeScenario = syncingScenario({ fallback: 200, min: CHANGES, run: change });

const changedValue = (index: number): string => `changed-${index}`;

async function change(system: SyncingSystem): Promise<Report> {
  const { client, objects } = system;
  step(`first sync: ${objects} ExternalSecrets with an interval of ${INTERVAL}`);
  await system.syncAll(INTERVAL);
  const stop = new AbortController();
  const changedAt = new Map<string, { readonly value: string; readonly atMs: number }>();
  const tries: number[] = [];
  const informer = createInformer(client, secrets, { namespaces: [TENANT] });
  informer.addHandler({
    update: (_before, { metadata: { name }, data }) => {
      const change = changedAt.get(name);
      if (!change || Buffer.from(data?.['value'] ?? '', 'base64').toString() !== change.value) return;
      changedAt.delete(name);
      tries.push((performance.now() - change.atMs) / 1_000);
    },
  });
  informer.start(stop.signal);
  await informer.waitForSync(stop.signal);
  const stopTelling = tellProgress(() => `${tries.length} of ${CHANGES} changes have arrived`);
  try {
    step(`${CHANGES} values change, one after the other`);
    const own = new Map([
      ['PUT fakes', CHANGES],
      ['GET fakes', CHANGES],
    ]);
    const run = async (): Promise<number> => {
      const started = performance.now();
      for (let index = 0; index < CHANGES; index++) {
        changedAt.set(secretName(index), { value: changedValue(index), atMs: performance.now() });
        await system.changeValue(index, changedValue(index));
        await sleep(PAUSE_MS);
      }
      await untilAll({
        names: Array.from({ length: CHANGES }, (_, index) => secretName(index)),
        isDone: (name) => !changedAt.has(name),
        what: 'changed',
      });
      return (performance.now() - started) / 1_000;
    };
    const measured = await system.measure(own, run, { settle: false });
    await system.checkValues((index) => (index < CHANGES ? changedValue(index) : valueOf(index)));
    return { ...reportOf('change', system, measured, CHANGES), latencySeconds: latency(tries) };
  } finally {
    stopTelling();
    stop.abort();
  }
}
