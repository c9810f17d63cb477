import type { ServedStoreKind } from '../store/store-view.ts';
import { type Gauge, gaugeOf, type Registry } from '@eso/runtime';

const OBJECT = ['name', 'namespace'] as const;
const CONDITION = ['name', 'namespace', 'condition', 'status'] as const;
const STATUSES = ['True', 'False', 'Unknown'] as const;

/** Names of the metrics of one kind: upstream's, such as `provider_status_condition` (docs/metrics.md). */
export function providerMetricNames(kind: ServedStoreKind): { readonly condition: string; readonly duration: string } {
  const prefix = kind.toLowerCase();
  return { condition: `${prefix}_status_condition`, duration: `${prefix}_reconcile_duration` };
}

/** What core reports about each Provider or ClusterProvider; the series of one that is gone are removed. */
export class ProviderMetrics {
  readonly #condition: Gauge<(typeof CONDITION)[number]>;
  readonly #duration: Gauge<(typeof OBJECT)[number]>;

  constructor(kind: ServedStoreKind, registry: Registry) {
    const names = providerMetricNames(kind);
    this.#condition = gaugeOf(registry, {
      name: names.condition,
      help: `The status condition of a specific ${kind}`,
      labelNames: CONDITION,
    });
    this.#duration = gaugeOf(registry, {
      name: names.duration,
      help: `The duration time to reconcile the ${kind} in nanoseconds`,
      labelNames: OBJECT,
    });
  }

  /** Notes how long the last reconcile took, in milliseconds; shown in nanoseconds as by External Secrets 2.x. */
  observeReconcile(object: ObjectLabels, ms: number): void {
    this.#duration.set(labels(object), Math.round(ms * 1e6));
  }

  /** Shows the conditions as written: the status that holds is 1, the others 0. Without conditions there are no series. */
  setConditions(object: ObjectLabels, conditions: readonly { readonly type: string; readonly status: string }[]): void {
    for (const { type, status } of conditions) {
      for (const value of STATUSES)
        this.#condition.set({ ...labels(object), condition: type, status: value }, value === status ? 1 : 0);
    }
  }

  /** Removes the series of one condition type that the object no longer has, or of all. */
  remove(object: ObjectLabels, types: readonly string[]): void {
    for (const condition of types) {
      for (const status of STATUSES) this.#condition.remove({ ...labels(object), condition, status });
    }
    if (types.includes('Ready')) this.#duration.remove(labels(object));
  }
}

/** An object as metrics label it; the namespace of cluster-scoped ones is empty. */
interface ObjectLabels {
  readonly name: string;
  readonly namespace?: string;
}

function labels({ name, namespace = '' }: ObjectLabels): { name: string; namespace: string } {
  return { name, namespace };
}
