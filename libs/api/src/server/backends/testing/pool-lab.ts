import { createLogger, createRegistry, ManualClock } from '@eso/runtime';
import { MemoryObjects } from '../../../testing/memory-objects.ts';
import type { Backend, CloseContext } from '../../backend.ts';
import { CredentialCache } from '../../credentials/credential-cache.ts';
import { defineKind, type KindOptions } from '../../define-kind.ts';
import type { OpenContext } from '../../open-context.ts';
import { ApiCallCounter } from '../api-call-metrics.ts';
import { BackendPool } from '../backend-pool.ts';
import type { BackendLimits } from '../backend-capacity.ts';
import type { BackendKey } from '../pooled-backend.ts';

/** Config of the kind that the lab serves. */
export interface LabConfig {
  readonly region: string;
}

/** The kind that the lab serves, and the limits of its pool. */
export interface PoolLabOptions extends Partial<KindOptions<LabConfig>> {
  readonly limits?: Partial<BackendLimits>;
  /** What the backends that the lab opens by itself do. */
  readonly backend?: (context: OpenContext<LabConfig>) => Partial<Backend>;
}

/** A pool over a kind that writes down which backends were opened and closed. */
export function poolLab({ limits = {}, backend = () => ({}), ...options }: PoolLabOptions = {}) {
  const clock = new ManualClock();
  const kube = new MemoryObjects();
  const lines: Record<string, unknown>[] = [];
  const cache = new CredentialCache({ kube, clock });
  /** What the credentials say that their revision is. */
  const credentials = { revision: '1' };
  const reader: CredentialCache['reader'] = (...parameters) =>
    Object.assign(cache.reader(...parameters), { revision: () => Promise.resolve(credentials.revision) });
  const seen = { opened: [] as string[], closed: [] as string[], contexts: [] as OpenContext<LabConfig>[] };
  const kind = defineKind<LabConfig>({
    apiVersion: 'provider.external-secrets.io/v2alpha1',
    kind: 'Probe',
    plural: 'probes',
    features: ['get'],
    metricName: 'Probe',
    open: (context) => {
      const id = `${context.config.region}@${context.source.generation}`;
      seen.opened.push(id);
      seen.contexts.push(context);
      const { close, ...rest } = backend(context);
      return {
        ...rest,
        close: (closing: CloseContext) => {
          seen.closed.push(`${id} ${closing.reason}`);
          return close?.(closing);
        },
      };
    },
    ...options,
  });
  const registry = createRegistry({ processMetrics: false });
  const write = (line: string): void => void lines.push(JSON.parse(line) as Record<string, unknown>);
  const pool = new BackendPool({
    credentials: { reader },
    apiCalls: new ApiCallCounter(registry),
    registry,
    clock,
    logger: createLogger({ name: 'test', level: 'debug', destination: { write } }),
    limits,
  });
  /** The key of a config object in namespace `a`, with credentials of `namespace`. */
  const key = (generation = 1, namespace = 'a', changes: Partial<BackendKey> = {}): BackendKey => ({
    kind,
    config: { source: { namespace: 'a', name: 'p', uid: 'u1', generation }, spec: { region: 'eu' } },
    credentials: { kind: 'ownNamespace', namespace },
    ...changes,
  });
  /** The value of one series, as it is scraped. */
  const metric = async (series: string): Promise<number> => {
    const line = (await registry.metrics()).split('\n').find((text) => text.startsWith(`${series} `));
    return line === undefined ? 0 : Number(line.slice(series.length));
  };
  const faults = (callback: string, fault: string): Promise<number> =>
    metric(`eso_provider_backend_faults_total{callback="${callback}",fault="${fault}"}`);
  return { clock, kube, credentials, pool, seen, key, lines, metric, faults };
}
