import { createRegistry, ManualClock } from '@eso/runtime';
import { DEFAULT_METRIC_SETTINGS, type MetricSettings } from '../metrics/settings.ts';
import { ExternalSecretMetric, ExternalSecretMetrics } from './metrics.ts';

const app = { name: 'app', namespace: 'team' };

function setUp(settings: Partial<MetricSettings> = {}) {
  const registry = createRegistry({ processMetrics: false });
  const clock = new ManualClock();
  const metrics = new ExternalSecretMetrics({ registry, clock, settings: { ...DEFAULT_METRIC_SETTINGS, ...settings } });
  const samples = async () =>
    (await registry.metrics())
      .split('\n')
      .filter((line) => line && !line.startsWith('#'))
      .sort();
  return { registry, clock, metrics, samples };
}

const READY = { type: 'Ready', status: 'True' };
const FAILED = { type: 'Ready', status: 'False' };

test('the series carry the names and labels of External Secrets [6.1.1] [6.1.2] [6.1.3] [6.1.4] [6.1.17] [6.2.1]', async () => {
  const { metrics, samples } = setUp();
  metrics.observeReconcile(app, 'passed', 1.5);
  metrics.observeReconcile(app, 'failed', 2.5);
  metrics.setCondition(app, FAILED);
  expect(await samples()).toEqual([
    'externalsecret_condition_objects{condition="Ready",status="False"} 1',
    'externalsecret_reconcile_duration_seconds{name="app",namespace="team"} 0.0025',
    'externalsecret_reconcile_duration{name="app",namespace="team"} 2500000',
    'externalsecret_status_condition{name="app",namespace="team",condition="Ready",status="False"} 1',
    'externalsecret_status_condition{name="app",namespace="team",condition="Ready",status="True"} 0',
    'externalsecret_sync_calls_error{name="app",namespace="team"} 1',
    'externalsecret_sync_calls_total{name="app",namespace="team"} 2',
  ]);
  metrics.setCondition(app, READY);
  expect(await samples()).toEqual(
    expect.arrayContaining([
      'externalsecret_condition_objects{condition="Ready",status="True"} 1',
      'externalsecret_status_condition{name="app",namespace="team",condition="Ready",status="False"} 0',
      'externalsecret_status_condition{name="app",namespace="team",condition="Ready",status="True"} 1',
    ]),
  );
});

test('kinds and help texts are those of External Secrets [6.1.18]', async () => {
  const { registry } = setUp();
  const text = await registry.metrics();
  expect(text).toContain(
    `# HELP ${ExternalSecretMetric.condition} The status condition of a specific External Secret\n`,
  );
  expect(text).toContain(`# HELP ${ExternalSecretMetric.duration} The duration time to reconcile the External Secret`);
  expect(text).toContain(`# TYPE ${ExternalSecretMetric.syncCalls} counter`);
  expect(text).toContain(`# TYPE ${ExternalSecretMetric.syncErrors} counter`);
  expect(text).toContain(`# TYPE ${ExternalSecretMetric.condition} gauge`);
});

test('what never failed has no series of failures, and what has no condition none of conditions', async () => {
  const { metrics, samples } = setUp();
  metrics.observeReconcile(app, 'passed', 1);
  expect((await samples()).map((line) => line.split('{')[0])).toEqual([
    ExternalSecretMetric.durationSeconds,
    ExternalSecretMetric.duration,
    ExternalSecretMetric.syncCalls,
  ]);
});

describe('one that is gone', () => {
  test('loses its Ready series and shows (Deleted, False); those of its namesake elsewhere stay [1.6.2] [6.2.3]', async () => {
    const { metrics, samples } = setUp();
    const namesake = { name: 'app', namespace: 'other' };
    for (const object of [app, namesake]) {
      metrics.observeReconcile(object, 'failed', 1);
      metrics.setCondition(object, FAILED);
    }
    metrics.observeReconcile(app, 'gone', 3);
    const left = await samples();
    expect(left.filter((line) => line.includes('namespace="team"'))).toEqual([
      'externalsecret_reconcile_duration_seconds{name="app",namespace="team"} 0.003',
      'externalsecret_reconcile_duration{name="app",namespace="team"} 3000000',
      'externalsecret_status_condition{name="app",namespace="team",condition="Deleted",status="False"} 1',
      'externalsecret_sync_calls_error{name="app",namespace="team"} 1',
      'externalsecret_sync_calls_total{name="app",namespace="team"} 2',
    ]);
    expect(left.filter((line) => line.includes('namespace="other"'))).toHaveLength(6);
    expect(left).toContain('externalsecret_condition_objects{condition="Ready",status="False"} 1');
  });

  test('is forgotten after an hour, and beyond a thousand of them the oldest is', async () => {
    const { metrics, samples, clock } = setUp();
    for (let i = 0; i <= 1_000; i++)
      metrics.observeReconcile({ name: `es-${String(i)}`, namespace: 'team' }, 'gone', 1);
    const condition = (name: string): string =>
      `externalsecret_status_condition{name="${name}",namespace="team",condition="Deleted",status="False"} 1`;
    expect(await samples()).not.toContain(condition('es-0'));
    expect(await samples()).toContain(condition('es-1'));
    await clock.advance(3_599_999);
    expect(await samples()).toContain(condition('es-1'));
    await clock.advance(1);
    expect(await samples()).toEqual([]);
  });

  test('counts on when a name comes back, and shows what it is then', async () => {
    const { metrics, samples } = setUp();
    metrics.observeReconcile(app, 'failed', 1);
    metrics.observeReconcile(app, 'gone', 1);
    metrics.observeReconcile(app, 'passed', 1);
    metrics.setCondition(app, READY);
    const now = await samples();
    expect(now).toContain('externalsecret_sync_calls_total{name="app",namespace="team"} 3');
    expect(now).toContain('externalsecret_sync_calls_error{name="app",namespace="team"} 1');
    expect(now.join('\n')).not.toContain('Deleted');
    expect(now).toHaveLength(7);
  });
});

test('one that is left to another installation counts passes, shows no condition, and is not served [1.6.6]', async () => {
  const { metrics, samples } = setUp();
  const others = { metadata: { name: 'others', namespace: 'team' } };
  metrics.setCondition(app, READY);
  metrics.setCondition(others.metadata, FAILED);
  metrics.observeReconcile(others.metadata, 'skipped', 1);
  expect((await samples()).filter((line) => line.includes('name="others"'))).toEqual([
    'externalsecret_reconcile_duration_seconds{name="others",namespace="team"} 0.001',
    'externalsecret_reconcile_duration{name="others",namespace="team"} 1000000',
    'externalsecret_sync_calls_total{name="others",namespace="team"} 1',
  ]);
  const both = [{ metadata: app }, others];
  expect([...metrics.served(both)]).toEqual([{ metadata: app }]);
  metrics.observeReconcile(others.metadata, 'passed', 1);
  expect([...metrics.served(both)]).toEqual(both);
});

describe('extended labels', () => {
  const labels = {
    'app.kubernetes.io/name': 'shop',
    'app.kubernetes.io/part-of': 'web "1"',
    'app.kubernetes.io/managed-by': 'Helm',
    name: 'imposter',
    namespace: 'elsewhere',
    status: 'False',
    team: 'blue',
  };
  const text =
    'app_kubernetes_io_name="shop",app_kubernetes_io_instance="",app_kubernetes_io_version="",app_kubernetes_io_component="",' +
    'app_kubernetes_io_part_of="web \\"1\\"",app_kubernetes_io_managed_by="Helm"';

  test("are six, out of the object's labels; no label takes the place of the metric's own [6.1.16] [6.3.1] [6.3.2] [6.3.3]", async () => {
    const { metrics, samples } = setUp({ extendedLabels: true });
    metrics.observeReconcile({ ...app, labels }, 'failed', 1);
    metrics.setCondition({ ...app, labels }, READY);
    const series = (await samples()).filter((line) => line.includes('name="app"'));
    expect(series).toHaveLength(6);
    for (const line of series) expect(line).toContain(text);
    for (const line of series) expect(line).toMatch(/\{name="app",namespace="team",/);
    expect(series.join('\n')).not.toMatch(/imposter|elsewhere|blue/);
  });

  test('leave no series of earlier labels, and are empty once the object is gone [6.2.2]', async () => {
    const { metrics, samples } = setUp({ extendedLabels: true });
    metrics.setCondition({ ...app, labels }, READY);
    metrics.setCondition({ ...app, labels: { 'app.kubernetes.io/name': 'other' } }, READY);
    expect((await samples()).join('\n')).not.toContain('shop');
    metrics.observeReconcile(app, 'gone', 1);
    expect((await samples()).join('\n')).not.toContain('other');
    expect((await samples()).join('\n')).toContain('app_kubernetes_io_name="",');
  });

  test('are not there unless asked for', async () => {
    const { metrics, samples } = setUp();
    metrics.setCondition({ ...app, labels }, READY);
    expect((await samples()).join('\n')).not.toContain('app_kubernetes_io');
  });
});

test('without series of each object there are the sums alone', async () => {
  const { metrics, samples, registry } = setUp({ perObject: false });
  metrics.observeReconcile(app, 'failed', 1);
  metrics.setCondition(app, FAILED);
  metrics.setCondition({ name: 'b', namespace: 'team' }, FAILED);
  metrics.observeReconcile({ name: 'gone', namespace: 'team' }, 'gone', 1);
  expect(await samples()).toEqual(['externalsecret_condition_objects{condition="Ready",status="False"} 2']);
  expect(await registry.metrics()).not.toContain(ExternalSecretMetric.syncCalls);
});
