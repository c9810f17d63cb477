import { Counter, Gauge, type Registry } from '@eso/runtime';
import { type ExternalSecretCondition, ExternalSecretConditionType } from '@eso/api/resources';

/** Names of the metrics of ExternalSecrets; dashboards of External Secrets 2.x use them (docs/metrics.md). */
export const ExternalSecretMetric = {
  syncCalls: 'externalsecret_sync_calls_total',
  syncErrors: 'externalsecret_sync_calls_error',
  condition: 'externalsecret_status_condition',
  duration: 'externalsecret_reconcile_duration',
} as const;

const OBJECT = ['name', 'namespace'] as const;
const CONDITION = ['name', 'namespace', 'condition', 'status'] as const;

/** An object as metrics label it. */
interface Named {
  readonly name: string;
  readonly namespace: string;
}

/** What core reports about each ExternalSecret; the series of one that is gone are removed. */
export class ExternalSecretMetrics {
  readonly #calls: Counter<(typeof OBJECT)[number]>;
  readonly #errors: Counter<(typeof OBJECT)[number]>;
  readonly #duration: Gauge<(typeof OBJECT)[number]>;
  readonly #condition: Gauge<(typeof CONDITION)[number]>;

  constructor(registry: Registry) {
    const registers = [registry];
    const common = { labelNames: OBJECT, registers };
    this.#calls = new Counter({
      name: ExternalSecretMetric.syncCalls,
      help: 'Reconciles of an ExternalSecret',
      ...common,
    });
    this.#errors = new Counter({ name: ExternalSecretMetric.syncErrors, help: 'Reconciles that failed', ...common });
    this.#duration = new Gauge({
      name: ExternalSecretMetric.duration,
      help: 'Duration of the last reconcile in nanoseconds',
      ...common,
    });
    this.#condition = new Gauge({
      name: ExternalSecretMetric.condition,
      help: 'The status condition of a specific External Secret',
      labelNames: CONDITION,
      registers,
    });
  }

  /** Counts one reconcile that took `ms` milliseconds. */
  reconciled({ name, namespace }: Named, ms: number, failed: boolean): void {
    this.#calls.inc({ name, namespace });
    if (failed) this.#errors.inc({ name, namespace });
    this.#duration.set({ name, namespace }, Math.round(ms * 1e6));
  }

  /** Shows a condition as written: its status is 1, the opposite 0. */
  condition({ name, namespace }: Named, { type, status }: Pick<ExternalSecretCondition, 'type' | 'status'>): void {
    for (const value of ['True', 'False'])
      this.#condition.set({ name, namespace, condition: type, status: value }, value === status ? 1 : 0);
  }

  /** Removes the series of an ExternalSecret that is gone, but for the one that says so. */
  gone({ name, namespace }: Named): void {
    this.#calls.remove({ name, namespace });
    this.#errors.remove({ name, namespace });
    this.#duration.remove({ name, namespace });
    for (const status of ['True', 'False'])
      this.#condition.remove({ name, namespace, condition: ExternalSecretConditionType.ready, status });
  }
}
