import { ComputedMetric, type MetricSample } from './computed-metric.ts';
import { silentLogger } from './logger.ts';
import { createRegistry, Gauge } from './metrics.ts';
import { MetricsPage } from './metrics-page.ts';
import { renderPage } from './render-page.ts';

function setUp(samples: () => Iterable<MetricSample<'name'> | undefined>, type: 'gauge' | 'histogram' = 'gauge') {
  const registry = createRegistry({ processMetrics: false });
  new ComputedMetric({ registry, name: 'things', help: 'Things.\nAnd more.', type, samples });
  return registry;
}

test('a page is what the registry itself would write, label values escaped, pauses left out', async () => {
  const registry = setUp(() => [
    { labels: { name: 'a\\b"c\nd' }, value: 1.5 },
    undefined,
    { labels: {}, value: Infinity },
  ]);
  new Gauge({ name: 'other', help: 'Other.', labelNames: ['x'], registers: [registry] }).set({ x: 'y' }, 2);
  const text = (await renderPage(registry)).toString();
  expect(text).toContain('things{name="a\\\\b\\"c\\nd"} 1.5\n');
  expect(text.trimEnd()).toBe((await registry.metrics()).trimEnd());
});

test('samples of a histogram carry their own names', async () => {
  const bucket = { metricName: 'things_bucket', labels: { name: 'a' }, value: 1 };
  const registry = setUp(() => [bucket], 'histogram');
  expect((await renderPage(registry)).toString()).toMatch(/# TYPE things histogram\nthings_bucket\{name="a"\} 1\n/);
});

test('others get their turn while a long page is written, also while nothing comes of what is computed', async () => {
  let turns = 0;
  let running = true;
  const count = (): void => {
    turns++;
    if (running) setImmediate(count);
  };
  function* samples(): Generator<MetricSample<'name'> | undefined> {
    for (let i = 0; i < 10_000; i++) yield undefined;
    for (let i = 0; i < 10_000; i++) yield { labels: { name: String(i) }, value: i };
  }
  const page = new MetricsPage({ registry: setUp(samples), logger: silentLogger });
  setImmediate(count);
  const { body } = await page.get();
  running = false;
  expect(body.toString().match(/^things\{/gm)).toHaveLength(10_000);
  expect(turns).toBeGreaterThanOrEqual(20);
});
