import { externalSecrets } from '@eso/api/resources';
import { namespaces } from '@eso/kube';
import { eventually } from '@eso/testing';
import { CoreProcess } from '../testing/core-process.ts';

let core: CoreProcess;
let namespace: string;
beforeAll(async () => {
  core = await CoreProcess.start({ flags: ['--refresh-status-every=10', '--per-object-metrics=false'] });
  core.backend.set('user', 'admin');
});
afterAll(() => core.stop());
beforeEach(async () => {
  namespace = await core.tenant();
});

/** Statuses of `app` that core wrote so far. */
const statuses = (): number =>
  core.proxy.writes.filter(
    ({ resource, name, namespace: at }) => resource === 'externalsecrets' && name === 'app' && at === namespace,
  ).length;
const refreshTime = async (): Promise<unknown> =>
  (await core.admin.get(externalSecrets, { namespace, name: 'app' })).status?.refreshTime;

test('of refreshes that change nothing one in ten is written; one that changes something is, at once', async () => {
  await core.create(namespace, 'app', ['user'], { spec: { refreshInterval: '1s' } });
  await core.ready(namespace, 'app');
  const [fetches, written] = [core.fetches, statuses()];
  await eventually(() => expect(core.fetches - fetches).toBeGreaterThanOrEqual(20), { timeoutMs: 60_000 });
  const [rounds, writes] = [core.fetches - fetches, statuses() - written];
  expect(writes).toBeGreaterThanOrEqual(Math.floor(rounds / 10) - 1);
  expect(writes).toBeLessThanOrEqual(Math.ceil(rounds / 10));

  const before = await refreshTime();
  core.backend.set('user', 'root');
  await core.holds(namespace, 'app', { user: 'root' });
  await eventually(async () => expect(await refreshTime()).not.toBe(before));
  expect(await core.ready(namespace, 'app')).toBe('secret synced');
  // It would be among the fetches that others count.
  await core.admin.delete(externalSecrets, { namespace, name: 'app' });
  await core.atRest();
});

test('a refresh that is in no status is known while the process lives; a kill costs one more, early, and nothing else', async () => {
  core.backend.set('user', 'root');
  await core.create(namespace, 'app', ['user']);
  await core.holds(namespace, 'app', { user: 'root' });
  await core.atRest();
  /** The next process finds the last refresh hours ago, so that one is due at its start. */
  const whileStopped = async (): Promise<void> => {
    const es = await core.admin.get(externalSecrets, { namespace, name: 'app' });
    const refreshTime = new Date(Date.now() - 3 * 3_600_000).toISOString();
    await core.admin.updateStatus(externalSecrets, { ...es, status: { ...es.status, refreshTime } });
  };
  const look = (label: string) =>
    core.admin.patch(namespaces, { name: namespace }, { metadata: { labels: { label } } }, { type: 'merge' });
  const fetches = core.fetches;
  await core.restart({ whileStopped });
  await eventually(() => expect(core.fetches).toBe(fetches + 1));
  const [written, before] = [statuses(), await refreshTime()];
  await look('one');
  await core.atRest();
  await core.crash();
  await core.restart();
  await eventually(() => expect(core.fetches).toBe(fetches + 2));
  await look('two');
  await core.atRest();
  expect([core.fetches, statuses(), await refreshTime()]).toEqual([fetches + 2, written, before]);
  // What changes something is written, with the time of that refresh, and holds for the process after it.
  await core.deleteSecret(namespace, 'app');
  await core.holds(namespace, 'app', { user: 'root' });
  await eventually(async () => expect(await refreshTime()).not.toBe(before));
  await core.atRest();
  const mended = core.fetches;
  await core.crash();
  await core.restart();
  await core.atRest();
  expect(core.fetches).toBe(mended);
});

test('without series of each object the page has the sums alone', async () => {
  await core.create(namespace, 'app', ['user'], { spec: { refreshInterval: '1h' } });
  await core.ready(namespace, 'app');
  await eventually(async () =>
    expect(await core.metrics()).toMatch(/^externalsecret_condition_objects\{condition="Ready",status="True"\} [1-9]/m),
  );
  const page = await core.metrics();
  expect(page).not.toContain(`"${namespace}"`);
  expect(page).not.toMatch(/^externalsecret_(sync_calls|status_condition|reconcile_duration)/m);
});
