import { collectDefaultMetrics, Registry } from 'prom-client';

export { Counter, Gauge, Histogram, Registry } from 'prom-client';

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
