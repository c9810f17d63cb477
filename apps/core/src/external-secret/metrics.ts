import type { ExternalSecretCondition } from '@eso/api/resources';
import type { Registry } from '@eso/runtime';
import { ComputedCounter, ComputedGauge, type Sample } from './computed-metrics.ts';

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

/** All that the series of one ExternalSecret say. */
interface Figures extends Named {
  calls: number;
  errors: number;
  /** Of the last reconcile, in nanoseconds. */
  duration: number;
  condition: Pick<ExternalSecretCondition, 'type' | 'status'> | undefined;
}

/** What core reports about each ExternalSecret; the series of one that is gone are removed. */
export class ExternalSecretMetrics {
  readonly #objects = new Map<string, Figures>();

  constructor(registry: Registry) {
    const ofObject = { labelNames: OBJECT, registry };
    new ComputedCounter({
      name: ExternalSecretMetric.syncCalls,
      help: 'Reconciles of an ExternalSecret',
      samples: () => this.#each((figures) => figures.calls),
      ...ofObject,
    });
    new ComputedCounter({
      name: ExternalSecretMetric.syncErrors,
      help: 'Reconciles that failed',
      samples: () => this.#each((figures) => figures.errors),
      ...ofObject,
    });
    new ComputedGauge({
      name: ExternalSecretMetric.duration,
      help: 'Duration of the last reconcile in nanoseconds',
      samples: () => this.#each((figures) => figures.duration),
      ...ofObject,
    });
    new ComputedGauge({
      name: ExternalSecretMetric.condition,
      help: 'The status condition of a specific External Secret',
      labelNames: CONDITION,
      registry,
      samples: () => this.#conditions(),
    });
  }

  /** Counts one reconcile that took `ms` milliseconds. */
  observeReconcile(object: Named, ms: number, failed: boolean): void {
    const figures = this.#of(object);
    figures.calls++;
    if (failed) figures.errors++;
    figures.duration = Math.round(ms * 1e6);
  }

  /** Shows a condition as written: its status is 1, the opposite 0. */
  setCondition(object: Named, { type, status }: Pick<ExternalSecretCondition, 'type' | 'status'>): void {
    this.#of(object).condition = { type, status };
  }

  /** Removes the series of an ExternalSecret that is gone. */
  remove(object: Named): void {
    this.#objects.delete(keyOf(object));
  }

  #of(object: Named): Figures {
    const key = keyOf(object);
    let figures = this.#objects.get(key);
    if (!figures) {
      const { name, namespace } = object;
      figures = { name, namespace, calls: 0, errors: 0, duration: 0, condition: undefined };
      this.#objects.set(key, figures);
    }
    return figures;
  }

  /** A series of each object whose figure is not zero. */
  *#each(figure: (figures: Figures) => number): Generator<Sample<(typeof OBJECT)[number]>> {
    for (const figures of this.#objects.values()) {
      const value = figure(figures);
      const { name, namespace } = figures;
      if (value > 0) yield { labels: { name, namespace }, value };
    }
  }

  *#conditions(): Generator<Sample<(typeof CONDITION)[number]>> {
    for (const { name, namespace, condition } of this.#objects.values()) {
      if (!condition) continue;
      for (const status of ['True', 'False'])
        yield {
          labels: { name, namespace, condition: condition.type, status },
          value: status === condition.status ? 1 : 0,
        };
    }
  }
}

function keyOf({ name, namespace }: Named): string {
  return `${namespace}/${name}`;
}
