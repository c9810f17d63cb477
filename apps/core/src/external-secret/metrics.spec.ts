import { createRegistry } from '@eso/runtime';
import { ExternalSecretMetric, ExternalSecretMetrics } from './metrics.ts';

const app = { name: 'app', namespace: 'team' };

function setUp() {
  const registry = createRegistry({ processMetrics: false });
  const metrics = new ExternalSecretMetrics(registry);
  const samples = async () => (await registry.metrics()).split('\n').filter((line) => line && !line.startsWith('#'));
  return { registry, metrics, samples };
}

test('the series carry the names and labels of External Secrets', async () => {
  const { metrics, samples } = setUp();
  metrics.observeReconcile(app, 1.5, false);
  metrics.observeReconcile(app, 2.5, true);
  metrics.setCondition(app, { type: 'Ready', status: 'False' });
  expect((await samples()).sort()).toEqual([
    'externalsecret_reconcile_duration{name="app",namespace="team"} 2500000',
    'externalsecret_status_condition{name="app",namespace="team",condition="Ready",status="False"} 1',
    'externalsecret_status_condition{name="app",namespace="team",condition="Ready",status="True"} 0',
    'externalsecret_sync_calls_error{name="app",namespace="team"} 1',
    'externalsecret_sync_calls_total{name="app",namespace="team"} 2',
  ]);
  metrics.setCondition(app, { type: 'Ready', status: 'True' });
  expect(await samples()).toContain(
    'externalsecret_status_condition{name="app",namespace="team",condition="Ready",status="True"} 1',
  );
});

test('what never failed has no series of failures, and what has no condition none of conditions', async () => {
  const { metrics, samples } = setUp();
  metrics.observeReconcile(app, 1, false);
  expect((await samples()).map((line) => line.split('{')[0]).sort()).toEqual([
    ExternalSecretMetric.duration,
    ExternalSecretMetric.syncCalls,
  ]);
});

test('the series of one that is gone go, those of its namesake elsewhere stay, and a new one begins at nothing', async () => {
  const { metrics, samples } = setUp();
  const namesake = { name: 'app', namespace: 'other' };
  for (const object of [app, namesake]) {
    metrics.observeReconcile(object, 1, true);
    metrics.setCondition(object, { type: 'Ready', status: 'False' });
  }
  metrics.remove(app);
  const left = await samples();
  expect(left).toHaveLength(5);
  expect(left.every((line) => line.includes('namespace="other"'))).toBe(true);
  metrics.observeReconcile(app, 1, false);
  expect(await samples()).toContain('externalsecret_sync_calls_total{name="app",namespace="team"} 1');
});

test('the registry knows kind and help, and keeps no series of its own', async () => {
  const { registry, metrics } = setUp();
  metrics.observeReconcile(app, 1, true);
  metrics.setCondition(app, { type: 'Ready', status: 'False' });
  const text = await registry.metrics();
  expect(text).toContain(`# TYPE ${ExternalSecretMetric.syncCalls} counter`);
  expect(text).toContain(`# TYPE ${ExternalSecretMetric.condition} gauge`);
  metrics.remove(app);
  const pages = await registry.getMetricsAsJSON();
  expect(pages.map(({ values }) => values.length)).toEqual([0, 0, 0, 0]);
});
