import type { Gauge, MetricValueWithName, Registry } from 'prom-client';

/** One sample of a metric with these labels. */
export interface MetricSample<L extends string> {
  readonly labels: Readonly<Partial<Record<L, string>>>;
  readonly value: number;
  /** Where it is not that of the metric: a histogram's `…_bucket`, `…_sum` and `…_count`. */
  readonly metricName?: string;
}

/** A metric whose samples are worked out at each scrape. */
export interface ComputedMetricOptions<L extends string> {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly registry: Registry;
  /**
   * All samples of the moment; those of a counter may only grow. `undefined` is no sample: whoever computes much before the first one
   * yields it now and then, so that others get their turn.
   */
  readonly samples: () => Iterable<MetricSample<L> | undefined>;
}

/**
 * A metric whose series exist only while they are scraped. The registry's own keep a text, a set of labels and an entry of a table for
 * each series; where there are several for each of ten thousand objects, that is more than a process holds of the objects.
 */
export class ComputedMetric<L extends string> {
  readonly name: string;
  readonly help: string;
  readonly type: ComputedMetricOptions<L>['type'];
  readonly aggregator = 'sum';
  readonly #samples: ComputedMetricOptions<L>['samples'];

  /** @throws Error when the registry has a metric of that name */
  constructor({ registry, name, help, type, samples }: ComputedMetricOptions<L>) {
    this.name = name;
    this.help = help;
    this.type = type;
    this.#samples = samples;
    // Of a metric the registry uses what is declared above and get(), and its type has no room for others than its own classes.
    registry.registerMetric(this as unknown as Gauge);
  }

  /** For the registry: all samples at once. */
  get(): Promise<Pick<this, 'name' | 'help' | 'type' | 'aggregator'> & { values: MetricValueWithName<L>[] }> {
    const { name, help, type, aggregator } = this;
    const values = [...this.#samples()].filter((sample) => sample !== undefined);
    return Promise.resolve({ name, help, type, aggregator, values: values });
  }

  /** Its part of the page in Prometheus' text format, line by line; an empty text where nothing is to be written yet. */
  *lines(): Generator<string> {
    yield `# HELP ${this.name} ${escaped(this.help)}\n# TYPE ${this.name} ${this.type}\n`;
    for (const sample of this.#samples()) yield sample === undefined ? '' : this.#line(sample);
    yield '\n';
  }

  #line({ labels, value, metricName = this.name }: MetricSample<L>): string {
    let text = '';
    for (const label in labels) text += `${text === '' ? '' : ','}${label}="${escapedValue(labels[label] ?? '')}"`;
    return `${metricName}${text === '' ? '' : `{${text}}`} ${value === Infinity ? '+Inf' : String(value)}\n`;
  }
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}

function escapedValue(text: string): string {
  return /[\\\n"]/.test(text) ? escaped(text).replaceAll('"', '\\"') : text;
}
