/** What puts an ExternalSecret on the queue, handler by handler: at an interval of an hour a missing one would not be noticed. */
import type { ExternalSecret } from '@eso/api/resources';
import { Priority, type WorkQueue } from '@eso/controller';
import { type Informer, type InformerHandler, type KubeObject, objectKey, Store } from '@eso/kube';
import { type SecretSnapshot, snapshotSecret } from '@eso/sync';
import type { NamespaceLabels } from '../store/namespace-labels.ts';
import type { StoreTransition } from '../store/store-view.ts';
import { type Enqueue, externalSecretIndexers, watchExternalSecrets } from './watches.ts';

type Named = Pick<KubeObject, 'metadata'>;

/** An informer that shows what a test puts in: the store first, then the handlers, as the real one. */
class HandMovedInformer<T extends Named> {
  readonly store: Store<T>;
  #handler: InformerHandler<T> = {};

  constructor(indexers = {}) {
    this.store = new Store<T>(indexers);
  }

  addHandler = (handler: InformerHandler<T>): (() => void) => {
    this.#handler = handler;
    return () => undefined;
  };

  put(object: T): void {
    const key = objectKey(object.metadata);
    const before = this.store.getByKey(key);
    this.store.set(key, object);
    if (before === undefined) this.#handler.add?.(object);
    else this.#handler.update?.(before, object);
  }

  remove(object: T): void {
    this.store.delete(objectKey(object.metadata));
    this.#handler.delete?.(object);
  }

  get informer(): Informer<T> {
    return this as unknown as Informer<T>;
  }
}

let externalSecrets: HandMovedInformer<ExternalSecret>;
let secrets: HandMovedInformer<SecretSnapshot>;
let namespaces: HandMovedInformer<NamespaceLabels>;
let transition: (of: StoreTransition) => void;
let enqueue: Enqueue;
/** `key priority`, and the delay where there is one; then what the notes of damage were told. */
let queued: string[];
let told: string[];
beforeEach(() => {
  [queued, told] = [[], []];
  externalSecrets = new HandMovedInformer(externalSecretIndexers);
  secrets = new HandMovedInformer();
  namespaces = new HandMovedInformer();
  const names = Object.fromEntries(Object.entries(Priority).map(([name, value]) => [value, name]));
  const add: WorkQueue['add'] = (key, options) => {
    const { priority = 0, afterMs = 0 } = options ?? {};

    queued.push(`${key} ${names[priority]}${afterMs > 0 ? ` after ${afterMs}` : ''}`);
  };
  enqueue = watchExternalSecrets({
    queue: { add } as unknown as WorkQueue,
    repairs: {
      damaged: (target) => void told.push(`damaged ${target}`),
      left: (key, target) => void told.push(`${key} left ${target}`),
    },
    externalSecrets: externalSecrets.informer,
    secrets: secrets.informer,
    namespaces: namespaces.informer,
    stores: {
      onTransition: (fn) => {
        transition = fn;
        return () => undefined;
      },
    },
  });
});

/** An ExternalSecret `team/app` that has synced. */
const es = (metadata: Partial<ExternalSecret['metadata']> = {}, more: object = {}): ExternalSecret =>
  ({
    metadata: { namespace: 'team', name: 'app', uid: 'es-1', generation: 1, ...metadata },
    spec: { secretStoreRef: { kind: 'Provider', name: 'backend' }, data: [], ...more },
    status: { refreshTime: '2026-01-01T00:00:00Z' },
  }) as unknown as ExternalSecret;
const fresh = (name: string): ExternalSecret => ({ ...es({ name }), status: {} });

const HASHED = snapshotSecret({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'app' }, data: {} }).dataHash;
/** A Secret `team/app` as it was written. */
const secret = (metadata: Partial<KubeObject['metadata']> = {}, hash = HASHED): SecretSnapshot => ({
  ...snapshotSecret({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      namespace: 'team',
      name: 'app',
      uid: 'secret-1',
      labels: { 'reconcile.external-secrets.io/managed': 'true' },
      annotations: { 'reconcile.external-secrets.io/data-hash': hash },
      ...metadata,
    },
    data: {},
  }),
});

/** What was queued and told since the last look. */
function news(): { queued: string[]; told: string[] } {
  const found = { queued, told };
  [queued, told] = [[], []];
  return found;
}

/** Puts these in without a word. */
function given(...objects: ExternalSecret[]): void {
  for (const object of objects) externalSecrets.put(object);
  news();
}

test('one that comes is looked at, behind those that changed where it has synced before', () => {
  externalSecrets.put(es());
  externalSecrets.put(fresh('new'));
  expect(news().queued).toEqual(['team/app refresh', 'team/new neverSynced']);
});

test.each<[string, ExternalSecret, string[]]>([
  ['its spec', es({ generation: 2 }), ['team/app changed']],
  ['a label', es({ labels: { a: 'b' } }), ['team/app changed']],
  ['an annotation', es({ annotations: { a: 'b' } }), ['team/app changed']],
  ['its deletion', es({ deletionTimestamp: '2026-01-01T00:00:00Z' }), ['team/app changed']],
  ['another object of its name', es({ uid: 'es-2' }), ['team/app changed']],
  ['a change before it ever synced', { ...es({ generation: 2 }), status: {} }, ['team/app neverSynced']],
  ['a status or a resource version', es({ resourceVersion: '9' }), []],
])('of one that is there, %s is a change or none', (_, after, expected) => {
  given(es());
  externalSecrets.put(after);
  expect(news()).toEqual({ queued: expected, told: [] });
});

test('one that goes is looked at a last time, and writes its target no more; so does one whose target is another', () => {
  given(es());
  externalSecrets.put(es({ generation: 2 }, { target: { name: 'renamed' } }));
  expect(news()).toEqual({ queued: ['team/app changed'], told: ['team/app left team/app'] });
  externalSecrets.remove(es({}, { target: { name: 'renamed' } }));
  expect(news()).toEqual({ queued: ['team/app changed'], told: ['team/app left team/renamed'] });
});

test('a Secret that is as it was written is no news, whoever sees it', () => {
  given(es());
  secrets.put(secret());
  secrets.put(secret({ resourceVersion: '9', labels: { ...secret().metadata.labels, theirs: 'x' } }));
  expect(news()).toEqual({ queued: [], told: [] });
});

test.each<[string, readonly SecretSnapshot[]]>([
  ['that comes damaged', [secret({}, 'forged')]],
  ['that is damaged', [secret(), secret({}, 'forged')]],
  ['that is another one of its name', [secret(), secret({ uid: 'secret-2' })]],
  ['that goes', [secret()]],
])('a Secret %s is damage, and all who write it look at it', (what, shown) => {
  given(es(), es({ name: 'second' }, { target: { name: 'app' } }), es({ name: 'else' }), es({ namespace: 'other' }));
  for (const each of shown) secrets.put(each);
  if (what === 'that goes') secrets.remove(secret());
  expect(news()).toEqual({ queued: ['team/app changed', 'team/second changed'], told: ['damaged team/app'] });
});

test('a Secret that shows up under an earlier name of its maker has it look', () => {
  given(es({}, { target: { name: 'renamed' } }));
  const ownerReferences = [
    { apiVersion: 'external-secrets.io/v1', kind: 'ExternalSecret', name: 'app', uid: 'es-1', controller: true },
  ];
  secrets.put(secret({ ownerReferences }));
  expect(news().queued).toEqual(['team/app changed']);
  secrets.put(secret({ name: 'renamed', ownerReferences }));
  expect(news().queued).toEqual([]);
});

test('a namespace that comes, or whose labels change, has its ExternalSecrets look, and nothing else does', () => {
  const team = (labels: Record<string, string>): NamespaceLabels => ({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'team', labels },
  });
  given(es(), es({ namespace: 'other' }));
  namespaces.put(team({ a: 'b' }));
  expect(news().queued).toEqual(['team/app refresh']);
  namespaces.put(team({ a: 'b' }));
  expect(news().queued).toEqual([]);
  namespaces.put(team({ a: 'c' }));
  expect(news().queued).toEqual(['team/app changed']);
});

test('a store whose state changes has those look that name it, in whichever place', () => {
  const entry = { secretKey: 'a', remoteRef: { key: 'a' } };
  const sourceRef = { storeRef: { kind: 'ClusterProvider', name: 'shared' } };
  given(
    es(),
    es({ namespace: 'other' }),
    es({ name: 'entry' }, { secretStoreRef: { kind: 'Provider', name: 'x' }, data: [{ ...entry, sourceRef }] }),
  );
  transition({ store: { kind: 'Provider', namespace: 'team', name: 'backend' } } as unknown as StoreTransition);
  expect(news().queued).toEqual(['team/app changed']);
  transition({ store: { kind: 'ClusterProvider', name: 'shared' } } as unknown as StoreTransition);
  expect(news().queued).toEqual(['team/entry changed']);
});

test('those who write a target that was found damaged otherwise look after a time, and it is noted at once', () => {
  given(es());
  enqueue.ownersOf('team/app', 2_000);
  expect(news()).toEqual({ queued: ['team/app changed after 2000'], told: ['damaged team/app'] });
});
