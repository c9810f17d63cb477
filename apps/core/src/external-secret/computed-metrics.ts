import { Counter, Gauge, type Registry } from '@eso/runtime';

/** One sample of a metric with these labels. */
export interface Sample<L extends string> {
  readonly labels: Record<L, string>;
  readonly value: number;
}

/** A metric whose samples are worked out at each scrape. */
export interface ComputedMetricOptions<L extends string> {
  readonly name: string;
  readonly help: string;
  readonly labelNames: readonly L[];
  readonly registry: Registry;
  /** All samples of the moment. */
  readonly samples: () => Iterable<Sample<L>>;
}

type Page<M extends { get(): unknown }> = Promise<Awaited<ReturnType<M['get']>>>;

/**
 * A gauge whose series exist only while they are scraped. The registry's own keep a text, a set of labels and an entry of a table
 * for each series; where there are several for each of ten thousand objects, that is more than core holds of the objects.
 */
export class ComputedGauge<L extends string> extends Gauge<L> {
  readonly #samples: ComputedMetricOptions<L>['samples'];

  constructor({ registry, samples, ...config }: ComputedMetricOptions<L>) {
    super({ ...config, registers: [registry] });
    this.#samples = samples;
  }

  override async get(): Page<Gauge<L>> {
    return { ...(await super.get()), values: [...this.#samples()] };
  }
}

/** A counter of the same make; whoever owns the samples lets them only grow. */
export class ComputedCounter<L extends string> extends Counter<L> {
  readonly #samples: ComputedMetricOptions<L>['samples'];

  constructor({ registry, samples, ...config }: ComputedMetricOptions<L>) {
    super({ ...config, registers: [registry] });
    this.#samples = samples;
  }

  override async get(): Page<Counter<L>> {
    return { ...(await super.get()), values: [...this.#samples()] };
  }
}
