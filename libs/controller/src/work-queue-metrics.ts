import { Counter, Gauge, Histogram, type Registry } from '@eso/runtime';

/** client-go's buckets for queue and work durations: 10 ns to 1,000 s. */
const DURATION_BUCKETS = Array.from({ length: 12 }, (_, i) => 1e-8 * 10 ** i);
const LABELS = ['name', 'controller'] as const;
type Label = (typeof LABELS)[number];

/** Names and labels of client-go's work queue metrics, as dashboards know them. */
export interface WorkQueueMetrics {
  readonly depth: Gauge<Label>;
  readonly adds: Counter<Label>;
  readonly queueDuration: Histogram<Label>;
  readonly workDuration: Histogram<Label>;
  readonly retries: Counter<Label>;
  readonly unfinishedWork: Gauge<Label>;
  readonly longestRunning: Gauge<Label>;
  /** Called at each scrape, so that ages are current. */
  readonly samplers: Set<() => void>;
}

const known = new WeakMap<Registry, WorkQueueMetrics>();

/** The work queue metrics of a registry; several queues share them, told apart by their labels. */
export function workQueueMetrics(registry: Registry): WorkQueueMetrics {
  const existing = known.get(registry);
  if (existing) return existing;
  const samplers = new Set<() => void>();
  const common = { labelNames: LABELS, registers: [registry] };
  const seconds = { ...common, buckets: DURATION_BUCKETS };
  const metrics: WorkQueueMetrics = {
    depth: new Gauge({ ...common, name: 'workqueue_depth', help: 'Current depth of workqueue' }),
    adds: new Counter({ ...common, name: 'workqueue_adds_total', help: 'Adds handled by workqueue' }),
    queueDuration: new Histogram({
      ...seconds,
      name: 'workqueue_queue_duration_seconds',
      help: 'How long in seconds an item stays in workqueue before being requested',
    }),
    workDuration: new Histogram({
      ...seconds,
      name: 'workqueue_work_duration_seconds',
      help: 'How long in seconds processing an item from workqueue takes',
    }),
    retries: new Counter({ ...common, name: 'workqueue_retries_total', help: 'Retries handled by workqueue' }),
    unfinishedWork: new Gauge({
      ...common,
      name: 'workqueue_unfinished_work_seconds',
      help: 'Seconds of work in progress that work_duration has not observed yet; growing means stuck workers',
      collect: () => {
        for (const sample of samplers) sample();
      },
    }),
    longestRunning: new Gauge({
      ...common,
      name: 'workqueue_longest_running_processor_seconds',
      help: 'Seconds that the longest running processor of workqueue has been running',
    }),
    samplers,
  };
  known.set(registry, metrics);
  return metrics;
}
