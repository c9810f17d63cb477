import type { ExternalSecret } from '@eso/api/resources';
import { createRegistry } from '@eso/runtime';
import { freshnessMetrics } from './freshness.ts';

const NOW = Date.UTC(2026, 10, 28);

function es(refreshedMsAgo: number | undefined, spec: Partial<ExternalSecret['spec']> = {}): ExternalSecret {
  const refreshTime = refreshedMsAgo === undefined ? undefined : new Date(NOW - refreshedMsAgo).toISOString();
  return {
    apiVersion: 'external-secrets.io/v1',
    kind: 'ExternalSecret',
    metadata: { name: 'app', namespace: 'team' },
    spec: { refreshInterval: '1h', ...spec },
    ...(refreshTime === undefined ? {} : { status: { refreshTime } }),
  };
}

async function served(objects: readonly ExternalSecret[]): Promise<string[]> {
  const registry = createRegistry({ processMetrics: false });
  freshnessMetrics({ registry, objects: () => objects, now: () => NOW });
  const text = await registry.metrics();
  return text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
}

const MINUTE = 60_000;

test('ages count by their share of the interval, each in its bucket and all above [6.1.17]', async () => {
  const lines = await served([es(0), es(30 * MINUTE), es(60 * MINUTE), es(90 * MINUTE, { refreshInterval: '10m' })]);
  expect(lines).toEqual([
    'externalsecret_freshness_ratio_bucket{le="0.25"} 1',
    'externalsecret_freshness_ratio_bucket{le="0.5"} 2',
    'externalsecret_freshness_ratio_bucket{le="0.75"} 2',
    'externalsecret_freshness_ratio_bucket{le="1"} 3',
    'externalsecret_freshness_ratio_bucket{le="1.1"} 3',
    'externalsecret_freshness_ratio_bucket{le="1.25"} 3',
    'externalsecret_freshness_ratio_bucket{le="1.5"} 3',
    'externalsecret_freshness_ratio_bucket{le="2"} 3',
    'externalsecret_freshness_ratio_bucket{le="3"} 3',
    'externalsecret_freshness_ratio_bucket{le="5"} 3',
    'externalsecret_freshness_ratio_bucket{le="10"} 4',
    'externalsecret_freshness_ratio_bucket{le="+Inf"} 4',
    'externalsecret_freshness_ratio_sum 10.5',
    'externalsecret_freshness_ratio_count 4',
    'externalsecret_never_synced 0',
  ]);
});

test('what time makes no older has no age: without interval, or by another policy; what never synced is counted apart', async () => {
  const deleting = es(undefined);
  const objects = [
    es(90 * MINUTE, { refreshInterval: '0' }),
    es(90 * MINUTE, { refreshPolicy: 'OnChange' }),
    es(90 * MINUTE, { refreshPolicy: 'CreatedOnce' }),
    es(undefined),
    es(undefined, { refreshPolicy: 'OnChange' }),
    { ...deleting, metadata: { ...deleting.metadata, deletionTimestamp: new Date(NOW).toISOString() } },
  ];
  const lines = await served(objects);
  expect(lines).toContain('externalsecret_freshness_ratio_count 0');
  expect(lines).toContain('externalsecret_never_synced 2');
});

test('a clock that was set back makes nothing younger than new', async () => {
  expect(await served([es(-5 * MINUTE)])).toContain('externalsecret_freshness_ratio_sum 0');
});
