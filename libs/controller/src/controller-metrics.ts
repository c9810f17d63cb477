import { type Counter, counterOf, type Gauge, gaugeOf, type Histogram, histogramOf, type Registry } from '@eso/runtime';

/** controller-runtime's buckets of reconcile times, in seconds. */
const TIME_BUCKETS = [
  0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.25, 1.5, 1.75, 2,
  2.5, 3, 3.5, 4, 4.5, 5, 6, 7, 8, 9, 10, 15, 20, 25, 30, 40, 50, 60,
];

/** Names and labels of controller-runtime's metrics, as dashboards know them. */
export interface ControllerMetrics {
  readonly total: Counter<'controller' | 'result'>;
  readonly errors: Counter<'controller'>;
  readonly terminalErrors: Counter<'controller'>;
  /** Reconciles that ended in what is a defect of the program: the nearest thing to a panic. */
  readonly panics: Counter<'controller'>;
  /** Ours: reconciles that ran longer than their time allows. */
  readonly timeouts: Counter<'controller'>;
  readonly time: Histogram<'controller'>;
  readonly maxConcurrent: Gauge<'controller'>;
  readonly activeWorkers: Gauge<'controller'>;
}

/** Values of the label `result`. */
export const RESULTS = ['success', 'error', 'requeue', 'requeue_after'] as const;
/** One of {@link RESULTS}. */
export type ReconcileOutcome = (typeof RESULTS)[number];

/** The metrics of all controllers of a registry; several share them, told apart by the label `controller`. */
export function controllerMetrics(registry: Registry): ControllerMetrics {
  const labelNames = ['controller'] as const;
  return {
    total: counterOf(registry, {
      name: 'controller_runtime_reconcile_total',
      help: 'Total number of reconciliations per controller',
      labelNames: ['controller', 'result'] as const,
    }),
    errors: counterOf(registry, {
      labelNames,
      name: 'controller_runtime_reconcile_errors_total',
      help: 'Total number of reconciliation errors per controller',
    }),
    terminalErrors: counterOf(registry, {
      labelNames,
      name: 'controller_runtime_terminal_reconcile_errors_total',
      help: 'Total number of terminal reconciliation errors per controller',
    }),
    panics: counterOf(registry, {
      labelNames,
      name: 'controller_runtime_reconcile_panics_total',
      help: 'Total number of reconciliations per controller that ended in a defect of the program',
    }),
    timeouts: counterOf(registry, {
      labelNames,
      name: 'controller_runtime_reconcile_timeouts_total',
      help: 'Total number of reconciliations per controller that ran longer than their time allows',
    }),
    time: histogramOf(registry, {
      labelNames,
      name: 'controller_runtime_reconcile_time_seconds',
      help: 'Length of time per reconciliation per controller',
      buckets: TIME_BUCKETS,
    }),
    maxConcurrent: gaugeOf(registry, {
      labelNames,
      name: 'controller_runtime_max_concurrent_reconciles',
      help: 'Maximum number of concurrent reconciles per controller',
    }),
    activeWorkers: gaugeOf(registry, {
      labelNames,
      name: 'controller_runtime_active_workers',
      help: 'Number of currently used workers per controller',
    }),
  };
}

/** Makes the series of a controller exist from the start, so that a rate over them is right from the first event on. */
export function initialiseSeries(metrics: ControllerMetrics, controller: string, workers: number): void {
  for (const result of RESULTS) metrics.total.inc({ controller, result }, 0);
  for (const counter of [metrics.errors, metrics.terminalErrors, metrics.panics, metrics.timeouts])
    counter.inc({ controller }, 0);
  metrics.time.zero({ controller });
  metrics.maxConcurrent.set({ controller }, workers);
  metrics.activeWorkers.set({ controller }, 0);
}
