import type { ExternalSecret } from '@eso/api/resources';
import { type DiscoveredKind, KubeError, resourceType, Store } from '@eso/kube';
import { ManualClock } from '@eso/runtime';
import type { ManifestSnapshot } from '@eso/sync';
import type { InformerProblem, PooledInformer } from '../../../informer-use.ts';
import { ManifestKinds } from './manifest-kinds.ts';

const gadgets = resourceType('example.com', 'v1', 'gadgets', 'Gadget', 'Namespaced');
const verbs = new Set(['get', 'list', 'watch', 'create', 'patch', 'delete']);
const FOUND: DiscoveredKind = { kind: 'found', type: gadgets, verbs };

const es = (name: string, kind = 'Gadget', namespace = 'team'): ExternalSecret =>
  ({
    metadata: { name, namespace },
    spec: { target: { manifest: { apiVersion: 'example.com/v1', kind } } },
  }) as unknown as ExternalSecret;

/** An informer of the pool that tests move by hand. */
class FakeUse implements PooledInformer<ManifestSnapshot> {
  released = false;
  trouble: InformerProblem | undefined;
  /** Whether it has lasted. */
  unhealthy = false;
  readonly #synced = Promise.withResolvers<undefined>();
  readonly #progress: (() => void)[] = [];
  readonly informer: PooledInformer<ManifestSnapshot>['informer'];

  constructor() {
    let hasSynced = false;
    void this.#synced.promise.then(() => (hasSynced = true));
    this.informer = {
      store: new Store<ManifestSnapshot>(),
      get hasSynced() {
        return hasSynced;
      },
      waitForSync: () => this.#synced.promise.then(() => undefined),
      addHandler: () => () => undefined,
      onProgress: (fn) => {
        this.#progress.push(() => fn(undefined));
        return () => undefined;
      },
      position: () => '',
      health: () => (this.unhealthy ? 'it has failed for a while' : undefined),
      failures: () => [],
    };
  }

  problem(): InformerProblem | undefined {
    return this.trouble;
  }

  release(): void {
    this.released = true;
  }

  list(): void {
    this.trouble = undefined;
    this.#synced.resolve(undefined);
    for (const fn of this.#progress) fn();
  }
}

const clock = new ManualClock();
let discovered: DiscoveredKind | KubeError;
let finds: number;
let uses: { readonly namespace?: string; readonly use: FakeUse }[];
let enqueued: string[];
let kinds: ManifestKinds;
const start = (perNamespace = false): void => {
  kinds = new ManifestKinds({
    discovery: {
      find: () => {
        finds++;
        return discovered instanceof KubeError ? Promise.reject(discovered) : Promise.resolve(discovered);
      },
      forget: () => undefined,
    },
    pool: {
      acquire: ({ namespace }: { namespace?: string }) => {
        const use = new FakeUse();
        uses.push({ ...(namespace !== undefined && { namespace }), use });
        return use as never;
      },
    },
    perNamespace,
    clock,
    enqueue: (key) => enqueued.push(key),
    enqueueOwners: () => undefined,
  });
};
beforeEach(() => {
  discovered = FOUND;
  [finds, uses, enqueued] = [0, [], []];
  start();
});
/** Lets promises settle. */
const settle = (): Promise<void> => clock.advance(0);

test('a kind is looked for once, followed once, and its ExternalSecrets come back when it is listed [1.13b.17]', async () => {
  expect(kinds.want(es('a'))).toEqual({ kind: 'pending' });
  expect(kinds.want(es('b'))).toEqual({ kind: 'pending' });
  await settle();
  expect(kinds.want(es('a'))).toEqual({ kind: 'pending' });
  expect([finds, uses.length]).toEqual([1, 1]);
  uses[0]?.use.list();
  await settle();
  expect(enqueued).toEqual(expect.arrayContaining(['team/a', 'team/b']));
  expect(kinds.want(es('a'))).toMatchObject({ kind: 'followed', followed: { type: gadgets } });
  expect(kinds.followed(es('a'))?.type).toBe(gadgets);
});

test('only who said so has a kind: a look at one that is gone follows nothing', () => {
  expect(kinds.followed(es('gone'))).toBeUndefined();
  expect(finds).toBe(0);
});

test('the last one that lets go ends it; one that comes again begins anew [1.13b.17]', async () => {
  kinds.want(es('a'));
  kinds.want(es('b'));
  await settle();
  kinds.release('team/a');
  expect(uses[0]?.use.released).toBe(false);
  kinds.release('team/b');
  expect(uses[0]?.use.released).toBe(true);
  kinds.want(es('a'));
  await settle();
  expect(uses).toHaveLength(2);
});

test('one that turns to another kind lets go of the first', async () => {
  kinds.want(es('a'));
  await settle();
  kinds.want(es('a', 'Other'));
  expect(uses[0]?.use.released).toBe(true);
});

test('one that is let go while it is looked for is not followed', async () => {
  kinds.want(es('a'));
  kinds.release('team/a');
  await settle();
  expect(uses).toEqual([]);
});

test('with rights in some namespaces each is followed by itself', async () => {
  start(true);
  kinds.want(es('a', 'Gadget', 'one'));
  kinds.want(es('a', 'Gadget', 'two'));
  await settle();
  expect(uses.map(({ namespace }) => namespace)).toEqual(['one', 'two']);
});

test('a kind that is not there is looked for again, not more often than every five seconds, and found', async () => {
  discovered = { kind: 'unknownKind' };
  kinds.want(es('a'));
  await settle();
  expect(enqueued).toEqual(['team/a']);
  for (let i = 0; i < 10; i++)
    expect(kinds.want(es('a'))).toMatchObject({ kind: 'failed', problem: { code: 'TARGET_KIND_UNKNOWN' } });
  expect(finds).toBe(1);
  await clock.advance(5_000);
  kinds.want(es('a'));
  await settle();
  // Nothing new: whoever looked found out the same.
  expect([finds, enqueued.length]).toEqual([2, 1]);
  discovered = FOUND;
  await clock.advance(5_000);
  kinds.want(es('a'));
  await settle();
  expect(enqueued).toEqual(['team/a', 'team/a']);
  expect(kinds.want(es('a'))).toEqual({ kind: 'pending' });
});

test.each<[string, DiscoveredKind | KubeError, object]>([
  ['no such version', { kind: 'unknownVersion' }, { code: 'TARGET_KIND_UNKNOWN' }],
  ['no such kind', { kind: 'unknownKind' }, { code: 'TARGET_KIND_UNKNOWN' }],
  [
    'a kind without a namespace',
    { kind: 'found', type: { ...gadgets, namespaced: false }, verbs },
    { code: 'TARGET_KIND_NOT_ALLOWED' },
  ],
  [
    'a kind that cannot be followed',
    { kind: 'found', type: gadgets, verbs: new Set(['create', 'get']) },
    {
      code: 'TARGET_KIND_NOT_ALLOWED',
      publicMessage: expect.stringContaining('cannot list, watch, patch it') as string,
    },
  ],
  [
    'a server behind the API server that is down',
    new KubeError('SERVER_ERROR', 'service unavailable', { status: 503 }),
    { code: 'TARGET_KIND_UNAVAILABLE', publicMessage: expect.stringContaining('[SERVER_ERROR]') as string },
  ],
])('%s is said, with field and next step', async (_, answer, problem) => {
  discovered = answer;
  kinds.want(es('a'));
  await settle();
  expect(kinds.want(es('a'))).toMatchObject({
    kind: 'failed',
    problem: { field: 'spec.target.manifest', nextStep: expect.stringMatching(/\.$/) as string, ...problem },
  });
});

describe('a kind that cannot be followed', () => {
  const forbidden = { code: 'FORBIDDEN', publicMessage: 'core may not list gadgets.example.com', nextStep: 'x' };

  test('is told within a second, and recovers when it can', async () => {
    kinds.want(es('a'));
    await settle();
    const [first] = uses;
    if (!first) throw new Error('not followed');
    first.use.trouble = forbidden;
    await clock.advance(1_000);
    expect(enqueued).toEqual(['team/a']);
    expect(kinds.want(es('a'))).toMatchObject({
      kind: 'failed',
      problem: {
        code: 'FORBIDDEN',
        publicMessage: forbidden.publicMessage,
        nextStep: expect.stringContaining('genericTargets.resources') as string,
      },
    });
    first.use.list();
    await settle();
    expect(enqueued).toContain('team/a');
    expect(kinds.want(es('a'))).toMatchObject({ kind: 'followed' });
  });

  test('later than at first is noticed at the next look, and its recovery at once', async () => {
    kinds.want(es('a'));
    await settle();
    uses[0]?.use.list();
    await settle();
    enqueued = [];
    Object.assign(uses[0]?.use ?? {}, { trouble: forbidden });
    expect(kinds.want(es('a'))).toMatchObject({ kind: 'failed' });
    uses[0]?.use.list();
    expect(enqueued).toEqual(['team/a']);
  });

  test('for a moment is nobody’s business; when it lasts it is told', async () => {
    kinds.want(es('a'));
    await settle();
    const use = uses[0]?.use ?? new FakeUse();
    use.trouble = { code: 'TOO_MANY_REQUESTS', publicMessage: 'storage is (re)initializing', nextStep: 'x' };
    expect(kinds.want(es('a'))).toEqual({ kind: 'pending' });
    use.list();
    await settle();
    use.trouble = { code: 'UNREACHABLE', publicMessage: 'no connection', nextStep: 'x' };
    expect(kinds.want(es('a'))).toMatchObject({ kind: 'followed' });
    use.unhealthy = true;
    expect(kinds.want(es('a'))).toMatchObject({ kind: 'failed', problem: { code: 'UNREACHABLE' } });
  });

  test('because it is gone is looked for again, under whatever name it comes back', async () => {
    kinds.want(es('a'));
    await settle();
    uses[0]?.use.list();
    await settle();
    await clock.advance(5_000);
    Object.assign(uses[0]?.use ?? {}, { trouble: { ...forbidden, code: 'NOT_FOUND' } });
    discovered = { ...FOUND, type: { ...gadgets, plural: 'gadgetries' } };
    expect(kinds.want(es('a'))).toMatchObject({ kind: 'failed', problem: { code: 'TARGET_KIND_UNKNOWN' } });
    await settle();
    expect([uses.length, uses[0]?.use.released]).toEqual([2, true]);
  });
});
