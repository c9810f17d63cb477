import { type Clock, ComputedMetric, type Registry } from '@eso/runtime';
import { NO_EXTENDED_LABELS } from '../metrics/extended-labels.ts';
import { GoneObjects } from '../metrics/gone-objects.ts';
import { type Figures, figuresKey, type MeasuredCondition, type MeasuredObject } from '../metrics/object-figures.ts';
import { figureSamples, objectMetricNames, ObjectMetrics } from '../metrics/object-metrics.ts';
import type { MetricSettings } from '../metrics/settings.ts';

/** Names of the metrics of ExternalSecrets; dashboards of External Secrets 2.x use them (docs/metrics.md). */
export const ExternalSecretMetric = {
  ...objectMetricNames('ExternalSecret'),
  syncCalls: 'externalsecret_sync_calls_total',
  syncErrors: 'externalsecret_sync_calls_error',
} as const;

/** `skipped`: left to another installation, whose status it has. `gone`: there is nothing under that name. */
export type PassOutcome = 'passed' | 'failed' | 'skipped' | 'gone';

/** What {@link ExternalSecretMetrics} stands on. */
export interface ExternalSecretMetricsOptions {
  readonly registry: Registry;
  readonly settings: MetricSettings;
  readonly clock: Clock;
}

const NONE: readonly MeasuredCondition[] = [];
/** What a name shows whose object is gone: its Ready series go, and this one says so. No object ever has this condition. */
const DELETED: readonly MeasuredCondition[] = [{ type: 'Deleted', status: 'False' }];

/**
 * What core reports about each ExternalSecret. Of one that is gone, (Deleted, False) and its counters stay for a while, as upstream's
 * stay until it restarts.
 */
export class ExternalSecretMetrics {
  readonly #objects: ObjectMetrics;
  readonly #gone: GoneObjects<Figures>;
  /** Keys of those that are left to other installations. */
  readonly #skipped = new Set<string>();
  readonly #settings: MetricSettings;

  constructor({ registry, settings, clock }: ExternalSecretMetricsOptions) {
    this.#settings = settings;
    this.#gone = new GoneObjects({ clock });
    const gone = (): Figures[] => this.#gone.values();
    this.#objects = new ObjectMetrics({ kind: 'ExternalSecret', words: 'External Secret', settings, registry, gone });
    if (!settings.perObject) return;
    const all = (): Figures[] => [...this.#objects.figures.all(), ...gone()];
    new ComputedMetric({
      type: 'counter',
      registry,
      name: ExternalSecretMetric.syncCalls,
      help: 'Total number of the External Secret sync calls',
      samples: () => figureSamples(all(), ({ calls }) => calls || undefined),
    });
    new ComputedMetric({
      type: 'counter',
      registry,
      name: ExternalSecretMetric.syncErrors,
      help: 'Total number of the External Secret sync errors',
      samples: () => figureSamples(all(), ({ errors }) => errors || undefined),
    });
  }

  /** Counts one pass that took `ms` milliseconds, whatever it did; see {@link PassOutcome}. */
  observeReconcile(object: MeasuredObject, outcome: PassOutcome, ms: number): void {
    const figures = this.#of(object);
    figures.calls++;
    figures.durationMs = ms;
    if (outcome === 'failed') figures.errors++;
    if (outcome !== 'skipped') this.#skipped.delete(figuresKey(object));
    else {
      this.#skipped.add(figuresKey(object));
      figures.conditions = NONE;
    }
    if (outcome === 'gone') this.#remember(object, figures);
  }

  /** Shows a condition as written: its status is 1, the opposite 0. */
  setCondition(object: MeasuredObject, condition: MeasuredCondition): void {
    this.#of(object);
    this.#objects.setConditions(object, [condition]);
  }

  /** Those of these objects that this installation serves, as far as their passes have shown. */
  *served<O extends { readonly metadata: MeasuredObject }>(objects: Iterable<O>): Generator<O> {
    for (const object of objects) {
      if (!this.#skipped.has(figuresKey(object.metadata))) yield object;
    }
  }

  #remember(object: MeasuredObject, figures: Figures): void {
    this.#objects.remove(object);
    if (!this.#settings.perObject) return;
    figures.conditions = DELETED;
    if (figures.extended) figures.extended = NO_EXTENDED_LABELS;
    this.#gone.add(figuresKey(object), figures);
  }

  /** Counters go on where a name comes back: to a scraper it is the same series. */
  #of(object: MeasuredObject): Figures {
    const known = this.#objects.figures.get(object);
    const figures = this.#objects.figures.of(object);
    if (known) return figures;
    const before = this.#gone.take(figuresKey(object));
    figures.calls = before?.calls ?? 0;
    figures.errors = before?.errors ?? 0;
    return figures;
  }
}
