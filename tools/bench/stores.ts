import { setTimeout as sleep } from 'node:timers/promises';
import { type SecretStore, secretStores } from '@eso/api/resources';
import { events, type KubeClient } from '@eso/kube';
import { Installation, ownControlPlane } from '@eso/testing';
import { step } from '../setup.mjs';
import { requestCounts, requestsBetween } from './api-requests.ts';
import { forEachConcurrently } from './concurrency.ts';
import { cpuSeconds, peakRssMiB } from './processes.ts';
import { percentile } from './percentile.ts';
import { markdown } from './report.ts';
import { type Outcome, type Scenario, wholeNumber } from './scenario.ts';
import { coreMetricOf, IN_FLIGHT, until, writesIn } from './syncing-system.ts';

const TENANT = 'bench';
const INTERVAL_MS = 60_000;
const LOOK_MS = 250;

/**
 * `--scenario stores`: SecretStores with their config in themselves that are validated every minute. Nothing changes, so nothing may be
 * written and no event may be sent, and no queue may hold more at the end of a round than at its start.
 */
export const storesScenario: Scenario = {
  options: { stores: { type: 'string' }, minutes: { type: 'string' } },
  usage: '[--stores N] [--minutes N]   (200, 3)',
  prepare: (values) => {
    const stores = wholeNumber(values, 'stores', { fallback: 200, min: 1, max: 10_000 });
    const minutes = wholeNumber(values, 'minutes', { fallback: 3, min: 1, max: 60 });
    return () => withInstallation((installation, client) => measure({ installation, client, stores, minutes }));
  },
};

async function withInstallation(
  run: (installation: Installation, client: KubeClient) => Promise<Outcome>,
): Promise<Outcome> {
  step('control plane and installation start');
  const { cluster } = await ownControlPlane();
  try {
    const providers = { fake: {} };
    return await run(
      await Installation.start({ cluster, tenants: [TENANT], providers, progress: step }),
      cluster.client(),
    );
  } finally {
    await cluster.stop();
  }
}

interface Bench {
  readonly installation: Installation;
  readonly client: KubeClient;
  readonly stores: number;
  readonly minutes: number;
}

async function measure(bench: Bench): Promise<Outcome> {
  const { installation, client, stores, minutes } = bench;
  const readySeconds = await createStores(bench);
  // What comes behind the first validations, events above all.
  await sleep(5_000);
  const core = installation.core.pid ?? 0;
  const before = {
    requests: await requestCounts(client),
    cpu: cpuSeconds(core),
    events: await eventCount(client),
    validations: await validations(installation),
  };
  step(`${minutes} rounds of validations`);
  const depths = await watchQueue(installation, minutes);
  const requests = requestsBetween(before.requests, await requestCounts(client), new Map());
  requests.delete('POST serviceaccounts/token');
  const seconds = (minutes * INTERVAL_MS) / 1_000;
  const asked = (await validations(installation)) - before.validations;
  const half = Math.floor(depths.length / 2);
  const [firstHalf, secondHalf] = [depths.slice(0, half), depths.slice(half)].map((part) => percentile(part, 99));
  const figures = {
    stores,
    readySeconds,
    validationsPerStoreAndMinute: asked / stores / minutes,
    validateSeconds: await validateSeconds(installation),
    writes: writesIn(requests),
    events: (await eventCount(client)) - before.events,
    queueDepth: {
      p99FirstHalf: firstHalf ?? 0,
      p99SecondHalf: secondHalf ?? 0,
      max: Math.max(...depths),
      end: depths.at(-1) ?? 0,
    },
    coreCpuShare: (cpuSeconds(core) - before.cpu) / seconds,
    corePeakRssMiB: peakRssMiB(core),
    requestsPerStoreAndMinute: Object.fromEntries(
      [...requests].map(([name, count]) => [name, count / stores / minutes]),
    ),
  };
  const { queueDepth: depth } = figures;
  const demands: readonly (readonly [string, string, boolean])[] = [
    [
      'each is asked once a minute',
      figures.validationsPerStoreAndMinute.toFixed(3),
      figures.validationsPerStoreAndMinute > 0.95,
    ],
    ['nothing is written', `${figures.writes} writes`, figures.writes === 0],
    ['no event is sent', `${figures.events} events`, figures.events === 0],
    [
      'no queue grows',
      `depth p99 ${depth.p99FirstHalf}, then ${depth.p99SecondHalf}; at the end ${depth.end}`,
      depth.p99SecondHalf <= Math.max(depth.p99FirstHalf, stores / 20),
    ],
  ];
  return { table: tableOf(figures, demands), figures, passed: demands.every(([, , met]) => met) };
}

/** @returns seconds until the last of them was Ready */
async function createStores({ client, stores }: Bench): Promise<number> {
  step(`${stores} SecretStores that are validated every minute`);
  const started = performance.now();
  await forEachConcurrently(stores, IN_FLIGHT, async (index) => {
    await client.create(secretStores, storeOf(index));
  });
  await until('all stores are Ready', async () => {
    const { items } = await client.list(secretStores, { namespace: TENANT });
    const isReady = ({ status }: SecretStore): boolean =>
      status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') === true;
    return items.filter(isReady).length === stores;
  });
  return (performance.now() - started) / 1_000;
}

function storeOf(index: number): SecretStore {
  return {
    apiVersion: 'external-secrets.io/v1',
    kind: 'SecretStore',
    metadata: { name: `store-${String(index).padStart(5, '0')}`, namespace: TENANT },
    spec: { refreshInterval: '1m', provider: { fake: { data: [{ key: 'k', value: `v${index}` }] } } },
  };
}

async function watchQueue(installation: Installation, minutes: number): Promise<number[]> {
  const depths: number[] = [];
  const end = performance.now() + minutes * INTERVAL_MS;
  while (performance.now() < end) {
    depths.push(await coreMetricOf(installation, 'workqueue_depth', ['name="secretstore"']));
    await sleep(LOOK_MS);
  }
  return depths;
}

const VALIDATE = ['method="Validate"'];
const validations = (installation: Installation): Promise<number> =>
  coreMetricOf(installation, 'grpc_client_requests_total', VALIDATE);

/** Mean time of a validation, in seconds. */
async function validateSeconds(installation: Installation): Promise<number> {
  const name = 'grpc_client_request_duration_seconds';
  const [sum, count] = [
    await coreMetricOf(installation, `${name}_sum`, VALIDATE),
    await coreMetricOf(installation, `${name}_count`, VALIDATE),
  ];
  return sum / count;
}

async function eventCount(client: KubeClient): Promise<number> {
  const { items } = await client.list(events, { namespace: TENANT });
  return items.reduce((sum, { count = 1 }) => sum + count, 0);
}

interface Figures {
  readonly stores: number;
  readonly readySeconds: number;
  readonly validateSeconds: number;
  readonly coreCpuShare: number;
  readonly corePeakRssMiB: number;
  readonly queueDepth: { readonly max: number };
  readonly requestsPerStoreAndMinute: Readonly<Record<string, number>>;
}

function tableOf(figures: Figures, demands: readonly (readonly [string, string, boolean])[]): string {
  const rows: [string, string][] = [
    ['stores', String(figures.stores)],
    ['seconds until all are Ready', figures.readySeconds.toFixed(2)],
    ['mean time of a validation', `${(figures.validateSeconds * 1_000).toFixed(1)} ms`],
    [
      'core',
      `${(figures.coreCpuShare * 100).toFixed(1)} % of a CPU, ${figures.corePeakRssMiB.toFixed(0)} MiB peak RSS`,
    ],
    ['deepest the queue was seen', String(figures.queueDepth.max)],
    ...Object.entries(figures.requestsPerStoreAndMinute).map(([name, count]): [string, string] => [
      `requests per store and minute, ${name}`,
      count.toFixed(3),
    ]),
    ...demands.map(([what, figure, met]): [string, string] => [what, `${figure}: ${met ? 'met' : 'not met'}`]),
  ];
  return markdown(['figure', 'value'], rows);
}
