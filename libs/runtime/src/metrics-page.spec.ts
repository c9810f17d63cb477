import { ManualClock } from './clock.ts';
import { silentLogger } from './logger.ts';
import { Gauge, Registry } from './metrics.ts';
import { MetricsPage } from './metrics-page.ts';

/** A registry whose one metric is collected as slowly as `collect` says. */
function registryOf(collect: () => void | Promise<void>): Registry {
  const registry = new Registry();
  new Gauge({ name: 'slow', help: 'Slow.', registers: [registry], collect });
  return registry;
}

test('scrapes at the same time share one collection, the next one makes a new one', async () => {
  let collections = 0;
  const registry = registryOf(() => {
    collections++;
  });
  const page = new MetricsPage({ registry, logger: silentLogger });
  const [first, second] = await Promise.all([page.get(), page.get()]);
  expect(first.body).toBe(second.body);
  expect(collections).toBe(1);
  await page.get();
  expect(collections).toBe(2);
});

test('a collection that takes long is an answer; it is not started again, and serves whoever waits when it ends', async () => {
  const clock = new ManualClock();
  let collections = 0;
  let finish = (): void => undefined;
  const registry = registryOf(() => {
    collections++;
    return new Promise((resolve) => (finish = resolve));
  });
  const page = new MetricsPage({ registry, logger: silentLogger, clock });
  const first = page.get();
  await clock.advance(8_000);
  expect(await first).toMatchObject({ status: 503, body: expect.stringContaining('longer than 8000 ms') as string });
  const second = page.get();
  finish();
  expect(await second).toMatchObject({ status: 200 });
  expect(collections).toBe(1);
});
