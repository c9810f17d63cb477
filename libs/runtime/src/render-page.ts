import type { Registry } from 'prom-client';
import { ComputedMetric } from './computed-metric.ts';

/** How many lines are written before the event loop turns: about a millisecond's work. */
const LINES_PER_TURN = 1_000;

/**
 * All metrics of a registry in Prometheus' text format. The event loop turns after each metric of the registry's own, and within those
 * that are computed after a thousand lines: a page of a hundred thousand lines holds nobody up.
 */
export async function renderPage(registry: Registry): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let lines: string[] = [];
  const turn = async (): Promise<void> => {
    pieces.push(Buffer.from(lines.join('')));
    lines = [];
    await new Promise((resolve) => setImmediate(resolve));
  };
  for (const each of registry.getMetricsAsArray()) {
    const metric: unknown = each;
    if (metric instanceof ComputedMetric) {
      let count = 0;
      for (const line of metric.lines()) {
        lines.push(line);
        if (++count % LINES_PER_TURN === 0) await turn();
      }
    } else {
      lines.push(await registry.getSingleMetricAsString(each.name), '\n\n');
    }
    await turn();
  }
  return Buffer.concat(pieces);
}
