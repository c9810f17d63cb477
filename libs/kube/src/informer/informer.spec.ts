import { type Clock, ManualClock, Registry } from '@eso/runtime';
import { eventually } from '@eso/testing';
import { KubeClient } from '../client/client.ts';
import { configMaps } from '../resource/index.ts';
import { acceleratedClock } from '../testing/accelerated-clock.ts';
import { FakeApi } from '../testing/fake-api.ts';
import { status } from '../testing/fault-server.ts';
import { createInformer } from './informer.ts';

let api: FakeApi;
let client: KubeClient;
let stop: AbortController;
let registry: Registry;

beforeEach(async () => {
  api = await FakeApi.start();
  client = new KubeClient({ connection: api.server.connection() });
  stop = new AbortController();
  registry = new Registry();
});
afterEach(async () => {
  stop.abort(new Error('test over'));
  await client.close();
  await api.server.stop();
});

const informerOf = (name?: string, clock: Clock = acceleratedClock()) =>
  createInformer(client, configMaps, {
    namespaces: ['default'],
    clock,
    registry,
    ...(name !== undefined && { name }),
  });
const objects = async (): Promise<string[]> =>
  (await registry.metrics()).split('\n').filter((line) => line.startsWith('informer_objects{'));

test('a handler that was taken away hears of nothing more, not even of the change that is being told', async () => {
  api.put('a');
  const informer = informerOf();
  const told: string[] = [];
  informer.addHandler({
    add: ({ metadata }) => {
      told.push(`first ${metadata.name}`);
      removeSecond();
    },
  });
  const removeSecond = informer.addHandler({ add: ({ metadata }) => told.push(`second ${metadata.name}`) });
  const removeProgress = informer.onProgress(() => {
    told.push('progress');
    removeProgress();
  });
  informer.start(stop.signal);
  await informer.waitForSync(stop.signal);
  await eventually(() => expect(api.watching).toBe(1));
  api.put('b');
  await eventually(() => expect(told).toContain('first b'));
  expect(told).toEqual(['first a', 'progress', 'first b']);
});

test('informers of one name add up in one series, which goes with the last of them', async () => {
  api.put('a');
  const ends = [new AbortController(), new AbortController()];
  for (const { signal } of ends) {
    const informer = informerOf('shared');
    informer.start(signal);
    await informer.waitForSync(stop.signal);
  }
  expect(await objects()).toEqual(['informer_objects{resource="shared"} 2']);
  ends[0]!.abort();
  await eventually(async () => expect(await objects()).toEqual(['informer_objects{resource="shared"} 1']));
  ends[1]!.abort();
  await eventually(async () => expect(await objects()).toEqual([]));
});

test('tells what it fails at from the first failure on, until it succeeds', async () => {
  const forbidden = status(403, 'Forbidden', 'configmaps is forbidden: User "x" cannot list resource "configmaps"');
  api.script(
    'list',
    ...Array.from(
      { length: 3 },
      () => (request: Parameters<(typeof api.server)['handle']>[0]) => request.json(403, forbidden),
    ),
  );
  const clock = new ManualClock();
  const informer = informerOf(undefined, clock);
  expect(informer.failures()).toEqual([]);
  informer.start(stop.signal);
  await eventually(() =>
    expect(informer.failures()).toMatchObject([
      { verb: 'list', namespace: 'default', error: { code: 'FORBIDDEN', status: 403 } },
    ]),
  );
  await eventually(async () => {
    await clock.advance(30_000);
    expect(informer.hasSynced).toBe(true);
    expect(informer.failures()).toEqual([]);
  });
});
