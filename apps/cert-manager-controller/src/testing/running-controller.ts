import type { KubeClient } from '@eso/kube';
import { wrappedKeySource } from '@eso/pki';
import { type Clock, createLogger, createRegistry, type Registry, systemClock } from '@eso/runtime';
import { eventually } from '@eso/testing';
import { CertificateController } from '../certificate-controller.ts';
import type { Settings } from '../flags.ts';
import { DEFAULT_ISSUANCE_LIMITS } from '../issuance/issuance-limiter.ts';
import { DEFAULT_SERVICES_PER_NAMESPACE } from '../service/service-limit.ts';

const DAY = 86_400_000;

/** In what a controller under test differs from the product's. Absent = as the product, or as the harness. */
export interface RunningControllerOptions {
  /** Default: the machine's clock. */
  readonly clock?: Clock;
  readonly settings?: Partial<Settings>;
  /** Default: the product's. */
  readonly resyncMs?: number;
  /** Default: the harness's. */
  readonly keyFile?: string;
  /** Whose rights it has. Default: the harness's, which has those of the chart. */
  readonly client?: KubeClient;
}

/** Where a controller runs, and with whose rights. */
export interface RunningControllerHost {
  readonly client: KubeClient;
  /** Namespace of core. */
  readonly namespace: string;
  readonly providerNamespaces: readonly string[];
  readonly keyFile: string;
}

/** The controller in this process, with the rights of its ServiceAccount. */
export class RunningController {
  readonly controller: CertificateController;
  readonly registry: Registry;
  /** Everything it logged, at the most talkative level. */
  readonly lines: string[] = [];
  readonly #stop = new AbortController();
  readonly #ended: Promise<void>;

  constructor(place: RunningControllerHost, options: RunningControllerOptions = {}) {
    const { namespace, providerNamespaces } = place;
    const { clock = systemClock, resyncMs, settings = {}, keyFile = place.keyFile, client = place.client } = options;
    this.registry = createRegistry({ processMetrics: false });
    this.controller = new CertificateController({
      client,
      settings: {
        namespace,
        leaseName: 'external-secrets-cert-manager-controller',
        providerNamespaces,
        clusterDomain: 'cluster.local',
        trustDomain: 'external-secrets.io',
        lifetime: { validityMs: 30 * DAY },
        authorityValidityMs: 365 * DAY,
        issuance: DEFAULT_ISSUANCE_LIMITS,
        servicesPerNamespace: DEFAULT_SERVICES_PER_NAMESPACE,
        ...settings,
      },
      source: wrappedKeySource({ file: keyFile, flag: '--key-encryption-key-file' }),
      clock,
      ...(resyncMs !== undefined && { resyncMs }),
      logger: createLogger({
        name: 'test',
        level: 'trace',
        destination: { write: (line: string) => void this.lines.push(line) },
      }),
      registry: this.registry,
    });
    this.#ended = this.controller.run(this.#stop.signal);
    this.#ended.catch(() => undefined);
  }

  /** The value of a metric; undefined when there is no such series. */
  async metric(name: string, labels: Readonly<Record<string, string>> = {}): Promise<number | undefined> {
    const found = (await this.registry.getMetricsAsJSON()).find((metric) => metric.name === name);
    const wanted = Object.entries(labels);
    return found?.values.find((v) => wanted.every(([k, text]) => (v.labels as Record<string, unknown>)[k] === text))
      ?.value;
  }

  /** Resolves when nothing is being worked on and nothing waits; for tests that move the clock. */
  idle(): Promise<void> {
    return eventually(async () => {
      const busy = (await this.metric('controller_runtime_active_workers')) ?? 0;
      const waiting = (await this.metric('workqueue_depth')) ?? 0;
      if (busy + waiting > 0) throw new Error(`${busy} reconciles run, ${waiting} keys wait`);
    });
  }

  async stop(): Promise<void> {
    this.#stop.abort(new DOMException('the test ended', 'AbortError'));
    await this.#ended.catch(() => undefined);
  }
}
