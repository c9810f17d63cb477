import { createServer } from 'node:net';
import type { Listener } from './listener-options.ts';
import { listenMetrics, listenProbes } from './listeners.ts';
import { silentLogger } from './logger.ts';
import { Counter, counterOf, createRegistry, Registry } from './metrics.ts';
import { Readiness } from './readiness.ts';

const open: Listener[] = [];
afterEach(async () => {
  for (const listener of open.splice(0)) await listener.close();
});

const address = { host: '127.0.0.1', port: 0 };

async function get({ port }: Listener, path: string): Promise<{ status: number; text: string; type: string | null }> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`);
  return { status: response.status, text: await response.text(), type: response.headers.get('content-type') };
}

test('each check is a series, as it goes at the scrape [6.6.1]', async () => {
  const [ready, live, registry] = [new Readiness(), new Readiness(), new Registry()];
  let reason: string | undefined = 'not listed yet';
  ready.add('watch-secrets', () => reason);
  live.add('queue', () => undefined);
  open.push(await listenProbes({ address, ready, live, registry, logger: silentLogger }));
  expect(await registry.metrics()).toContain('kubernetes_healthcheck{name="watch-secrets",type="readyz"} 0');
  expect(await registry.metrics()).toContain('kubernetes_healthcheck{name="queue",type="livez"} 1');
  reason = undefined;
  expect(await registry.metrics()).toContain('kubernetes_healthcheck{name="watch-secrets",type="readyz"} 1');
});

test('probes answer with what their checks say at that moment', async () => {
  const ready = new Readiness();
  let reason: string | undefined = 'no certificate yet';
  ready.add('certificate', () => reason);
  ready.add('api-server', () => undefined);
  ready.add('broken', () => {
    if (reason) throw new Error('boom');
    return undefined;
  });
  const probes = await listenProbes({ address, ready, registry: new Registry(), logger: silentLogger });
  open.push(probes);

  expect(await get(probes, '/readyz')).toMatchObject({
    status: 503,
    text: '[-] certificate: no certificate yet\n[-] broken: check failed: boom\n',
  });
  expect(await get(probes, '/readyz?verbose')).toMatchObject({
    text: expect.stringContaining('[+] api-server ok\n') as string,
  });
  expect(await get(probes, '/livez')).toMatchObject({ status: 200, text: 'ok\n' });
  expect(await get(probes, '/healthz')).toMatchObject({ status: 200 });
  expect(await get(probes, '/metrics')).toMatchObject({ status: 404 });
  reason = undefined;
  expect(await get(probes, '/readyz')).toMatchObject({ status: 200, text: 'ok\n' });
});

test('metrics are served in Prometheus text format, those of the process included', async () => {
  const registry = createRegistry();
  const config = { name: 'things_total', help: 'Things.', labelNames: ['kind'] as const };
  counterOf(registry, config).inc({ kind: 'a' });
  counterOf(registry, config).inc({ kind: 'a' });
  const metrics = await listenMetrics({ address, registry, logger: silentLogger });
  open.push(metrics);

  const { status, text, type } = await get(metrics, '/metrics');
  expect(status).toBe(200);
  expect(type).toContain('text/plain');
  expect(text).toContain('things_total{kind="a"} 2');
  expect(text).toContain('process_cpu_seconds_total');
  expect(await get(metrics, '/')).toMatchObject({ status: 404 });
});

test('a metric that cannot be collected is an answer, not a hang', async () => {
  const registry = createRegistry({ processMetrics: false });
  new Counter({
    name: 'broken_total',
    help: 'Broken.',
    registers: [registry],
    collect() {
      throw new Error('boom');
    },
  });
  const metrics = await listenMetrics({ address, registry, logger: silentLogger });
  open.push(metrics);
  expect(await get(metrics, '/metrics')).toMatchObject({
    status: 500,
    text: expect.stringContaining('boom') as string,
  });
});

test('a port that is taken is an error that names it', async () => {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  const { port } = taken.address() as { port: number };
  try {
    await expect(
      listenProbes({
        address: { host: '127.0.0.1', port },
        ready: new Readiness(),
        registry: new Registry(),
        logger: silentLogger,
      }),
    ).rejects.toMatchObject({ code: 'LISTEN_FAILED', message: expect.stringContaining(`127.0.0.1:${port}`) as string });
  } finally {
    await new Promise((resolve) => taken.close(resolve));
  }
});
