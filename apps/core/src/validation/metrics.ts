import type { Registry } from '@eso/runtime';
import type { MeasuredObject, MeasuredCondition } from '../metrics/object-figures.ts';
import { ObjectMetrics } from '../metrics/object-metrics.ts';
import type { MetricSettings } from '../metrics/settings.ts';

/** What core reports about each store, or class, of a kind; the series of one that is gone are removed, as upstream does. */
export class ValidationMetrics {
  readonly #objects: ObjectMetrics;

  constructor(kind: string, registry: Registry, settings: MetricSettings) {
    this.#objects = new ObjectMetrics({ kind, words: kind, registry, settings });
  }

  /** Notes how long the last pass took, in milliseconds. */
  observePass(object: MeasuredObject, ms: number): void {
    this.#objects.observePass(object, ms);
  }

  /** Shows the conditions as written: the status that holds is 1, the opposite 0. */
  setConditions(object: MeasuredObject, conditions: readonly MeasuredCondition[]): void {
    this.#objects.setConditions(object, conditions);
  }

  /** Removes the series of a store that is gone, or another installation's. */
  remove(object: MeasuredObject): void {
    this.#objects.remove(object);
  }
}
