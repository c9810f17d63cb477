import { setTimeout as sleep } from 'node:timers/promises';
import { externalSecrets } from '@eso/api/resources';
import { type KubeClient, secrets } from '@eso/kube';
import { eventually, Installation, type OwnControlPlane, ownControlPlane } from '@eso/testing';
import { step } from '../setup.mjs';
import { requestCounts, type RequestCounts, requestsBetween } from './api-requests.ts';
import { forEachConcurrently } from './concurrency.ts';
import { createFakeStore, setFakeValue } from './fake-store.ts';
import { floorSeconds } from './floor.ts';
import { externalSecret, keyOf, secretName, valueOf } from './objects.ts';
import { cpuSeconds, peakRssMiB, rssMiB } from './processes.ts';
import type { Measured } from './report.ts';
import { StatusWatch } from './status-watch.ts';

/** As many as core has workers. */
export const IN_FLIGHT = 32;
export const TENANT = 'bench';
/** A namespace that core does not serve: the bare client of the floor has it for itself. */
const FLOOR = 'bench-floor';
const CORE_READY_MS = 60_000;

/** A control plane, an installation with provider-fake, one store with a value for each object, and no ExternalSecret yet. */
export class SyncingSystem {
  readonly installation: Installation;
  readonly objects: number;
  /** What a bare client needs to write what a first sync writes, per second; see floor.ts. */
  readonly floorObjectsPerSecond: number;
  readonly #own: OwnControlPlane;

  private constructor(
    own: OwnControlPlane,
    installation: Installation,
    objects: number,
    floorObjectsPerSecond: number,
  ) {
    this.#own = own;
    this.installation = installation;
    this.objects = objects;
    this.floorObjectsPerSecond = floorObjectsPerSecond;
  }

  /** Starts everything, measures, and ends everything, whatever comes. */
  static async with<T>(objects: number, measure: (system: SyncingSystem) => Promise<T>): Promise<T> {
    step('control plane and installation start');
    const own = await ownControlPlane();
    const { cluster } = own;
    try {
      await cluster.ensureNamespace(FLOOR);
      const installation = await Installation.start({
        cluster,
        tenants: [TENANT],
        providers: { fake: {} },
        progress: step,
      });
      const values = Array.from({ length: objects }, (_, index) => ({ key: keyOf(index), value: valueOf(index) }));
      await createFakeStore(cluster, TENANT, values);
      step(`floor: a bare client writes ${objects} ExternalSecrets, Secrets, statuses and events`);
      const seconds = await floorSeconds({
        kubeconfig: cluster.adminKubeconfig,
        caFile: cluster.caFile,
        namespace: FLOOR,
        objects,
      });
      return await measure(new SyncingSystem(own, installation, objects, objects / seconds));
    } finally {
      await cluster.stop();
    }
  }

  /** Names of all ExternalSecrets. */
  get names(): readonly string[] {
    return Array.from({ length: this.objects }, (_, index) => secretName(index));
  }

  /** How to reach the API server with all rights. */
  get access(): { readonly kubeconfig: string; readonly caFile: string } {
    const { adminKubeconfig: kubeconfig, caFile } = this.#own.cluster;
    return { kubeconfig, caFile };
  }

  /** Client with all rights. */
  get client(): KubeClient {
    return this.#own.cluster.client();
  }

  /** Process number of core. */
  get corePid(): number {
    return this.installation.core.pid ?? 0;
  }

  /** Memory that core has resident now, MiB. */
  get coreRssMiB(): number {
    return rssMiB(this.corePid);
  }

  /**
   * Does the work and tells what it took; the requests that come behind it, as events do, are counted as well.
   * @param own requests of the benchmark itself, which are left out
   * @param run returns how long the part that counts took, in seconds
   * @param settle whether to wait for what comes behind it; not where refreshes never end. Default true
   */
  async measure(own: RequestCounts, run: () => Promise<number>, { settle = true } = {}): Promise<Measured> {
    if (settle) await this.settled();
    const before = await requestCounts(this.client);
    const cpuBefore = new Map(Object.values(this.#pids()).map((pid) => [pid, cpuSeconds(pid)]));
    const seconds = await run();
    // A process that was started meanwhile counts whole.
    const processes = Object.fromEntries(
      Object.entries(this.#pids()).map(([name, pid]) => [
        name,
        { cpuSeconds: cpuSeconds(pid) - (cpuBefore.get(pid) ?? 0), peakRssMiB: peakRssMiB(pid) },
      ]),
    );
    if (settle) await this.settled();
    return { seconds, requests: requestsBetween(before, await requestCounts(this.client), own), processes };
  }

  /**
   * Creates an ExternalSecret for each object, as fast as the API server takes them, and waits for the last Ready.
   * @throws Error that names those that never become so
   */
  async syncAll(refreshInterval?: string): Promise<number> {
    const ready = await StatusWatch.start(this.client, TENANT);
    const stopTelling = tellProgress(() => `${ready.readyCount} of ${this.objects} are Ready`);
    try {
      const started = performance.now();
      await forEachConcurrently(this.objects, IN_FLIGHT, async (index) => {
        await this.client.create(externalSecrets, externalSecret(TENANT, index, refreshInterval));
      });
      await ready.allReady(this.names);
      return (performance.now() - started) / 1_000;
    } finally {
      stopTelling();
      ready.stop();
    }
  }

  /** Changes one value in the backend. */
  async changeValue(index: number, value: string): Promise<void> {
    await setFakeValue(this.client, TENANT, keyOf(index), value);
  }

  /** Ends core as a rolling update does. Its Lease is given up. */
  async stopCore(): Promise<void> {
    await this.installation.core.stop();
  }

  /** Starts core anew with these flags, and waits until it is ready. */
  async restartCore(flags: readonly string[]): Promise<void> {
    await this.stopCore();
    await this.startCore(flags);
  }

  /** Starts core again after `stopCore`, and waits until it is ready. */
  async startCore(flags?: readonly string[]): Promise<void> {
    const core = await this.installation.runCore(flags ? { flags } : {});
    await core.waitUntilReady({ port: 'health', timeoutMs: CORE_READY_MS });
  }

  /**
   * Has every ExternalSecret due at once: core is stopped until the last of them is past its interval, and started again.
   * @param intervalSeconds what they were synced with
   */
  async allDue(intervalSeconds: number): Promise<void> {
    await this.stopCore();
    step(`core is stopped until all ${this.objects} are due, ${intervalSeconds} s`);
    await sleep((intervalSeconds + 1) * 1_000);
    step('core starts: all are due');
  }

  /** A sample of core's metrics: the sum over all series of that name whose labels hold each of `labels`. */
  coreMetric(name: string, labels?: readonly string[]): Promise<number> {
    return coreMetricOf(this.installation, name, labels);
  }

  /** Waits until two seconds have passed in which nobody wrote anything. */
  async settled(): Promise<void> {
    let last = -1;
    for (;;) {
      const now = writesIn(await requestCounts(this.client));
      if (now === last) return;
      last = now;
      await sleep(2_000);
    }
  }

  /** A fast answer that is wrong is worth nothing: every Secret is looked at. @throws Error that names the first wrong one */
  async checkValues(expected: (index: number) => string = valueOf): Promise<void> {
    const values = new Map<string, string>();
    for (const { metadata, data } of (await this.client.list(secrets, { namespace: TENANT })).items)
      values.set(metadata.name, Buffer.from(data?.['value'] ?? '', 'base64').toString());
    for (let index = 0; index < this.objects; index++)
      if (values.get(secretName(index)) !== expected(index))
        throw new Error(
          `Secret ${secretName(index)} ${values.has(secretName(index)) ? 'holds the wrong value' : 'is missing'}`,
        );
  }

  #pids(): Record<string, number> {
    const { pids } = this.#own.controlPlane;
    const all: Readonly<Record<string, number | undefined>> = {
      core: this.installation.core.pid,
      'provider-fake': this.installation.providers['fake']?.pid,
      'cert-manager-controller': this.installation.certManagerController.pid,
      'kube-apiserver': pids.apiServer,
      etcd: pids.etcd,
    };
    return Object.fromEntries(Object.entries(all).filter((entry): entry is [string, number] => entry[1] !== undefined));
  }
}

/** A sample of core's metrics: the sum over all series of that name whose labels hold each of `labels`. */
export async function coreMetricOf(
  installation: Installation,
  name: string,
  labels: readonly string[] = [],
): Promise<number> {
  const text = await installation.metrics(installation.core);
  return text
    .split('\n')
    .filter((line) => line.startsWith(`${name}{`) && labels.every((label) => line.includes(label)))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}

/** POST, PUT, PATCH and DELETE among the requests. */
export function writesIn(counts: RequestCounts): number {
  return [...counts].reduce((sum, [name, count]) => (/^(POST|PUT|PATCH|DELETE) /.test(name) ? sum + count : sum), 0);
}

/** Prints a line every five seconds until the returned function is called. */
export function tellProgress(text: () => string): () => void {
  const timer = setInterval(() => step(text()), 5_000);
  return () => clearInterval(timer);
}

/** Waits for something to become true that core does on its own. @throws Error with `what` after `timeoutMs`, by default two minutes */
export async function until(what: string, holds: () => boolean | Promise<boolean>, timeoutMs = 120_000): Promise<void> {
  await eventually(
    async () => {
      if (!(await holds())) throw new Error(`not yet: ${what}`);
    },
    { timeoutMs },
  );
}
