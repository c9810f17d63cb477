import { createRegistry } from '@eso/runtime';
import { DEFAULT_METRIC_SETTINGS } from '../metrics/settings.ts';
import { ValidationMetrics } from './metrics.ts';

test('the series carry the names and labels of External Secrets, and go with the object', async () => {
  const registry = createRegistry({ processMetrics: false });
  const metrics = new ValidationMetrics('Provider', registry, DEFAULT_METRIC_SETTINGS);
  const cluster = new ValidationMetrics('ClusterProvider', registry, DEFAULT_METRIC_SETTINGS);
  const store = { namespace: 'team-a', name: 'db' };
  metrics.observePass(store, 1.5);
  metrics.setConditions(store, [
    { type: 'Ready', status: 'False' },
    { type: 'Validated', status: 'Unknown' },
  ]);
  cluster.setConditions({ name: 'shared' }, [{ type: 'Ready', status: 'True' }]);
  const text = await registry.metrics();
  for (const line of [
    'provider_reconcile_duration{name="db",namespace="team-a"} 1500000',
    'provider_reconcile_duration_seconds{name="db",namespace="team-a"} 0.0015',
    'provider_status_condition{name="db",namespace="team-a",condition="Ready",status="False"} 1',
    'provider_status_condition{name="db",namespace="team-a",condition="Ready",status="True"} 0',
    'provider_status_condition{name="db",namespace="team-a",condition="Validated",status="Unknown"} 1',
    'provider_status_condition{name="db",namespace="team-a",condition="Validated",status="True"} 0',
    'clusterprovider_status_condition{name="shared",namespace="",condition="Ready",status="True"} 1',
    'clusterprovider_condition_objects{condition="Ready",status="True"} 1',
  ])
    expect(text).toContain(line);

  metrics.setConditions(store, [{ type: 'Ready', status: 'True' }]);
  expect(await registry.metrics()).not.toContain('condition="Validated"');
  expect(await registry.metrics()).toContain('provider_reconcile_duration{name="db"');
  metrics.remove(store);
  expect(await registry.metrics()).not.toContain('name="db"');
  expect(await registry.metrics()).toContain('name="shared"');
});

test.each(['SecretStore [6.1.12] [6.1.13]', 'ClusterSecretStore [6.1.14] [6.1.15]'])(
  'the families of a %s are those of External Secrets',
  async (title) => {
    const [kind = ''] = title.split(' ');
    const registry = createRegistry({ processMetrics: false });
    const metrics = new ValidationMetrics(kind, registry, DEFAULT_METRIC_SETTINGS);
    metrics.observePass({ name: 'shared' }, 1.5);
    metrics.setConditions({ name: 'shared' }, [{ type: 'Ready', status: 'True' }]);
    const text = await registry.metrics();
    const family = kind.toLowerCase();
    expect(text).toContain(`${family}_reconcile_duration{name="shared",namespace=""} 1500000`);
    expect(text).toContain(`${family}_status_condition{name="shared",namespace="",condition="Ready",status="True"} 1`);
    expect(text).toContain(`${family}_status_condition{name="shared",namespace="",condition="Ready",status="False"} 0`);
  },
);
