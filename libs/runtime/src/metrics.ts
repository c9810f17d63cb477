import {
  collectDefaultMetrics,
  Counter,
  type CounterConfiguration,
  Gauge,
  type GaugeConfiguration,
  Histogram,
  type HistogramConfiguration,
  Registry,
} from 'prom-client';

export { Counter, Gauge, Histogram, Registry };

/** What a new registry has in it. */
export interface RegistryOptions {
  /** Whether `process_*` and `nodejs_*` metrics are collected, too. Default true; one registry per process needs them. */
  processMetrics?: boolean;
}

/** An empty registry of metrics plus those of the process itself. */
export function createRegistry({ processMetrics = true }: RegistryOptions = {}): Registry {
  const registry = new Registry();
  if (processMetrics) collectDefaultMetrics({ register: registry });
  return registry;
}

type Unregistered<C> = Omit<C, 'registers'>;

/** The counter of this name, made at first use: several parts of a process count in the same one, told apart by labels. */
export function counterOf<L extends string>(
  registry: Registry,
  config: Unregistered<CounterConfiguration<L>>,
): Counter<L> {
  const existing = registry.getSingleMetric(config.name);
  return existing instanceof Counter ? existing : new Counter({ ...config, registers: [registry] });
}

/** The gauge of this name, made at first use. */
export function gaugeOf<L extends string>(registry: Registry, config: Unregistered<GaugeConfiguration<L>>): Gauge<L> {
  const existing = registry.getSingleMetric(config.name);
  return existing instanceof Gauge ? existing : new Gauge({ ...config, registers: [registry] });
}

/** The histogram of this name, made at first use. */
export function histogramOf<L extends string>(
  registry: Registry,
  config: Unregistered<HistogramConfiguration<L>>,
): Histogram<L> {
  const existing = registry.getSingleMetric(config.name);
  return existing instanceof Histogram ? existing : new Histogram({ ...config, registers: [registry] });
}
