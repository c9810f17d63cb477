/** When core calls the provider, at an interval of an hour: by counting the calls. */
import { type ExternalSecret, type ExternalSecretSpec, externalSecrets } from '@eso/api/resources';
import { events, secrets } from '@eso/kube';
import { syncedResourceVersion } from '@eso/sync';
import { eventually } from '@eso/testing';
import { CoreProcess } from '../testing/core-process.ts';

let core: CoreProcess;
let namespace: string;
beforeAll(async () => {
  core = await CoreProcess.start();
});
afterAll(() => core.stop());
beforeEach(async () => {
  core.backend.clear();
  core.backend.set('user', 'first');
  namespace = await core.tenant();
});

type Spec = Partial<ExternalSecretSpec>;
const REF = (name = 'app') => ({ namespace, name });
const edit = (body: object, name = 'app') => core.edit(namespace, name, body);
const get = (name = 'app'): Promise<ExternalSecret> => core.admin.get(externalSecrets, REF(name));
const holds = (user: string) => core.holds(namespace, 'app', { user });

/** An ExternalSecret `app` in sync, at rest; what the backend holds changes afterwards. */
async function synced(spec: Spec): Promise<void> {
  await core.create(namespace, 'app', ['user'], { spec });
  await core.ready(namespace, 'app');
  await holds('first');
  await core.atRest();
  core.backend.set('user', 'second');
}

/** How many calls come of it, until nothing more is written. */
async function calls(act: () => Promise<unknown>): Promise<number> {
  const before = core.fetches;
  await act();
  await core.atRest();
  return core.fetches - before;
}

/** The last refresh was at another time. */
async function refreshedHoursAgo(hours: number, name: string): Promise<void> {
  const es = await get(name);
  const refreshTime = new Date(Date.now() - hours * 3_600_000).toISOString();
  await core.admin.updateStatus(externalSecrets, { ...es, status: { ...es.status, refreshTime } });
}

/** Open now, and for the next hour. */
const OPEN = { schedule: '* * * * *', duration: '2h' };
/** Half a day away. */
const SHUT = { schedule: `0 ${(new Date().getUTCHours() + 12) % 24} * * *`, duration: '1m' };

const ALLOWED: Spec = { syncWindows: { kind: 'allow', windows: [SHUT, OPEN] } };
const NOT_ALLOWED: Spec = { syncWindows: { kind: 'allow', windows: [SHUT] } };
const DENIED: Spec = { syncWindows: { kind: 'deny', windows: [OPEN] } };
const NOT_DENIED: Spec = { syncWindows: { kind: 'deny', windows: [SHUT] } };

interface Row {
  readonly name: string;
  readonly spec: Spec;
  /** Calls after a restart three hours after the refresh. */
  readonly old: number;
  /** After a restart, where the refresh is yet to come. */
  readonly future: number;
  readonly label: number;
  /** After a change of the spec: of the interval, which gives one to those that had none. */
  readonly changed: number;
}

const ROWS: readonly Row[] = [
  { name: 'created-once', spec: { refreshPolicy: 'CreatedOnce' }, old: 0, future: 0, label: 0, changed: 0 },
  { name: 'on-change', spec: { refreshPolicy: 'OnChange' }, old: 0, future: 0, label: 1, changed: 1 },
  { name: 'periodic', spec: { refreshPolicy: 'Periodic' }, old: 1, future: 1, label: 1, changed: 1 },
  { name: 'no-policy', spec: {}, old: 1, future: 1, label: 1, changed: 1 },
  { name: 'no-interval', spec: { refreshInterval: '0' }, old: 0, future: 0, label: 0, changed: 1 },
  { name: 'allowed', spec: ALLOWED, old: 1, future: 1, label: 1, changed: 1 },
  { name: 'not-allowed', spec: NOT_ALLOWED, old: 0, future: 1, label: 1, changed: 1 },
  { name: 'denied', spec: DENIED, old: 0, future: 1, label: 1, changed: 1 },
  { name: 'not-denied', spec: NOT_DENIED, old: 1, future: 1, label: 1, changed: 1 },
];

describe('calls to the provider, policy by policy', () => {
  /** What comes of doing this to each of them, by name. */
  async function callsOfEach(act: (name: string) => Promise<unknown>, between?: () => Promise<void>) {
    const before = new Map(core.fetchesOf);
    for (const { name } of ROWS) await act(name);
    await between?.();
    await core.atRest();
    const count = (name: string) => (core.fetchesOf.get(name) ?? 0) - (before.get(name) ?? 0);
    return Object.fromEntries(ROWS.map(({ name }) => [name, count(name)]));
  }

  const restartedAt = (hoursAgo: number) =>
    callsOfEach(
      () => Promise.resolve(),
      () =>
        core.restart({
          whileStopped: async () => {
            for (const { name } of ROWS) await refreshedHoursAgo(hoursAgo, name);
          },
        }),
    );
  const expected = (what: 'old' | 'future' | 'label' | 'changed') =>
    Object.fromEntries(ROWS.map((row) => [row.name, row[what]]));

  test('a first sync goes past windows; then policies, intervals and windows decide, and drift is mended always [1.7.1] [1.7.2] [1.7.3] [1.7.4] [1.7.6] [1.7.7] [1.7.9] [1.18.1] [1.18.3] [1.18.4] [8.2] [8.3] [8.5] [8.52]', async () => {
    for (const { name, spec } of ROWS) {
      core.backend.set(name, 'first');
      await core.create(namespace, name, [name], { spec });
    }
    for (const { name } of ROWS) await core.holds(namespace, name, { [name]: 'first' });
    await core.atRest();
    expect(await restartedAt(3)).toEqual(expected('old'));
    expect(await restartedAt(-1)).toEqual(expected('future'));
    expect(await callsOfEach((name) => edit({ metadata: { labels: { team: 'red' } } }, name))).toEqual(
      expected('label'),
    );
    expect(await callsOfEach((name) => edit({ spec: { refreshInterval: '2h' } }, name))).toEqual(expected('changed'));
    for (const { name } of ROWS) core.backend.set(name, 'second');
    const drift = (name: string) =>
      core.admin.patch(secrets, REF(name), { data: { [name]: 'eA==' } }, { type: 'merge' });
    expect(await callsOfEach(drift)).toEqual(Object.fromEntries(ROWS.map(({ name }) => [name, 1])));
    for (const { name } of ROWS) await core.holds(namespace, name, { [name]: 'second' });
  });
});

test('one that was CreatedOnce and is made anew is synced, and so is one that has lost its status [1.7.10] [8.4]', async () => {
  await synced({ refreshPolicy: 'CreatedOnce', target: { creationPolicy: 'Orphan' } });
  await core.admin.delete(externalSecrets, REF());
  await core.create(namespace, 'app', ['user'], {
    spec: { refreshPolicy: 'CreatedOnce', target: { creationPolicy: 'Orphan' } },
  });
  await holds('second');
  await core.atRest();
  core.backend.set('user', 'third');
  const whileStopped = async (): Promise<void> => {
    await core.admin.updateStatus(externalSecrets, { ...(await get()), status: {} });
  };
  expect(await calls(() => core.restart({ whileStopped }))).toBe(1);
  await holds('third');
});

test('an outage that a window closes over is not called mended', async () => {
  await synced(ALLOWED);
  core.broken.add('user');
  try {
    await edit({ metadata: { labels: { team: 'red' } } });
    expect(await core.ready(namespace, 'app', 'False')).toContain('[BACKEND_UNAVAILABLE]');
    const whileStopped = async (): Promise<void> => {
      const es = await edit({ spec: NOT_ALLOWED });
      const refreshTime = new Date(Date.now() - 3 * 3_600_000).toISOString();
      await core.admin.updateStatus(externalSecrets, {
        ...es,
        status: { ...es.status, syncedResourceVersion: syncedResourceVersion(es), refreshTime },
      });
    };
    expect(await calls(() => core.restart({ whileStopped }))).toBe(0);
    expect(await core.ready(namespace, 'app', 'False')).toContain('[BACKEND_UNAVAILABLE]');
  } finally {
    core.broken.clear();
  }
});

test('a window that closes while the backend is asked: what it answers is written, what failed waits for the next window', async () => {
  const now = new Date();
  const openFor = 20 + now.getUTCSeconds();
  const closesAt = Math.floor(now.getTime() / 60_000) * 60_000 + openFor * 1_000;
  const window = { schedule: `${now.getUTCMinutes()} ${now.getUTCHours()} * * *`, duration: `${openFor}s` };
  const held = Promise.withResolvers<undefined>();
  const asked = { good: 0, bad: 0 };
  core.backend.set('good', 'first').set('bad', 'first');
  core.hold = (key) => {
    if (key !== 'good' && key !== 'bad') return Promise.resolve();
    // The first call is the first sync.
    return ++asked[key] === 1 ? Promise.resolve() : held.promise;
  };
  const spec: Spec = { refreshInterval: '2s', syncWindows: { kind: 'allow', windows: [window] } };
  for (const name of ['good', 'bad']) await core.create(namespace, name, [name], { spec });
  await eventually(() => expect(asked).toEqual({ good: 2, bad: 2 }));
  await eventually(() => expect(Date.now()).toBeGreaterThan(closesAt), { timeoutMs: 120_000 });
  core.backend.set('good', 'second');
  core.backend.delete('bad');
  held.resolve(undefined);
  await core.holds(namespace, 'good', { good: 'second' });
  expect(await core.ready(namespace, 'bad', 'False')).toContain('[SECRET_NOT_FOUND]');
  core.backend.set('bad', 'third');
  await core.atRest();
  expect(asked).toEqual({ good: 2, bad: 2 });
  await core.ready(namespace, 'bad', 'False');
  await core.holds(namespace, 'bad', { bad: 'first' });
  await core.ready(namespace, 'good');
});

test('a window that never opens is said, leaves the target, and is over when it is corrected [1.18.5]', async () => {
  await synced({});
  const before = await core.secret(namespace, 'app');
  await edit({ spec: { syncWindows: { kind: 'allow', windows: [{ schedule: '0 0 31 2 *', duration: '1h' }] } } });
  const text =
    'spec.syncWindows.windows[0].schedule: the window never opens: no date matches the schedule [INVALID_SPEC]';
  expect(await core.ready(namespace, 'app', 'False')).toContain(text);
  await core.atRest();
  expect(await core.secret(namespace, 'app')).toEqual(before);
  const { items } = await core.admin.list(events, { namespace });
  expect(items.filter(({ type }) => type === 'Warning').map(({ message }) => message)).toEqual([
    expect.stringContaining(text) as string,
  ]);
  await edit({ spec: NOT_ALLOWED });
  await holds('second');
  expect(await core.ready(namespace, 'app')).toBe('secret synced');
});
