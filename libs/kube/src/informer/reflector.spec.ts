import { type Logger, Registry, silentLogger } from '@eso/runtime';
import { eventually } from '@eso/testing';
import { KubeClient } from '../client/client.ts';
import { type ConfigMap, configMaps } from '../resource/index.ts';
import { FakeApi } from '../testing/fake-api.ts';
import { type ReceivedRequest, status } from '../testing/fault-server.ts';
import { acceleratedClock } from '../testing/accelerated-clock.ts';
import { createInformer, type Informer, type InformerOptions } from './informer.ts';

let api: FakeApi;
let client: KubeClient;
let stop: AbortController;
let registry: Registry;
/** What handlers were told, such as `add a`, `update a 1→2`, `delete a`. */
let told: string[];

beforeEach(async () => {
  api = await FakeApi.start();
  client = new KubeClient({
    connection: api.server.connection(),
    pingIntervalMs: 60,
    pingTimeoutMs: 60,
    connectTimeoutMs: 300,
  });
  stop = new AbortController();
  registry = new Registry();
  told = [];
});

afterEach(async () => {
  stop.abort(new Error('test over'));
  await client.close();
  await api.server.stop();
});

function follow(options: InformerOptions<ConfigMap, ConfigMap> = {}): Informer<ConfigMap> {
  const informer = createInformer(client, configMaps, {
    namespaces: ['default'],
    clock: acceleratedClock(),
    registry,
    // Only the tests of it may be healed by it.
    quietDeadlineMs: 3_600_000,
    ...options,
  });
  informer.addHandler({
    add: ({ metadata }) => told.push(`add ${metadata.name}`),
    update: (before, after) => told.push(`update ${after.metadata.name} ${before.data?.['v']}→${after.data?.['v']}`),
    delete: ({ metadata }) => told.push(`delete ${metadata.name}`),
  });
  informer.start(stop.signal);
  return informer;
}

/** A follower that has seen `a` (v=1) and `b` and is watching. */
async function followed(options: InformerOptions<ConfigMap, ConfigMap> = {}): Promise<Informer<ConfigMap>> {
  api.put('a', { v: '1' });
  api.put('b', { v: '1' });
  const informer = follow(options);
  await informer.waitForSync(stop.signal);
  await eventually(() => expect(api.watching).toBe(1));
  told = [];
  return informer;
}

/** Proves that the reflector is alive: what happens now arrives. */
async function alive(informer: Informer<ConfigMap>): Promise<void> {
  api.put('sign-of-life', { v: String(Math.random()) });
  const { version } = api;
  await eventually(() => expect(informer.store.get('default', 'sign-of-life')?.metadata.resourceVersion).toBe(version));
}

async function metric(name: string): Promise<Record<string, number>> {
  const values = (await registry.getSingleMetric(name)?.get())?.values ?? [];
  return Object.fromEntries(values.map(({ labels, value }) => [Object.values(labels).join(' '), value]));
}

const answer = {
  status:
    (code: number, reason: string, headers: Record<string, string> = {}) =>
    (request: ReceivedRequest): void =>
      request.json(code, status(code, reason, `scripted ${code}`), headers),
  text:
    (text: string) =>
    (request: ReceivedRequest): void =>
      request.text(200, text),
  reset: ({ session }: ReceivedRequest): void => session.destroy(),
  nothing: (): void => undefined,
  mute: ({ stream }: ReceivedRequest): void => stream.respond({ ':status': 200, 'content-type': 'application/json' }),
  end: (request: ReceivedRequest): void => request.text(200, ''),
};

const event = (type: string, name: string, resourceVersion: string, data?: Record<string, string>): object => ({
  type,
  object: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default', resourceVersion }, data },
});

describe('in peace', () => {
  test('lists, watches, and tells of each change once', async () => {
    const informer = await followed();
    api.put('c', { v: '1' });
    api.put('a', { v: '2' });
    api.remove('b');
    await eventually(() => expect(told).toEqual(['add c', 'update a 1→2', 'delete b']));
    expect(informer.store.keys().sort()).toEqual(['default/a', 'default/c']);
    expect(informer.store.get('default', 'a')).toEqual({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'a', namespace: 'default', resourceVersion: expect.any(String) as string },
      data: { v: '2' },
    });
    expect(await metric('informer_objects')).toEqual({ configmaps: 2 });
  });

  test('an event that says what is known already is told to nobody', async () => {
    const informer = await followed();
    const object = informer.store.get('default', 'a');
    api.send(`${JSON.stringify({ type: 'MODIFIED', object })}\n`);
    api.put('b', { v: '2' });
    await eventually(() => expect(told).toEqual(['update b 1→2']));
  });

  test('a watch that reaches its timeout goes on where it was, bookmarks included', async () => {
    const informer = await followed();
    api.bookmark();
    const { version } = api;
    await eventually(() => expect(informer.health()).toBeUndefined());
    await new Promise((resolve) => setTimeout(resolve, 50));
    api.endWatches();
    await eventually(() => expect(api.watchedFrom).toContain(version));
    await alive(informer);
    expect(api.lists).toBe(1);
  });

  test('lists in pages, and asks for a bounded watch with bookmarks', async () => {
    for (let i = 0; i < 25; i += 1) api.put(`o${i}`);
    const informer = follow({ pageSize: 10, labelSelector: 'a=b' });
    await informer.waitForSync(stop.signal);
    expect(informer.store.size).toBe(25);
    await eventually(() => expect(api.watching).toBe(1));
    const [stream, first, second, third, watch] = api.server.requests.map(({ url }) => url.searchParams);
    expect(stream?.get('sendInitialEvents')).toBe('true');
    expect([first, second, third].map((query) => query?.get('continue') ?? null)).toEqual([null, '10', '20']);
    expect(first?.get('labelSelector')).toBe('a=b');
    expect(watch?.get('allowWatchBookmarks')).toBe('true');
    expect(watch?.get('labelSelector')).toBe('a=b');
    expect(Number(watch?.get('timeoutSeconds'))).toBeGreaterThanOrEqual(300);
    expect(Number(watch?.get('timeoutSeconds'))).toBeLessThan(600);
  });

  test('a stopped informer asks for nothing more', async () => {
    await followed();
    stop.abort(new Error('stop'));
    await eventually(() => expect(api.watching).toBe(0));
    const asked = api.server.requests.length;
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(api.server.requests).toHaveLength(asked);
  });
});

describe('the position', () => {
  /** What a handler and a progress function saw of it, and what it was called for. */
  function observed(informer: Informer<ConfigMap>): string[] {
    const seen: string[] = [];
    const note = (what: string): void => void seen.push(`${what} @${informer.position('default')}`);
    informer.addHandler({
      add: ({ metadata }) => note(`add ${metadata.name} of ${informer.store.size}`),
      update: (_before, { metadata }) => note(`update ${metadata.name}`),
      delete: ({ metadata }) => note(`delete ${metadata.name}`),
    });
    informer.onProgress((namespace) => note(`progress ${namespace}`));
    return seen;
  }

  test('is set before handlers are called, with the store as a whole in place; progress comes last', async () => {
    api.put('a');
    api.put('b');
    const informer = createInformer(client, configMaps, { namespaces: ['default'], clock: acceleratedClock() });
    const seen = observed(informer);
    expect(informer.position('default')).toBe('');
    informer.start(stop.signal);
    await eventually(() => expect(api.watching).toBe(1));
    expect(seen.splice(0)).toEqual(['add a of 2 @102', 'add b of 2 @102', 'progress default @102']);
    api.put('a', { v: '2' });
    api.bookmark();
    api.remove('b');
    await eventually(() => expect(seen).toHaveLength(5));
    expect(seen).toEqual([
      'update a @103',
      'progress default @103',
      'progress default @104',
      'delete b @105',
      'progress default @105',
    ]);
  });

  test('after a relist is the version of the list', async () => {
    const informer = await followed();
    const seen = observed(informer);
    seen.length = 0;
    const unseen = api.send.bind(api);
    api.send = () => undefined;
    api.put('a', { v: '2' });
    api.remove('b');
    api.send = unseen;
    api.compact();
    api.send(JSON.stringify({ type: 'ERROR', object: status(410, 'Expired', 'too old') }) + '\n');
    await eventually(() => expect(seen).toHaveLength(3));
    expect(seen.toSorted()).toEqual(['delete b @104', 'progress default @104', 'update a @104']);
  });

  test("moves by an event that changes nothing, and is each namespace's own", async () => {
    api.put('a');
    const informer = follow({ namespaces: ['default', 'other'] });
    await informer.waitForSync(stop.signal);
    await eventually(() => expect(api.watching).toBe(2));
    expect(['default', 'other', 'elsewhere'].map((name) => informer.position(name))).toEqual(['101', '101', '']);
    const calls: unknown[] = [];
    informer.onProgress((namespace) => calls.push(namespace));
    const [stream] = api.server.requests
      .filter(({ url }) => /other.*watch/.test(url.href) && !url.searchParams.has('sendInitialEvents'))
      .map((request) => request.stream);
    const bookmark = { type: 'BOOKMARK', object: { metadata: { resourceVersion: '150' } } };
    stream?.write(`${JSON.stringify(bookmark)}\n`);
    await eventually(() => expect(informer.position('other')).toBe('150'));
    expect(calls).toEqual(['other']);
    expect(informer.position('default')).toBe('101');
    expect(informer.position()).toBe('101');
  });

  test('a progress function that throws is counted and stops nobody', async () => {
    const informer = await followed();
    const calls: unknown[] = [];
    informer.onProgress(() => {
      throw new Error('boom');
    });
    informer.onProgress((namespace) => calls.push(namespace));
    await alive(informer);
    expect(calls).toEqual(['default']);
    expect(await metric('informer_exceptions_total')).toEqual({ 'configmaps progress': 1 });
  });

  test('a handler that is added by a handler is told of each object once', async () => {
    api.put('a');
    api.put('b');
    const informer = createInformer(client, configMaps, { namespaces: ['default'], clock: acceleratedClock() });
    const late: string[] = [];
    informer.addHandler({
      add: ({ metadata: { name } }) => {
        if (name === 'a') informer.addHandler({ add: ({ metadata }) => late.push(metadata.name) });
      },
    });
    informer.start(stop.signal);
    await informer.waitForSync(stop.signal);
    await alive(informer);
    expect(late).toEqual(['a', 'b', 'sign-of-life']);
  });
});

describe('the connection', () => {
  test('reset in the middle of a watch: nothing is lost, nothing is listed again', async () => {
    const informer = await followed();
    api.server.reset();
    api.put('a', { v: '2' });
    await eventually(() => expect(told).toEqual(['update a 1→2']));
    await alive(informer);
    expect(api.lists).toBe(1);
  });

  test('half-open: the unanswered PING finds it', async () => {
    const informer = await followed();
    api.server.freeze();
    api.put('a', { v: '2' });
    await eventually(() => expect(told).toEqual(['update a 1→2']));
    await alive(informer);
    expect(api.lists).toBe(1);
  });

  test('half-open and no new connection answers for a while', async () => {
    const informer = await followed();
    api.server.freeze('all');
    await eventually(async () =>
      expect((await metric('reflector_errors_total'))['configmaps UNREACHABLE']).toBeGreaterThan(1),
    );
    expect(client.isReachable()).toBe(false);
    api.server.reset();
    api.server.thaw();
    await alive(informer);
  });

  test('bytes that are no TLS', async () => {
    const informer = await followed();
    api.server.spoil();
    await alive(informer);
    expect(api.lists).toBe(1);
  });

  test('the server goes away and comes back on the same port', async () => {
    const informer = await followed();
    await api.server.down();
    api.put('a', { v: '2' });
    api.remove('b');
    await eventually(async () =>
      expect((await metric('reflector_errors_total'))['configmaps UNREACHABLE']).toBeGreaterThan(2),
    );
    await api.server.up();
    await eventually(() => expect(told).toEqual(['update a 1→2', 'delete b']));
    await alive(informer);
    expect(api.lists).toBe(1);
  });

  test('the server was not there in the first place', async () => {
    await api.server.down();
    api.put('a');
    const informer = follow();
    await eventually(async () =>
      expect((await metric('reflector_errors_total'))['configmaps UNREACHABLE']).toBeGreaterThan(2),
    );
    expect(informer.hasSynced).toBe(false);
    await api.server.up();
    await informer.waitForSync(stop.signal);
    await alive(informer);
  });

  test('the server sends GOAWAY and ends the watch', async () => {
    const informer = await followed();
    for (const { session } of api.server.requests) if (!session.closed) session.close();
    api.endWatches();
    await alive(informer);
    expect(api.lists).toBe(1);
  });
});

describe('the watch', () => {
  test.each<[name: string, fail: () => void]>([
    [
      'an ERROR event',
      () =>
        api.send(JSON.stringify({ type: 'ERROR', object: status(410, 'Expired', 'too old resource version') }) + '\n'),
    ],
    ['an HTTP status', () => api.endWatches()],
  ])('410 as %s: listed again, with deletes for what has vanished', async (_name, fail) => {
    const informer = await followed();
    // These changes happen unseen, and their history is gone.
    api.script('watch', answer.status(410, 'Expired'));
    const unseen = api.send.bind(api);
    api.send = () => undefined;
    api.put('a', { v: '2' });
    api.remove('b');
    api.put('c', { v: '1' });
    api.send = unseen;
    api.compact();
    fail();
    await eventually(() => expect(told.toSorted()).toEqual(['add c', 'delete b', 'update a 1→2']));
    expect(api.lists).toBeGreaterThan(1);
    told = [];
    await alive(informer);
    expect(told).toEqual(['add sign-of-life']);
  });

  test.each<[name: string, fault: (request: ReceivedRequest) => void, lists: number]>([
    ['429 with Retry-After', answer.status(429, 'TooManyRequests', { 'retry-after': '1' }), 1],
    ['500', answer.status(500, 'InternalError'), 1],
    ['503 with Retry-After', answer.status(503, 'ServiceUnavailable', { 'retry-after': '1' }), 1],
    ['401', answer.status(401, 'Unauthorized'), 1],
    ['403', answer.status(403, 'Forbidden'), 3],
    ['404', answer.status(404, 'NotFound'), 3],
    ['a reset', answer.reset, 1],
    ['an end at once', answer.end, 1],
    ['bytes that are no event', answer.text('<html>\n'), 1],
    ['an event without an object', answer.text('{"type":"ADDED"}\n'), 1],
    ['half a line', answer.text('{"type":"ADDED","object":{"metadata":{'), 1],
  ])('%s, twice', async (_name, fault, lists) => {
    const informer = await followed();
    api.script('watch', fault, fault);
    api.endWatches();
    api.put('a', { v: '2' });
    await eventually(() => expect(told).toContain('update a 1→2'));
    await alive(informer);
    expect(api.lists).toBe(lists);
  });

  test('watches that are ended at once are failures, which slow it down', async () => {
    const informer = await followed();
    api.script('watch', answer.end, answer.end, answer.end);
    api.endWatches();
    await eventually(() => expect(api.watchedFrom).toHaveLength(5));
    expect((await metric('reflector_errors_total'))['configmaps UNREACHABLE']).toBeGreaterThanOrEqual(3);
    await alive(informer);
  });

  test.each<[name: string, fault: (request: ReceivedRequest) => void]>([
    ['a server error', answer.status(504, 'Timeout')],
    ['a reset', answer.reset],
    ['429', answer.status(429, 'TooManyRequests')],
    ['401', answer.status(401, 'Unauthorized')],
    ['an end at once', answer.end],
  ])('%s that stays, while lists work: from the third on everything is listed each time', async (_name, fault) => {
    const informer = await followed();
    // A GET whose connection breaks is asked again once, and so is one that is answered with 401.
    api.script('watch', ...Array.from({ length: 100 }, () => fault));
    api.endWatches();
    await eventually(() => expect(api.lists).toBeGreaterThan(1));
    const failed = Object.values(await metric('reflector_errors_total')).reduce((sum, count) => sum + count, 0);
    expect(failed).toBeGreaterThanOrEqual(3);
    api.put('new', { v: '1' });
    await eventually(() => expect(informer.store.get('default', 'new')).toBeDefined());
    expect(informer.position('default')).toBe(api.version);
    api.remove('new');
    await eventually(() => expect(informer.store.get('default', 'new')).toBeUndefined());
  });

  test('a watch that says nothing is given up, counted, and everything is listed', async () => {
    const informer = await followed({ quietDeadlineMs: 20_000 });
    const unseen = api.send.bind(api);
    api.send = () => undefined;
    api.put('a', { v: '2' });
    api.send = unseen;
    await eventually(() => expect(told).toEqual(['update a 1→2']));
    expect((await metric('reflector_quiet_watches_total'))['configmaps']).toBeGreaterThan(0);
    await alive(informer);
  });

  test('health names the resource and the error while nothing can be heard, and recovers', async () => {
    const informer = await followed({ quietDeadlineMs: 20_000 });
    expect(informer.health()).toBeUndefined();
    await api.server.down();
    await eventually(() =>
      expect(informer.health()).toMatch(
        /^watching configmaps in namespace default has failed for \d+ s \(\d+ attempts\): .*ECONNREFUSED.* \[UNREACHABLE\]\. It is tried again/,
      ),
    );
    await api.server.up();
    await eventually(() => expect(informer.health()).toBeUndefined());
  });
});

describe('the list', () => {
  test.each<[name: string, fault: (request: ReceivedRequest) => void]>([
    ['429 with Retry-After', answer.status(429, 'TooManyRequests', { 'retry-after': '0' })],
    ['500', answer.status(500, 'InternalError')],
    ['403', answer.status(403, 'Forbidden')],
    ['404', answer.status(404, 'NotFound')],
    ['a reset', answer.reset],
    ['bytes that are no JSON', answer.text('<html>')],
    ['JSON that is no list', answer.text('{"kind":"ConfigMap"}')],
    ['nothing', answer.text('')],
  ])('%s, the first five times', async (_name, fault) => {
    api.script('list', fault, fault, fault, fault, fault);
    api.put('a');
    const informer = follow();
    await informer.waitForSync(stop.signal);
    expect(informer.store.size).toBe(1);
    await alive(informer);
  });

  test('again and again in vain: the pauses grow, up to half a minute', async () => {
    const fast = acceleratedClock();
    const pauses: number[] = [];
    const clock = { ...fast, sleep: (ms: number, signal?: AbortSignal) => (pauses.push(ms), fast.sleep(0, signal)) };
    api.script('list', ...Array.from({ length: 40 }, () => answer.status(500, 'InternalError')));
    await follow({ clock }).waitForSync(stop.signal);
    expect(pauses).toHaveLength(40);
    for (const [failure, pause] of pauses.entries())
      expect(pause).toBeLessThanOrEqual(Math.min(800 * 2 ** failure, 30_000));
    expect(Math.max(...pauses.slice(10))).toBeGreaterThan(1_000);
  });

  test('no answer at all: given up at the deadline and asked again', async () => {
    await client.close();
    client = new KubeClient({ connection: api.server.connection(), requestTimeoutMs: 100 });
    api.script('list', answer.nothing, answer.nothing);
    const informer = follow();
    await informer.waitForSync(stop.signal);
    await alive(informer);
  });

  test('a page expired: listed from the start, in larger pages', async () => {
    for (let i = 0; i < 25; i += 1) api.put(`o${i}`);
    api.script('list', (request) => {
      const items = [{ metadata: { name: 'o0', namespace: 'default', resourceVersion: '101' } }];
      request.json(200, { metadata: { resourceVersion: '125', continue: '10' }, items });
    });
    api.script('list', answer.status(410, 'Expired'));
    const informer = follow({ pageSize: 10 });
    await informer.waitForSync(stop.signal);
    expect(informer.store.size).toBe(25);
    const pages = api.server.requests.filter(({ url }) => url.searchParams.has('limit'));
    expect(pages.map(({ url }) => url.searchParams.get('limit'))).toEqual(['10', '10', '20', '20']);
    await alive(informer);
  });
});

describe('a watch that begins with the list', () => {
  beforeEach(() => (api.streaming = true));

  test('is one request for both, and goes on', async () => {
    const informer = await followed();
    expect(informer.store.keys()).toEqual(['default/a', 'default/b']);
    expect(informer.position('default')).toBe(api.version);
    api.put('a', { v: '2' });
    api.remove('b');
    await eventually(() => expect(told).toEqual(['update a 1→2', 'delete b']));
    expect(api.server.requests).toHaveLength(1);
    const query = api.server.requests[0]?.url.searchParams;
    expect(Object.fromEntries(query ?? [])).toMatchObject({
      watch: 'true',
      sendInitialEvents: 'true',
      resourceVersionMatch: 'NotOlderThan',
      allowWatchBookmarks: 'true',
    });
    expect(query?.has('resourceVersion')).toBe(false);
    expect(await metric('reflector_lists_total')).toEqual({ configmaps: 1 });
  });

  test('tells nobody of anything before it is whole, then with the store and the position in place', async () => {
    const informer = await followed();
    api.script('watch', answer.status(410, 'Expired'));
    const unseen = api.send.bind(api);
    api.send = () => undefined;
    api.put('a', { v: '2' });
    api.send = unseen;
    api.script('stream', (request) => {
      request.stream.respond({ ':status': 200, 'content-type': 'application/json' });
      for (const line of [
        event('ADDED', 'a', '110', { v: '2' }),
        event('ADDED', 'c', '90'),
        event('ADDED', 'd', '91'),
        event('MODIFIED', 'c', '111', { v: '3' }),
        event('DELETED', 'd', '112'),
        { type: 'BOOKMARK', object: { metadata: { resourceVersion: '112' } } },
      ])
        request.stream.write(`${JSON.stringify(line)}\n`);
      finish = () => {
        const metadata = { resourceVersion: '113', annotations: { 'k8s.io/initial-events-end': 'true' } };
        request.stream.write(`${JSON.stringify({ type: 'BOOKMARK', object: { metadata } })}\n`);
      };
    });
    let finish = (): void => undefined;
    const positions = new Set<string>();
    informer.addHandler({ update: () => positions.add(informer.position('default')) });
    api.endWatches();
    await eventually(() => expect(api.streams).toBe(2));
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect([told, informer.position('default'), informer.store.keys()]).toEqual([
      [],
      '102',
      ['default/a', 'default/b'],
    ]);
    finish();
    await eventually(() => expect(told).toEqual(['delete b', 'update a 1→2', 'add c']));
    expect(informer.store.get('default', 'c')?.data).toEqual({ v: '3' });
    expect([...positions]).toEqual(['113']);
  });

  test.each<[name: string, fault: (request: ReceivedRequest) => void]>([
    ['a reset', answer.reset],
    ['500', answer.status(500, 'InternalError')],
    ['an end before its end', answer.text(`${JSON.stringify({ type: 'ADDED', object: {} })}\n`)],
    ['an end at once', answer.end],
    ['silence', answer.mute],
  ])('%s: the list comes in pages instead, and the next one as a watch again', async (_name, fault) => {
    api.script('stream', fault, fault);
    const informer = await followed({ quietDeadlineMs: 20_000 });
    expect(api.lists).toBe(1);
    await alive(informer);
    const { streams } = api;
    api.script('watch', answer.status(410, 'Expired'));
    api.endWatches();
    await eventually(() => expect(api.streams).toBe(streams + 1));
    await alive(informer);
  });

  test('an API server that does not know of it is asked once', async () => {
    api.streaming = false;
    const informer = await followed();
    api.script('watch', answer.status(410, 'Expired'));
    api.endWatches();
    await eventually(() => expect(api.lists).toBe(2));
    await alive(informer);
    expect(api.streams).toBe(1);
    expect(await metric('reflector_errors_total')).toEqual({ 'configmaps GONE': 1 });
  });
});

describe('an object that is too large', () => {
  const big = { v: 'x'.repeat(200_000) };

  beforeEach(async () => {
    await client.close();
    client = new KubeClient({ connection: api.server.connection(), maxObjectBytes: 100_000 });
  });

  test.each([true, false])('is treated as absent, and the watch goes on (list by watch: %s)', async (streaming) => {
    api.streaming = streaming;
    api.put('big', big);
    const informer = await followed();
    expect(informer.store.keys()).toEqual(['default/a', 'default/b']);
    api.put('a', big);
    api.put('b', { v: '2' });
    await eventually(() => expect(told).toEqual(['delete a', 'update b 1→2']));
    expect(api.watchedFrom.length + api.streams + api.lists).toBe(streaming ? 1 : 3);
    expect(await metric('reflector_oversized_objects_total')).toEqual({ configmaps: 2 });
  });
});

describe('what lasts is said', () => {
  let logs: { level: string; text: string }[];
  const logger = (): Logger => {
    const write = (level: string) => (_fields: unknown, text?: string) => void logs.push({ level, text: text ?? '' });
    const made = { debug: () => undefined, info: write('info'), warn: write('warn'), error: write('error') };
    return Object.assign(Object.create(silentLogger) as Logger, made);
  };
  beforeEach(() => (logs = []));

  test('a right that was taken away: one warning, a reason with the next step, and one line when it is back', async () => {
    const informer = await followed({ logger: logger() });
    expect(informer.health()).toBeUndefined();
    const taken = Array.from({ length: 5 }, () => answer.status(403, 'Forbidden'));
    api.script('watch', ...taken);
    api.script('list', ...taken);
    api.endWatches();
    await eventually(() => expect(informer.health()).toBeDefined());
    expect(informer.health()).toMatch(
      /^listing configmaps in namespace default has failed for \d+ s \(\d attempts\): scripted 403 \[FORBIDDEN\]\. Grant this process the right "list" on it/,
    );
    await alive(informer);
    await eventually(() => expect(informer.health()).toBeUndefined());
    const listing = logs.filter(({ text }) => text.startsWith('listing '));
    expect(listing.map(({ level }) => level)).toEqual(['warn', 'info']);
    expect(listing[1]?.text).toBe('listing configmaps in namespace default works again');
  });

  test('what ends by itself is not', async () => {
    const informer = await followed({ logger: logger() });
    api.script('watch', answer.reset, answer.status(500, 'InternalError'));
    api.endWatches();
    await alive(informer);
    expect(logs).toEqual([]);
    expect(informer.health()).toBeUndefined();
  });

  test('watches that fail while lists work are a reason, until one holds', async () => {
    const informer = await followed({ logger: logger() });
    api.script('watch', ...Array.from({ length: 200 }, () => answer.reset));
    api.endWatches();
    await eventually(() => expect(informer.health()).toMatch(/^watching .* \[UNREACHABLE\]/));
    api.heal();
    // No event comes: that it stays open is enough.
    await eventually(() => expect(informer.health()).toBeUndefined());
    expect(logs.at(-1)).toEqual({ level: 'info', text: 'watching configmaps in namespace default works again' });
  });
});

test('a Retry-After of a day is not waited for', async () => {
  const informer = await followed();
  const day = answer.status(429, 'TooManyRequests', { 'retry-after': '86400' });
  api.script('watch', day);
  api.endWatches();
  await eventually(() => expect(api.watchedFrom).toHaveLength(3));
  await alive(informer);
});

describe('code of others', () => {
  test('a handler that throws is counted, and neither the store nor the other handlers miss anything', async () => {
    const informer = await followed();
    informer.addHandler({
      update: () => {
        throw new Error('boom');
      },
    });
    api.put('a', { v: '2' });
    await eventually(() => expect(told).toEqual(['update a 1→2']));
    await alive(informer);
    await eventually(async () =>
      expect((await metric('informer_exceptions_total'))['configmaps handler']).toBeGreaterThan(0),
    );
  });

  test('a transform that throws leaves that object as it was, and only that one', async () => {
    const informer = await followed({
      transform: (object) => {
        if (object.data?.['v'] === 'bad') throw new Error('boom');
        return object;
      },
    });
    api.put('a', { v: 'bad' });
    api.put('b', { v: '2' });
    await eventually(() => expect(told).toEqual(['update b 1→2']));
    expect(informer.store.get('default', 'a')?.data).toEqual({ v: '1' });
    api.compact();
    api.send(JSON.stringify({ type: 'ERROR', object: status(410, 'Expired', 'too old') }) + '\n');
    await eventually(() => expect(api.lists).toBe(2));
    api.put('a', { v: '3' });
    await eventually(() => expect(told).toEqual(['update b 1→2', 'update a 1→3']));
    expect((await metric('informer_exceptions_total'))['configmaps transform']).toBe(2);
  });

  test('a transform decides what is held', async () => {
    api.put('a', { v: 'secret' });
    const informer = createInformer(client, configMaps, {
      clock: acceleratedClock(),
      transform: ({ metadata, data }) => ({ name: metadata.name, length: data?.['v']?.length }),
      indexers: { length: ({ length }) => [String(length)] },
    });
    informer.start(stop.signal);
    await informer.waitForSync(stop.signal);
    expect(informer.store.byIndex('length', '6')).toEqual([{ name: 'a', length: 6 }]);
  });
});

test('several namespaces fill one store, and a list of one leaves the others alone', async () => {
  api.put('a');
  const informer = follow({ namespaces: ['default', 'other'] });
  await informer.waitForSync(stop.signal);
  await eventually(() => expect(api.watching).toBe(2));
  expect(api.server.requests.map(({ url }) => url.pathname)).toEqual(
    expect.arrayContaining(['/api/v1/namespaces/default/configmaps', '/api/v1/namespaces/other/configmaps']),
  );
});

test('waiting for a sync that does not come ends with its signal', async () => {
  await api.server.down();
  const informer = follow();
  const waiting = informer.waitForSync(AbortSignal.timeout(50));
  await expect(waiting).rejects.toMatchObject({ name: 'TimeoutError' });
});
