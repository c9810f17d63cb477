import { type Counter, counterOf, type Gauge, gaugeOf, type Histogram, histogramOf, type Registry } from '@eso/runtime';

/** client-go's buckets for queue and work durations: 10 ns to 1,000 s. */
const DURATION_BUCKETS = Array.from({ length: 12 }, (_, i) => 1e-8 * 10 ** i);
const LABELS = ['name', 'controller'] as const;
type Label = (typeof LABELS)[number];
const LEVEL_LABELS = [...LABELS, 'priority'] as const;
type LevelLabel = (typeof LEVEL_LABELS)[number];

/** Names and labels of client-go's work queue metrics, as dashboards know them; about waiting and lanes: ours. */
export interface WorkQueueMetrics {
  readonly depth: Gauge<Label>;
  readonly adds: Counter<Label>;
  readonly queueDuration: Histogram<Label>;
  readonly workDuration: Histogram<Label>;
  readonly retries: Counter<Label>;
  readonly unfinishedWork: Gauge<Label>;
  readonly longestRunning: Gauge<Label>;
  readonly waiting: Gauge<Label>;
  readonly waitingDuration: Histogram<Label>;
  readonly oldestReady: Gauge<LevelLabel>;
  readonly oldestWaiting: Gauge<LevelLabel>;
}

/** Asked at each scrape, so that ages are current; by queue, of several with one name the newest. */
const samplers = new WeakMap<Registry, Map<string, () => void>>();

/**
 * The work queue metrics of a registry; several queues share them, told apart by their labels.
 * @param sample sets the ages of the queue `name`; called at each scrape
 */
export function workQueueMetrics(registry: Registry, name: string, sample: () => void): WorkQueueMetrics {
  const mine = samplers.get(registry) ?? new Map<string, () => void>();
  samplers.set(registry, mine.set(name, sample));
  const collect = (): void => {
    for (const each of mine.values()) each();
  };
  const common = { labelNames: LABELS };
  const seconds = { ...common, buckets: DURATION_BUCKETS };
  return {
    depth: gaugeOf(registry, { ...common, name: 'workqueue_depth', help: 'Current depth of workqueue' }),
    adds: counterOf(registry, { ...common, name: 'workqueue_adds_total', help: 'Adds handled by workqueue' }),
    queueDuration: histogramOf(registry, {
      ...seconds,
      name: 'workqueue_queue_duration_seconds',
      help: 'How long in seconds an item stays in workqueue before being requested',
    }),
    workDuration: histogramOf(registry, {
      ...seconds,
      name: 'workqueue_work_duration_seconds',
      help: 'How long in seconds processing an item from workqueue takes',
    }),
    retries: counterOf(registry, { ...common, name: 'workqueue_retries_total', help: 'Retries handled by workqueue' }),
    unfinishedWork: gaugeOf(registry, {
      ...common,
      name: 'workqueue_unfinished_work_seconds',
      help: 'Seconds of work in progress that work_duration has not observed yet; growing means stuck workers',
      collect,
    }),
    longestRunning: gaugeOf(registry, {
      ...common,
      name: 'workqueue_longest_running_processor_seconds',
      help: 'Seconds that the longest running processor of workqueue has been running',
      collect,
    }),
    waiting: gaugeOf(registry, {
      ...common,
      name: 'workqueue_waiting',
      help: 'Items that wait for room at their provider, holding no worker',
    }),
    waitingDuration: histogramOf(registry, {
      ...seconds,
      name: 'workqueue_waiting_duration_seconds',
      help: 'How long in seconds an item waited for room at its provider',
    }),
    oldestReady: gaugeOf(registry, {
      labelNames: LEVEL_LABELS,
      name: 'workqueue_oldest_ready_seconds',
      help: 'Seconds that the oldest item of a priority has been waiting for a worker',
      collect,
    }),
    oldestWaiting: gaugeOf(registry, {
      labelNames: LEVEL_LABELS,
      name: 'workqueue_oldest_waiting_seconds',
      help: 'Seconds that the oldest item of a priority has been waiting for room at its provider',
      collect,
    }),
  };
}

/** Makes the series of a queue exist from the start, as client-go does, so that a rate over them is right from the first key on. */
export function initialiseQueueSeries(metrics: WorkQueueMetrics, labels: { name: string; controller: string }): void {
  for (const gauge of [metrics.depth, metrics.waiting, metrics.unfinishedWork, metrics.longestRunning])
    gauge.set(labels, 0);
  for (const counter of [metrics.adds, metrics.retries]) counter.inc(labels, 0);
  for (const histogram of [metrics.queueDuration, metrics.workDuration, metrics.waitingDuration])
    histogram.zero(labels);
}
