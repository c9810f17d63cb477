import { type CoreEvent, configMaps, events, type KubeClient, KubeError, serviceAccounts } from '@eso/kube';
import { ManualClock, Registry, silentLogger } from '@eso/runtime';
import { eventually, type OwnControlPlane, ownControlPlane } from '@eso/testing';
import { type EventApi, EventRecorder } from './event-recorder.ts';

let own: OwnControlPlane;
let client: KubeClient;
let namespace: string;
beforeAll(async () => {
  own = await ownControlPlane();
  client = own.cluster.client();
});
afterAll(() => own.cluster.stop());
beforeEach(async () => {
  namespace = await own.cluster.createNamespace('events');
});

const soon = (): AbortSignal => AbortSignal.timeout(30_000);

async function subject(name = 'db') {
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace, name } };
  return client.create(configMaps, object);
}

async function written(): Promise<CoreEvent[]> {
  const { items } = await client.list(events, { namespace });
  return items.sort((a, b) => (a.message ?? '').localeCompare(b.message ?? ''));
}

test('an event is there for kubectl to show, with the object, the reason and the reporter', async () => {
  const recorder = new EventRecorder({ client, component: 'external-secrets', logger: silentLogger });
  const object = await subject();
  recorder.event(object, 'Warning', 'UpdateFailed', 'could not get secret data from provider');
  await recorder.flush(soon());
  const shown = await own.cluster.kubectl('describe', 'configmap', 'db', '-n', namespace);
  expect(shown.stdout).toMatch(/Warning +UpdateFailed +\S+ +external-secrets +could not get secret data from provider/);
  expect((await written())[0]?.involvedObject).toMatchObject({ uid: object.metadata.uid, kind: 'ConfigMap' });
});

test('equal events become one with a count, whether they come together or one after the other', async () => {
  const recorder = new EventRecorder({ client, component: 'external-secrets', logger: silentLogger });
  const object = await subject();
  for (let i = 0; i < 3; i++) recorder.event(object, 'Warning', 'UpdateFailed', 'same');
  recorder.event(object, 'Normal', 'Updated', 'another');
  await recorder.flush(soon());
  recorder.event(object, 'Warning', 'UpdateFailed', 'same');
  await recorder.flush(soon());
  expect((await written()).map(({ message, count }) => [message, count])).toEqual([
    ['another', 1],
    ['same', 4],
  ]);
});

test('an event that has expired is written anew', async () => {
  const recorder = new EventRecorder({ client, component: 'external-secrets', logger: silentLogger });
  const object = await subject();
  recorder.event(object, 'Normal', 'Updated', 'm');
  await recorder.flush(soon());
  const [first] = await written();
  await client.delete(events, { namespace, name: first?.metadata.name ?? '' });
  recorder.event(object, 'Normal', 'Updated', 'm');
  await recorder.flush(soon());
  expect((await written()).map(({ count }) => count)).toEqual([1]);
});

test('an object that changes its mind all the time causes 25 events, and one more with what was said last', async () => {
  const recorder = new EventRecorder({ client, component: 'external-secrets', logger: silentLogger });
  const [noisy, quiet] = [await subject('noisy'), await subject('quiet')];
  for (let i = 0; i < 60; i++) recorder.event(noisy, 'Warning', 'UpdateFailed', `attempt ${i}`);
  recorder.event(quiet, 'Normal', 'Updated', 'm');
  await recorder.flush(soon());
  const all = await written();
  const noise = all.filter(({ involvedObject }) => involvedObject.name === 'noisy').map(({ message }) => message);
  expect(noise).toHaveLength(26);
  expect(noise).toContain('attempt 59');
  expect(all.filter(({ involvedObject }) => involvedObject.name === 'quiet')).toHaveLength(1);
});

test('none of the events of 2,000 objects at once is lost', async () => {
  const registry = new Registry();
  const recorder = new EventRecorder({ client, component: 'external-secrets', logger: silentLogger, registry });
  for (let i = 0; i < 2_000; i++) {
    const metadata = { namespace, name: `es-${String(i)}`, uid: String(i) };
    recorder.event({ apiVersion: 'v1', kind: 'ConfigMap', metadata }, 'Normal', 'Created', 'secret created');
  }
  await recorder.flush(soon());
  expect(new Set((await written()).map(({ involvedObject }) => involvedObject.name)).size).toBe(2_000);
  expect(await registry.metrics()).not.toContain('events_dropped_total{');
});

test('an event whose answer gets lost is written once, with everything that happened meanwhile', async () => {
  let lost = 0;
  // The API server has carried it out; the client hears nothing of it.
  const losesAnswers: EventApi = {
    create: async (type, object, options) => {
      const created = await client.create(type, object, options);
      if (lost++ < 2) throw new KubeError('TIMEOUT', 'the answer got lost');
      return created;
    },
    patch: (...args) => client.patch(...args),
  };
  const clock = new ManualClock();
  const recorder = new EventRecorder({
    client: losesAnswers,
    component: 'external-secrets',
    logger: silentLogger,
    clock,
  });
  const object = await subject();
  recorder.event(object, 'Warning', 'UpdateFailed', 'm');
  await eventually(() => expect(lost).toBe(1));
  recorder.event(object, 'Warning', 'UpdateFailed', 'm');
  await eventually(async () => {
    await clock.advance(500);
    expect((await written()).map(({ count }) => count)).toEqual([2]);
  });
});

test('a Warning outlives an API server that is away for longer than any retry', async () => {
  const clock = new ManualClock();
  const registry = new Registry();
  let away = true;
  const unreliable: EventApi = {
    create: (type, object, options) =>
      away ? Promise.reject(new KubeError('UNREACHABLE', 'away')) : client.create(type, object, options),
    patch: (...args) => client.patch(...args),
  };
  const options = { component: 'external-secrets', logger: silentLogger, clock, registry };
  const recorder = new EventRecorder({ client: unreliable, ...options });
  const object = await subject();
  recorder.event(object, 'Warning', 'UpdateFailed', 'warning');
  recorder.event(object, 'Normal', 'Updated', 'normal');
  await clock.advance(10 * 60_000);
  away = false;
  await eventually(async () => {
    await clock.advance(1_000);
    expect((await written()).map(({ message }) => message)).toEqual(['warning']);
  });
  expect(await registry.metrics()).toContain('events_dropped_total{reason="unwritable"} 1');
});

test('events of cluster-scoped objects are accepted', async () => {
  const recorder = new EventRecorder({ client, component: 'external-secrets', logger: silentLogger });
  const object = {
    apiVersion: 'external-secrets.io/v1',
    kind: 'ClusterProvider',
    metadata: { name: namespace, uid: 'u' },
  };
  recorder.event(object, 'Normal', 'Valid', 'store validated');
  await recorder.flush(soon());
  const { items } = await client.list(events, { namespace: 'default' });
  expect(items.filter(({ involvedObject }) => involvedObject.name === namespace)).toHaveLength(1);
});

test('without the right to write events nothing fails but the event, and the next object is served', async () => {
  const account = { namespace, name: 'nobody' };
  const recorder = new EventRecorder({
    client: await own.cluster.clientFor(account),
    component: 'external-secrets',
    logger: silentLogger,
  });
  recorder.event(await subject(), 'Normal', 'Updated', 'm');
  await recorder.flush(soon());
  expect(await written()).toEqual([]);
  expect((await client.get(serviceAccounts, account)).metadata.name).toBe('nobody');
});

test('events that come while the API server is away are written when it is back', async () => {
  const recorder = new EventRecorder({ client, component: 'external-secrets', logger: silentLogger });
  const object = await subject();
  await own.controlPlane.killApiServer();
  recorder.event(object, 'Warning', 'UpdateFailed', 'during the outage');
  await own.controlPlane.startApiServer();
  await recorder.flush(soon());
  await eventually(async () => expect((await written()).map(({ message }) => message)).toEqual(['during the outage']));
});

test('flushing ends with its signal, whatever waits', async () => {
  const clock = new ManualClock();
  const recorder = new EventRecorder({ client, component: 'external-secrets', logger: silentLogger, clock });
  const object = await subject();
  await own.controlPlane.killApiServer();
  recorder.event(object, 'Normal', 'Updated', 'm');
  const stop = new AbortController();
  const flushed = recorder.flush(stop.signal);
  stop.abort();
  await flushed;
  await own.controlPlane.startApiServer();
});
