import { ComputedMetric, type MetricSample, type Registry } from '@eso/runtime';
import {
  type Figures,
  type MeasuredCondition,
  type MeasuredObject,
  ObjectFigures,
  sharedConditions,
} from './object-figures.ts';
import type { MetricSettings } from './settings.ts';

/** Names of the metrics that objects of a kind have, such as `externalsecret_status_condition` (docs/metrics.md). */
export function objectMetricNames(kind: string) {
  const prefix = kind.toLowerCase();
  return {
    condition: `${prefix}_status_condition`,
    /** In nanoseconds, as External Secrets 2.x has it. */
    duration: `${prefix}_reconcile_duration`,
    durationSeconds: `${prefix}_reconcile_duration_seconds`,
    conditionObjects: `${prefix}_condition_objects`,
  } as const;
}

/** The kind whose objects are measured. */
export interface ObjectMetricsOptions {
  /** The prefix of the names, in lower case. */
  readonly kind: string;
  /** The kind in words, for help texts; dashboards show them. */
  readonly words: string;
  readonly settings: MetricSettings;
  readonly registry: Registry;
  /** Series of objects that are gone. Default: none. */
  readonly gone?: () => readonly Figures[];
}

/** What is reported about each object of one kind, and about all of them together. Series of one that is gone go with it. */
export class ObjectMetrics {
  readonly figures: ObjectFigures;

  constructor(options: ObjectMetricsOptions) {
    const { kind, words, settings, registry } = options;
    this.figures = new ObjectFigures(settings);
    const names = objectMetricNames(kind);
    const gone = options.gone ?? ((): readonly Figures[] => []);
    const all = (): readonly Figures[] => [...this.figures.all(), ...gone()];
    new ComputedMetric({
      type: 'gauge',
      registry,
      name: names.conditionObjects,
      help: `How many objects of kind ${words} have a condition with this status`,
      samples: () => sums(this.figures.all()),
    });
    if (!settings.perObject) return;
    new ComputedMetric({
      type: 'gauge',
      registry,
      name: names.condition,
      help: `The status condition of a specific ${words}`,
      samples: () => conditionSamples(all()),
    });
    new ComputedMetric({
      type: 'gauge',
      registry,
      name: names.duration,
      help: `The duration time to reconcile the ${words} in nanoseconds`,
      samples: () => figureSamples(all(), ({ durationMs }) => scaled(durationMs, 1e6)),
    });
    new ComputedMetric({
      type: 'gauge',
      registry,
      name: names.durationSeconds,
      help: `The duration time to reconcile the ${words} in seconds`,
      samples: () => figureSamples(all(), ({ durationMs }) => scaled(durationMs, 1e-3)),
    });
  }

  /** Notes how long the last pass took, in milliseconds. */
  observePass(object: MeasuredObject, ms: number): void {
    this.figures.of(object).durationMs = ms;
  }

  /** Shows the conditions as written: the status that holds is 1, the opposite 0. One that is no longer among them has no series. */
  setConditions(object: MeasuredObject, conditions: readonly MeasuredCondition[]): void {
    this.figures.of(object).conditions = sharedConditions(conditions);
  }

  /** Removes the series of an object that is gone, or is another installation's now. */
  remove(object: MeasuredObject): void {
    this.figures.take(object);
  }
}

/** One sample of each object for which there is a figure. */
export function* figureSamples(
  all: readonly Figures[],
  figure: (figures: Figures) => number | undefined,
): Generator<MetricSample<string>> {
  for (const figures of all) {
    const value = figure(figures);
    const { name, namespace, extended } = figures;
    if (value !== undefined) yield { labels: { name, namespace, ...extended }, value };
  }
}

function* conditionSamples(all: readonly Figures[]): Generator<MetricSample<string>> {
  for (const { name, namespace, extended, conditions } of all) {
    for (const { type: condition, status } of conditions) {
      for (const each of statuses(condition, status)) {
        const value = each === status ? 1 : 0;
        yield { labels: { name, namespace, condition, status: each, ...extended }, value };
      }
    }
  }
}

/** The one that holds and its opposite; Unknown only while it holds. The bookkeeping condition Deleted has no opposite upstream either. */
function statuses(condition: string, status: string): readonly string[] {
  if (condition === 'Deleted') return [status];
  return status === 'True' || status === 'False' ? ['True', 'False'] : ['True', 'False', status];
}

function sums(all: readonly Figures[]): Iterable<MetricSample<string>> {
  const sums = new Map<string, { labels: { condition: string; status: string }; value: number }>();
  for (const { conditions } of all) {
    for (const { type: condition, status } of conditions) {
      const key = `${condition}/${status}`;
      const sum = sums.get(key);
      if (sum) sum.value++;
      else sums.set(key, { labels: { condition, status }, value: 1 });
    }
  }
  return sums.values();
}

/** Without the digits that a product of floats brings. */
function scaled(ms: number | undefined, factor: number): number | undefined {
  return ms === undefined ? undefined : Math.round(ms * 1e6) * (factor / 1e6);
}
