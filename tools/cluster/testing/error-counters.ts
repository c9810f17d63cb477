/** What the metrics of every pod of ours say of errors, sampled until the last moment of each. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Cluster } from '../up.ts';
import { CORE, PROVIDER } from './releases.ts';

/** Pause between two samples of all pods, milliseconds. */
const PAUSE_MS = 500;

/** How much of a log is read when a counter has grown. */
const LOG_LINES = 60;
const WORSE_THAN_INFO = /"level":"(?:warn|error|fatal)"/;

/** Counters that a healthy installation leaves at zero; with a label, the series whose label has another value than the one named. */
const ERRORS: Readonly<Record<string, readonly [label: string, good: string] | undefined>> = {
  externalsecret_sync_calls_error: undefined,
  controller_runtime_reconcile_errors_total: undefined,
  controller_runtime_terminal_reconcile_errors_total: undefined,
  controller_runtime_reconcile_panics_total: undefined,
  controller_runtime_reconcile_timeouts_total: undefined,
  grpc_client_request_errors_total: undefined,
  grpc_server_requests_total: ['status', 'OK'],
  informer_exceptions_total: undefined,
  eso_provider_backend_faults_total: undefined,
  eso_provider_client_rejections_total: undefined,
  eso_provider_certificate_hot_reload_failures_total: undefined,
  eso_provider_certificate_rotation_failures_total: undefined,
  eso_client_certificate_rotation_failures_total: undefined,
};

/** Counters of what was tried again and went well then: no user notices them, and a report shows them. */
const RETRIED = ['grpc_client_retries_total', 'grpc_pool_connection_errors_total', 'reflector_errors_total'] as const;

/** Where each program says its metrics, by the name of its container. */
const METRICS_PORTS: Readonly<Record<string, number>> = {
  core: 8080,
  'cert-manager-controller': 8080,
  'provider-fake': 8081,
};

interface PodList {
  readonly items: readonly {
    readonly metadata: { readonly name: string; readonly namespace: string };
    readonly spec: { readonly containers: readonly { readonly name: string }[] };
    readonly status: { readonly phase: string; readonly podIP?: string };
  }[];
}

/** By how much counters grew, by name; those that did not are left out. */
export type Growth = Readonly<Record<string, number>>;

/** Follows the counters of all pods of the two releases, also of those that come and go meanwhile. */
export class ErrorCounters {
  readonly #cluster: Cluster;
  readonly #stop = new AbortController();
  /** By pod: what it said first, and what it said last. A pod that came later began with nothing. */
  readonly #first = new Map<string, Map<string, number>>();
  readonly #last = new Map<string, Map<string, number>>();
  #logged: string[] = [];
  #samples = 0;
  #ended: Promise<void> | undefined;

  private constructor(cluster: Cluster) {
    this.#cluster = cluster;
  }

  /** @throws Error when the pods that are there cannot be asked */
  static async start(cluster: Cluster): Promise<ErrorCounters> {
    const counters = new ErrorCounters(cluster);
    await counters.begin();
    counters.#ended = counters.#follow();
    return counters;
  }

  /** From now on growth is counted anew. */
  async begin(): Promise<void> {
    await this.#sample();
    this.#first.clear();
    for (const [pod, counts] of this.#last) this.#first.set(pod, counts);
    this.#samples = 0;
    this.#logged = [];
  }

  /** What pods had logged, above level info, when a counter of theirs was seen to have grown. */
  get logged(): readonly string[] {
    return this.#logged;
  }

  /** How many times a pod was asked and answered since the beginning. */
  get samples(): number {
    return this.#samples;
  }

  /** Errors since the beginning, by metric. */
  errors(): Growth {
    return this.#growth(Object.keys(ERRORS));
  }

  /** What had to be tried again since the beginning, by metric. */
  retried(): Growth {
    return this.#growth(RETRIED);
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#ended;
  }

  #growth(names: readonly string[]): Growth {
    const grown = names.map((name): [string, number] => {
      let sum = 0;
      for (const [pod, counts] of this.#last) sum += growthOf(this.#first.get(pod)?.get(name), counts.get(name));
      return [name, sum];
    });
    return Object.fromEntries(grown.filter(([, sum]) => sum !== 0));
  }

  async #follow(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      await this.#sample();
      await sleep(PAUSE_MS, undefined, { signal: this.#stop.signal }).catch(() => undefined);
    }
  }

  async #readLog(pod: string, path: string): Promise<void> {
    const lines = String(await this.#cluster.api.request('GET', path)).split('\n');
    this.#logged.push(...lines.filter((line) => WORSE_THAN_INFO.test(line)).map((line) => `${pod}: ${line}`));
  }

  async #sample(): Promise<void> {
    const lists = await Promise.all(
      [CORE, PROVIDER].map((namespace) => this.#cluster.api.request('GET', `/api/v1/namespaces/${namespace}/pods`)),
    );
    const pods = lists.flatMap((list) => (list as PodList).items);
    await Promise.all(
      pods.map(async ({ metadata: { namespace, name }, spec, status }) => {
        const port = METRICS_PORTS[spec.containers[0]?.name ?? ''];
        if (port === undefined || status.podIP === undefined || status.phase !== 'Running') return;
        const pod = `/api/v1/namespaces/${namespace}/pods/${name}`;
        try {
          const path = `${pod}:${String(port)}/proxy/metrics`;
          const counts = countsOf(String(await this.#cluster.api.request('GET', path)));
          const hasFailed = Object.keys(ERRORS).some(
            (error) => (counts.get(error) ?? 0) > (this.#last.get(name)?.get(error) ?? 0),
          );
          this.#last.set(name, counts);
          this.#samples++;
          if (hasFailed) await this.#readLog(name, `${pod}/log?tailLines=${String(LOG_LINES)}`);
        } catch {
          // It has not begun yet, or has ended: what it said last stands.
        }
      }),
    );
  }
}

/** By how much a counter grew. One that is smaller than before began anew with its container: it hides nothing of another pod's. */
export const growthOf = (before = 0, now = 0): number => (now < before ? now : now - before);

/** Sums of the counters that are followed. @param text of `/metrics` */
export function countsOf(text: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const [, name = '', labels = '', value] of text.matchAll(/^(\w+)(?:\{(.*)\})? (\S+)$/gm)) {
    if (!(name in ERRORS) && !RETRIED.some((retried) => retried === name)) continue;
    const [label, good] = ERRORS[name] ?? [];
    if (label !== undefined && labels.includes(`${label}="${good ?? ''}"`)) continue;
    counts.set(name, (counts.get(name) ?? 0) + Number(value));
  }
  return counts;
}
