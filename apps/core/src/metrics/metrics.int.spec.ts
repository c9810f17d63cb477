import { externalSecrets, providers } from '@eso/api/resources';
import { eventually } from '@eso/testing';
import { CoreProcess } from '../testing/core-process.ts';
import { readFamilies, type ReadFamily } from '../testing/metric-families.ts';

let core: CoreProcess;
let namespace: string;
beforeAll(async () => {
  core = await CoreProcess.start({ flags: ['--enable-extended-metric-labels'] });
});
afterAll(() => core.stop());
beforeEach(async () => {
  core.backend.clear();
  core.backend.set('user', 'admin');
  namespace = await core.tenant();
});

const families = async (): Promise<ReadonlyMap<string, ReadFamily>> => readFamilies(await core.metrics());

/** What a family says of this test's namespace: `labels of note` → value, without the labels that are empty. */
async function series(family: string): Promise<Record<string, number>> {
  const samples = (await families()).get(family)?.samples ?? [];
  return Object.fromEntries(
    samples
      .filter(({ labels }) => labels['namespace'] === namespace)
      .map(({ labels, value }) => {
        const texts = Object.entries(labels).filter(([label, text]) => text !== '' && label !== 'namespace');
        return [texts.map(([label, text]) => `${label}=${text}`).join(' '), value];
      }),
  );
}

test('conditions as dashboards know them: created, failed, relabelled, recovered, deleted [1.6.1] [1.6.2] [6.2.1] [6.2.2] [6.2.3] [1.4.21] [6.3.1]', async () => {
  const shop = { 'app.kubernetes.io/name': 'shop', 'app.kubernetes.io/part-of': 'web', name: 'imposter' };
  await core.create(namespace, 'good', ['user'], { metadata: { labels: shop } });
  await core.create(namespace, 'bad', ['absent']);
  await core.ready(namespace, 'good');
  await core.ready(namespace, 'bad', 'False');
  const extended = 'app_kubernetes_io_name=shop app_kubernetes_io_part_of=web';
  const bad = { 'name=bad condition=Ready status=True': 0, 'name=bad condition=Ready status=False': 1 };
  await eventually(async () =>
    expect(await series('externalsecret_status_condition')).toEqual({
      [`name=good condition=Ready status=True ${extended}`]: 1,
      [`name=good condition=Ready status=False ${extended}`]: 0,
      ...bad,
    }),
  );

  const relabelled = { metadata: { labels: { 'app.kubernetes.io/name': 'store', 'app.kubernetes.io/part-of': null } } };
  await core.admin.patch(externalSecrets, { namespace, name: 'good' }, relabelled, { type: 'merge' });
  const store = {
    'name=good condition=Ready status=True app_kubernetes_io_name=store': 1,
    'name=good condition=Ready status=False app_kubernetes_io_name=store': 0,
  };
  await eventually(async () => expect(await series('externalsecret_status_condition')).toEqual({ ...store, ...bad }));

  core.backend.set('absent', 'there now');
  await core.ready(namespace, 'bad');
  await core.admin.delete(externalSecrets, { namespace, name: 'good' });
  await eventually(async () =>
    expect(await series('externalsecret_status_condition')).toEqual({
      'name=good condition=Deleted status=False': 1,
      'name=bad condition=Ready status=True': 1,
      'name=bad condition=Ready status=False': 0,
    }),
  );
  // Every pass counts, the one that found nothing too; the labels of an object that is gone are nobody's any more.
  expect(Object.keys(await series('externalsecret_sync_calls_total'))).toEqual(['name=bad', 'name=good']);
  expect(Object.keys(await series('externalsecret_reconcile_duration'))).toEqual(['name=bad', 'name=good']);
});

test('failures count up while something fails, and stay when it recovers [1.6.16] [6.1.2] [8.59]', async () => {
  await core.create(namespace, 'app', ['absent']);
  await eventually(async () =>
    expect((await series('externalsecret_sync_calls_error'))['name=app']).toBeGreaterThanOrEqual(2),
  );
  core.backend.set('absent', 'there now');
  await core.ready(namespace, 'app');
  await core.atRest();
  const errors = (await series('externalsecret_sync_calls_error'))['name=app'] ?? 0;
  expect(errors).toBeGreaterThanOrEqual(2);
  expect((await series('externalsecret_sync_calls_total'))['name=app']).toBeGreaterThan(errors);
});

test('durations are nanoseconds under the old name and seconds beside it, of the same pass [6.1.4]', async () => {
  await core.create(namespace, 'app', ['user']);
  await core.ready(namespace, 'app');
  await core.atRest();
  for (const [kind, name] of [
    ['externalsecret', 'app'],
    ['provider', 'backend'],
  ]) {
    const nanoseconds = (await series(`${kind}_reconcile_duration`))[`name=${name}`] ?? NaN;
    const seconds = (await series(`${kind}_reconcile_duration_seconds`))[`name=${name}`] ?? NaN;
    expect(nanoseconds).toBeGreaterThan(0);
    expect(nanoseconds / 1e9).toBeCloseTo(seconds, 6);
  }
});

test('all series of a family have the same labels [6.1.16]', async () => {
  await core.create(namespace, 'app', ['user']);
  await core.ready(namespace, 'app');
  const extended = ['name', 'instance', 'version', 'component', 'part_of', 'managed_by'].map(
    (suffix) => `app_kubernetes_io_${suffix}`,
  );
  const served = await families();
  for (const kind of ['externalsecret', 'provider']) {
    for (const [family, own] of [
      [`${kind}_status_condition`, ['name', 'namespace', 'condition', 'status']],
      [`${kind}_reconcile_duration`, ['name', 'namespace']],
      [`${kind}_reconcile_duration_seconds`, ['name', 'namespace']],
    ] as const) {
      const samples = served.get(family)?.samples ?? [];
      expect(samples).not.toHaveLength(0);
      for (const { labels } of samples) expect(Object.keys(labels)).toEqual([...own, ...extended]);
    }
  }
});

test('a store that is gone leaves no series', async () => {
  expect(await series('provider_status_condition')).not.toEqual({});
  await core.admin.delete(providers, { namespace, name: 'backend' });
  await eventually(async () => expect(await series('provider_status_condition')).toEqual({}));
  expect(await series('provider_reconcile_duration')).toEqual({});
});

test('freshness counts what is synced by its age, and apart what never was [6.1.17]', async () => {
  const value = async (name: string, le?: string): Promise<number> =>
    (await families())
      .get(name.replace(/_(bucket|count)$/, ''))
      ?.samples.find((sample) => sample.name === name && sample.labels['le'] === le)?.value ?? NaN;
  const [fresh, never] = [
    await value('externalsecret_freshness_ratio_bucket', '0.25'),
    await value('externalsecret_never_synced'),
  ];
  await core.create(namespace, 'good', ['user']);
  await core.create(namespace, 'bad', ['absent']);
  await core.ready(namespace, 'good');
  await core.ready(namespace, 'bad', 'False');
  await eventually(async () => {
    expect(await value('externalsecret_freshness_ratio_bucket', '0.25')).toBe(fresh + 1);
    expect(await value('externalsecret_never_synced')).toBe(never + 1);
  });
});

test('probes: alive at both names, ready by what is checked, each check a series [6.6.1]', async () => {
  const probe = (path: string): Promise<Response> => fetch(`http://127.0.0.1:${core.healthPort}${path}`);
  for (const path of ['/healthz', '/livez', '/readyz']) expect(await (await probe(path)).text()).toBe('ok\n');
  const checks = (await families()).get('kubernetes_healthcheck')?.samples ?? [];
  expect(checks.every(({ value }) => value === 1)).toBe(true);
  const names = checks.filter(({ labels }) => labels['type'] === 'readyz').map(({ labels }) => labels['name']);
  expect(names).toEqual(
    expect.arrayContaining([
      'caches',
      'api-server',
      'client-certificate',
      'queue-0',
      'watch-externalSecrets',
      'watch-secrets',
    ]),
  );
});

describe('metrics of the framework', () => {
  const controllers = [
    'clusterprovider',
    'clusterproviderclass',
    'clustersecretstore',
    'externalsecret',
    'provider',
    'providerclass',
    'secretstore',
  ];
  const TIMES = [
    ...[0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.25, 1.5],
    ...[1.75, 2, 2.5, 3, 3.5, 4, 4.5, 5, 6, 7, 8, 9, 10, 15, 20, 25, 30, 40, 50, 60],
  ];
  const values = (family: ReadFamily | undefined, label: string): string[] =>
    [...new Set(family?.samples.map(({ labels }) => labels[label] ?? ''))].sort();
  const labelsOf = (family: ReadFamily | undefined): string[] =>
    [...new Set(family?.samples.flatMap(({ labels }) => Object.keys(labels)))].sort();

  test('controllers: results, times, workers, by kind in lower case [6.5.1] [6.5.2] [6.5.3] [6.5.4] [6.5.9]', async () => {
    const served = await families();
    const total = served.get('controller_runtime_reconcile_total');
    expect(total?.type).toBe('counter');
    expect(labelsOf(total)).toEqual(['controller', 'result']);
    expect(values(total, 'result')).toEqual(['error', 'requeue', 'requeue_after', 'success']);
    for (const [name, type] of [
      ['reconcile_total', 'counter'],
      ['reconcile_errors_total', 'counter'],
      ['terminal_reconcile_errors_total', 'counter'],
      ['reconcile_panics_total', 'counter'],
      ['max_concurrent_reconciles', 'gauge'],
      ['active_workers', 'gauge'],
    ] as const) {
      const family = served.get(`controller_runtime_${name}`);
      expect(family?.type).toBe(type);
      expect(values(family, 'controller')).toEqual(controllers);
    }
    const time = served.get('controller_runtime_reconcile_time_seconds');
    expect(time?.type).toBe('histogram');
    const buckets = time?.samples.filter(({ labels }) => labels['controller'] === 'provider' && 'le' in labels);
    expect(buckets?.map(({ labels }) => labels['le'])).toEqual([...TIMES.map(String), '+Inf']);
  });

  test('work queues by name and controller [6.5.6]', async () => {
    const served = await families();
    for (const [name, type] of [
      ['depth', 'gauge'],
      ['adds_total', 'counter'],
      ['queue_duration_seconds', 'histogram'],
      ['work_duration_seconds', 'histogram'],
      ['retries_total', 'counter'],
      ['unfinished_work_seconds', 'gauge'],
      ['longest_running_processor_seconds', 'gauge'],
    ] as const) {
      const family = served.get(`workqueue_${name}`);
      expect(family?.type).toBe(type);
      expect(labelsOf(family).filter((label) => label !== 'le')).toEqual(['controller', 'name']);
      expect(values(family, 'controller')).toEqual(controllers);
      expect(values(family, 'name')).toEqual(controllers);
    }
  });

  test('none of a webhook: there is no such process [6.5.5]', async () => {
    expect([...(await families()).keys()].filter((name) => /webhook/.test(name))).toEqual([]);
  });

  test('requests to the API server by code, method and host [6.5.7]', async () => {
    const family = (await families()).get('rest_client_requests_total');
    expect(family?.type).toBe('counter');
    expect(labelsOf(family)).toEqual(['code', 'host', 'method']);
    expect(values(family, 'method')).toEqual(expect.arrayContaining(['GET', 'PUT']));
    expect(values(family, 'code')).toContain('200');
  });
});
