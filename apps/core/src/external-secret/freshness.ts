import type { ExternalSecret } from '@eso/api/resources';
import { ComputedMetric, type MetricSample, type Registry } from '@eso/runtime';
import { refreshIntervalMs, refreshTimeMs } from '@eso/sync';

/** Names of the metrics that say how old what was synced is (docs/metrics.md). */
export const FreshnessMetric = {
  ratio: 'externalsecret_freshness_ratio',
  neverSynced: 'externalsecret_never_synced',
} as const;

/** Upper bounds of ages as shares of the interval: up to 1 nothing is due, what is past 2 has missed a refresh. */
const BUCKETS = [0.25, 0.5, 0.75, 1, 1.1, 1.25, 1.5, 2, 3, 5, 10] as const;

/** Objects are looked at in portions of this size; others get their turn between them. */
const PORTION = 100;

/** Where freshness comes from. */
export interface FreshnessOptions {
  readonly registry: Registry;
  /** The ExternalSecrets that are served, each with the time of its last success; none while another process leads. */
  readonly objects: () => Iterable<ExternalSecret>;
  /** Wall clock, milliseconds since the epoch. */
  readonly now: () => number;
}

/**
 * How old the last success of each ExternalSecret is, measured by its interval, and how many never had one. Worked out at each scrape
 * over the objects, whatever became of their passes: what is stuck anywhere shows.
 */
export function freshnessMetrics({ registry, objects, now }: FreshnessOptions): void {
  new ComputedMetric({
    type: 'histogram',
    registry,
    name: FreshnessMetric.ratio,
    help: 'Age of the last successful sync as a share of refreshInterval, over the External Secrets of this moment',
    samples: () => histogram(objects(), now()),
  });
  new ComputedMetric({
    type: 'gauge',
    registry,
    name: FreshnessMetric.neverSynced,
    help: 'External Secrets that were never synced successfully',
    samples: () => neverSynced(objects()),
  });
}

function* histogram(objects: Iterable<ExternalSecret>, now: number): Generator<MetricSample<'le'> | undefined> {
  const counts = BUCKETS.map(() => 0);
  let [count, sum, seen] = [0, 0, 0];
  for (const es of objects) {
    if (++seen % PORTION === 0) yield undefined;
    const ratio = ageRatio(es, now);
    if (ratio === undefined) continue;
    count++;
    sum += ratio;
    const bucket = BUCKETS.findIndex((bound) => ratio <= bound);
    if (bucket >= 0) counts[bucket] = (counts[bucket] ?? 0) + 1;
  }
  let total = 0;
  for (const [index, bound] of BUCKETS.entries()) {
    total += counts[index] ?? 0;
    yield { metricName: `${FreshnessMetric.ratio}_bucket`, labels: { le: String(bound) }, value: total };
  }
  yield { metricName: `${FreshnessMetric.ratio}_bucket`, labels: { le: '+Inf' }, value: count };
  yield { metricName: `${FreshnessMetric.ratio}_sum`, labels: {}, value: sum };
  yield { metricName: `${FreshnessMetric.ratio}_count`, labels: {}, value: count };
}

/** Undefined where time makes nothing due: another policy than Periodic, no interval, no success yet, or being deleted. */
function ageRatio(es: ExternalSecret, now: number): number | undefined {
  const { refreshPolicy = 'Periodic' } = es.spec;
  const refreshedAt = refreshTimeMs(es.status);
  const interval = refreshIntervalMs(es);
  if (refreshPolicy !== 'Periodic' || interval === 0 || refreshedAt === undefined) return undefined;
  if (es.metadata.deletionTimestamp !== undefined) return undefined;
  return Math.max(0, now - refreshedAt) / interval;
}

function* neverSynced(objects: Iterable<ExternalSecret>): Generator<MetricSample<never> | undefined> {
  let [value, seen] = [0, 0];
  for (const es of objects) {
    if (++seen % PORTION === 0) yield undefined;
    if (es.metadata.deletionTimestamp === undefined && refreshTimeMs(es.status) === undefined) value++;
  }
  yield { labels: {}, value };
}
