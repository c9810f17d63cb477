import { setTimeout as sleep } from 'node:timers/promises';
import { externalSecrets } from '@eso/api/resources';
import { createInformer, type KubeClient, secrets } from '@eso/kube';
import { systemClock, within } from '@eso/runtime';
import { step } from '../setup.mjs';
import { externalSecret, keyOf } from './objects.ts';
import { intervalFor } from './refresh.ts';
import { latency, type Report, reportOf } from './report.ts';
import { StatusWatch } from './status-watch.ts';
import { syncingScenario } from './syncing-scenario.ts';
import { type SyncingSystem, TENANT } from './syncing-system.ts';

/** New objects that have to be seen through while the backlog lasts, for the 99th percentile to mean anything. */
const MIN_TRIES = 50;
/** A pause between two tries, milliseconds: one new object at a time, not a second crowd. */
const PAUSE_MS = 20;
/** Longest wait for the Secret of a new object, milliseconds. */
const SEEN_MS = 120_000;

/**
 * `--scenario lane`: all are due at once, and while that backlog lasts one new ExternalSecret at a time is created. Latency is from its
 * POST to its Secret, as an independent watch saw it; seconds are from the first refresh to the last.
 */
export const laneScenario = syncingScenario({ fallback: 4_000, min: 100, run: lane });

async function lane(system: SyncingSystem): Promise<Report> {
  const { client, objects } = system;
  const interval = intervalFor(objects);
  step(`first sync: ${objects} ExternalSecrets with an interval of ${interval} s`);
  await system.syncAll(`${interval}s`);
  await system.allDue(interval);
  const watch = await StatusWatch.start(client, TENANT);
  const created = await SecretWatch.start(client);
  const tries: number[] = [];
  try {
    const measured = await system.measure(new Map(), async () => {
      await system.startCore();
      await watch.anyRefreshed();
      const refreshed = untilRefreshed(watch, system.names);
      step('one new ExternalSecret at a time');
      while (!refreshed.ended()) {
        const name = `new-${tries.length}`;
        const started = performance.now();
        const manifest = externalSecret(TENANT, 0, '1h');
        const data = [{ secretKey: 'value', remoteRef: { key: keyOf(tries.length % objects) } }];
        await client.create(externalSecrets, {
          ...manifest,
          metadata: { name, namespace: TENANT },
          spec: { ...manifest.spec, data },
        });
        const seen = await created.seen(name);
        // One that came when the backlog had gone says nothing about it.
        if (!refreshed.ended()) tries.push((seen - started) / 1_000);
        await sleep(PAUSE_MS);
      }
      await refreshed.end;
      return (Math.max(...watch.refreshes) - Math.min(...watch.refreshes)) / 1_000;
    });
    await system.checkValues();
    if (tries.length < MIN_TRIES)
      throw new Error(
        `the backlog of ${objects} lasted for ${tries.length} new objects, not ${MIN_TRIES}: more --objects`,
      );
    return { ...reportOf('lane', system, measured, objects + tries.length), latencySeconds: latency(tries) };
  } finally {
    watch.stop();
    created.stop();
  }
}

/** Whether the backlog has gone, or never will. */
function untilRefreshed(
  watch: StatusWatch,
  names: readonly string[],
): { readonly ended: () => boolean; readonly end: Promise<void> } {
  let ended = false;
  const end = watch.allRefreshed(names).finally(() => (ended = true));
  // Who waits for it is told of a failure; until then the tries go on.
  end.catch(() => undefined);
  return { ended: () => ended, end };
}

/** Sees Secrets appear. */
class SecretWatch {
  readonly #stop = new AbortController();
  readonly #seen = new Map<string, PromiseWithResolvers<number>>();

  static async start(client: KubeClient): Promise<SecretWatch> {
    const watch = new SecretWatch();
    const informer = createInformer(client, secrets, { namespaces: [TENANT] });
    informer.addHandler({ add: ({ metadata: { name } }) => watch.#entry(name).resolve(performance.now()) });
    informer.start(watch.#stop.signal);
    await informer.waitForSync(watch.#stop.signal);
    return watch;
  }

  /** The instant at which the Secret was seen, `performance.now()`. @throws Error when it never is */
  async seen(name: string): Promise<number> {
    const late = (): Error => new Error(`no Secret of ${name} came within ${SEEN_MS / 1_000} s`);
    return within(this.#entry(name).promise, { clock: systemClock, ms: SEEN_MS, late });
  }

  stop(): void {
    this.#stop.abort();
  }

  #entry(name: string): PromiseWithResolvers<number> {
    const entry = this.#seen.get(name) ?? Promise.withResolvers<number>();
    this.#seen.set(name, entry);
    return entry;
  }
}
