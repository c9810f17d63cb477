/** What the templates of one tenant ask for is bounded, and another tenant is served meanwhile: counted, never timed. */
import type { ExternalSecretTarget } from '@eso/api/resources';
import { type ConfigMap, configMaps, secrets } from '@eso/kube';
import { eventually, intercepting } from '@eso/testing';
import { CoreProcess } from '../../testing/core-process.ts';
import { MAX_TEXT_BYTES } from './read-sources.ts';

let core: CoreProcess;
let tenant: string;
let victim: string;
beforeAll(async () => {
  core = await CoreProcess.start();
  core.backend.set('user', 'admin');
  tenant = await core.tenant();
  victim = await core.tenant();
}, 120_000);
afterAll(() => core.stop());

const put = (namespace: string, name: string, data: Record<string, string>): Promise<ConfigMap> =>
  core.admin.create(configMaps, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace, name }, data });
const change = (namespace: string, name: string, data: Record<string, string>): Promise<ConfigMap> =>
  core.admin.patch(configMaps, { namespace, name }, { data }, { type: 'merge' });
const reading = (...names: readonly string[]): ExternalSecretTarget => ({
  template: {
    engineVersion: 'v2',
    mergePolicy: 'Replace',
    templateFrom: names.map((name) => ({
      target: 'Data',
      configMap: { name, items: [{ key: 't', templateAs: 'KeysAndValues' }] },
    })),
  },
});
const create = (namespace: string, name: string, ...sources: readonly string[]) =>
  core.create(namespace, name, ['user'], { spec: { target: reading(...sources) } });

test('of templates that are too long together, those beyond the bound are not read', async () => {
  const names = Array.from({ length: 20 }, (_, index) => `long-${index}`);
  const t = `k: "${'x'.repeat(900_000)}"`;
  for (const name of names) await put(tenant, name, { t });
  const read = new Set<string>();
  const end = core.proxy.intercept(
    intercepting(
      { verb: 'get', resource: 'configmaps', namespace: tenant },
      {
        before: ({ name = '' }) => {
          read.add(name);
          return undefined;
        },
      },
    ),
  );
  await create(tenant, 'long', ...names);
  expect(await core.ready(tenant, 'long', 'False')).toContain('[DATA_TOO_LARGE]');
  end();
  // Four at a time: three more may be under way when it is known.
  expect(read.size).toBeLessThanOrEqual(Math.ceil(MAX_TEXT_BYTES / t.length) + 3);
  await core.create(victim, 'beside-long', ['user']);
  await core.holds(victim, 'beside-long', { user: 'admin' });
}, 120_000);

test('a ConfigMap that changes all the time is followed at a pace, and those of another tenant at once', async () => {
  await put(tenant, 'noisy', { t: 'out: "0"' });
  await create(tenant, 'noisy', 'noisy');
  await core.holds(tenant, 'noisy', { out: '0' });
  await put(victim, 'source', { t: 'out: "one"' });
  await create(victim, 'beside-noise', 'source');
  const began = performance.now();
  const done = new AbortController();
  let changes = 0;
  const noise = (async () => {
    while (!done.signal.aborted) {
      await change(tenant, 'noisy', { t: `out: "${++changes}"` });
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  })();
  try {
    await core.holds(victim, 'beside-noise', { out: 'one' });
    for (const word of ['two', 'three', 'four']) {
      await change(victim, 'source', { t: `out: "${word}"` });
      await core.holds(victim, 'beside-noise', { out: word });
    }
    await core.create(victim, 'new', ['user']);
    await core.holds(victim, 'new', { user: 'admin' });
    await eventually(() => expect(changes).toBeGreaterThan(100), { timeoutMs: 60_000 });
  } finally {
    done.abort();
    await noise;
  }
  const seconds = (performance.now() - began) / 1_000;
  const written = core.proxy.writes.filter(
    ({ verb, resource, namespace, name }) =>
      verb === 'update' && resource === 'secrets' && namespace === tenant && name === 'noisy',
  );
  // Ten at once, and one in ten seconds.
  expect(written.length).toBeGreaterThan(0);
  expect(written.length).toBeLessThanOrEqual(10 + Math.ceil(seconds / 10));
  // The last change is not lost.
  await eventually(
    async () => {
      const { data } = await core.admin.get(secrets, { namespace: tenant, name: 'noisy' });
      expect(data?.['out']).toBe(Buffer.from(String(changes)).toString('base64'));
    },
    { timeoutMs: 60_000 },
  );
}, 180_000);
