import type { ExternalSecret, ExternalSecretCondition } from '@eso/api/resources';
import { type SecretSnapshot, syncedResourceVersion } from '@eso/sync';
import type { StoreView } from '../store/store-view.ts';
import { decideReconcile, NEW_STORE_GRACE_MS } from './checks.ts';
import { isCurrent } from './current.ts';
import type { Observation } from './observe.ts';
import type { TargetProblem } from './target/target.ts';
import { SECRET_WORDS } from './target/words.ts';
import type { SourceState } from './template-requests.ts';

const NOW = Date.UTC(2026, 0, 2, 12);
const spec: ExternalSecret['spec'] = {
  refreshInterval: '1h',
  secretStoreRef: { kind: 'Provider', name: 'store' },
  data: [{ secretKey: 'k', remoteRef: { key: 'r' } }],
};
const intact: SecretSnapshot = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: {
    name: 'es',
    namespace: 'team',
    labels: { 'reconcile.external-secrets.io/managed': 'true' },
    annotations: { 'reconcile.external-secrets.io/data-hash': 'h' },
  },
  type: 'Opaque',
  immutable: false,
  dataHash: 'h',
};
const drifted: SecretSnapshot = { ...intact, dataHash: 'other' };

const store = (changes: Partial<StoreView> = {}): StoreView => ({
  kind: 'Provider',
  name: 'store',
  namespace: 'team',
  uid: 'store-uid',
  generation: 1,
  ready: { status: 'True', reason: 'Valid' },
  resolveEndpoint: () => ({
    kind: 'endpoint',
    endpoint: { id: 'ns/p:8080', serverName: 'p.ns.svc', addresses: [] },
  }),
  reference: (namespace) => ({
    kind: 'reference',
    sourceNamespace: namespace,
    providerRef: {
      apiVersion: 'g/v1',
      kind: 'Fake',
      name: 'c',
      namespace,
      storeRefKind: 'Provider',
      storeName: 'store',
      storeUid: 'store-uid',
      storeGeneration: 1n,
    },
  }),
  address: () => undefined,
  validationReference: () => ({ kind: 'refused', problem: { code: 'X', publicMessage: 'not asked here' } }),
  allows: () => true,
  ...changes,
});

interface Given {
  spec?: Partial<ExternalSecret['spec']>;
  metadata?: Partial<ExternalSecret['metadata']>;
  /** Milliseconds since the last sync; absent = never synced. */
  syncedAgo?: number;
  ready?: ExternalSecretCondition['status'];
  target?: SecretSnapshot | undefined;
  orphans?: SecretSnapshot[];
  store?: StoreView | undefined;
  isWatched?: boolean;
  damage?: Observation['damage'];
  isLeftOut?: boolean;
  sinceStartMs?: number;
  templateSources?: SourceState;
  targetProblem?: TargetProblem;
  clusterStores?: boolean;
  /** Reason of the Ready condition. */
  reason?: string;
}

function given(options: Given = {}): Observation {
  const es: ExternalSecret = {
    apiVersion: 'external-secrets.io/v1',
    kind: 'ExternalSecret',
    metadata: {
      name: 'es',
      namespace: 'team',
      uid: 'es-uid',
      generation: 1,
      creationTimestamp: new Date(NOW - 60_000).toISOString(),
      ...options.metadata,
    },
    spec: { ...spec, ...options.spec },
  };
  const { syncedAgo, ready, reason } = options;
  const found = 'store' in options ? options.store : store();
  return {
    key: 'team/es',
    es: {
      ...es,
      status: {
        ...(ready ? { conditions: [{ type: 'Ready', status: ready, ...(reason && { reason }) }] } : {}),
        ...(syncedAgo === undefined
          ? {}
          : { refreshTime: new Date(NOW - syncedAgo).toISOString(), syncedResourceVersion: syncedResourceVersion(es) }),
      },
    },
    target: 'target' in options ? options.target : intact,
    isWatched: options.isWatched ?? true,
    targetProblem: options.targetProblem,
    words: SECRET_WORDS,
    damage: options.damage,
    isLeftOut: options.isLeftOut ?? false,
    clusterStores: options.clusterStores ?? true,
    orphans: options.orphans ?? [],
    templateSources: options.templateSources ?? { kind: 'unchanged' },
    namespace: { name: 'team', labels: {} },
    findStore: () => found,
    controllerClass: 'default',
    now: NOW,
    sinceStartMs: options.sinceStartMs ?? 60_000,
  };
}

const MINUTE = 60_000;
const unsupported: Partial<ExternalSecret['spec']> = {
  dataFrom: [{ sourceRef: { generatorRef: { kind: 'Password', name: 'p' } } }],
};
const policy = (creationPolicy: 'Orphan' | 'Merge' | 'None' | 'Owner'): Given => ({
  syncedAgo: MINUTE,
  ready: 'True',
  target: undefined,
  spec: { target: { creationPolicy } },
});
const unwritable: TargetProblem = {
  failure: 'readFailed',
  problem: { code: 'TARGET_KIND_UNKNOWN', publicMessage: 'no such kind' },
};
const failedWith = (code: string) => ({
  kind: 'report',
  verdict: { kind: 'failed', problem: expect.objectContaining({ code }) as unknown },
});

test.each<[string, Given, unknown]>([
  ['never synced', {}, { kind: 'sync' }],
  [
    'synced within the interval, target as written [1.6.9] [1.8.5]',
    { syncedAgo: MINUTE, ready: 'True' },
    { kind: 'upToDate' },
  ],
  ['the interval has passed', { syncedAgo: 61 * MINUTE, ready: 'True' }, { kind: 'sync' }],
  ['the target was edited [1.8.4]', { syncedAgo: MINUTE, ready: 'True', target: drifted }, { kind: 'sync' }],
  ['the target is gone [1.8.2]', { syncedAgo: MINUTE, ready: 'True', target: undefined }, { kind: 'sync' }],
  ['a failure that is over', { syncedAgo: MINUTE, ready: 'False' }, { kind: 'report', verdict: { kind: 'recovered' } }],
  [
    'a failure that is over, without an interval',
    { syncedAgo: 99 * MINUTE, ready: 'False', spec: { refreshInterval: '0' } },
    { kind: 'report', verdict: { kind: 'recovered' } },
  ],
  ['a failure whose target is not whole', { syncedAgo: MINUTE, ready: 'False', target: drifted }, { kind: 'sync' }],
  [
    'a shared target that another one has made whole for itself',
    { syncedAgo: MINUTE, ready: 'True', damage: { target: 'team/es', mended: new Set() } },
    { kind: 'sync' },
  ],
  ['a shared target that has nothing of it', { syncedAgo: MINUTE, ready: 'True', isLeftOut: true }, { kind: 'sync' }],
  [
    'a failure, and a shared target that has nothing of it',
    { syncedAgo: MINUTE, ready: 'False', isLeftOut: true },
    { kind: 'sync' },
  ],
  [
    'an earlier target is left over',
    { syncedAgo: MINUTE, ready: 'True', orphans: [intact] },
    { kind: 'deleteOrphans' },
  ],
  [
    'one is left over, and the target was edited',
    { syncedAgo: MINUTE, target: drifted, orphans: [intact] },
    { kind: 'sync' },
  ],
  [
    'cluster stores are off, and it names none',
    { syncedAgo: 61 * MINUTE, ready: 'True', clusterStores: false },
    { kind: 'sync' },
  ],
  ['an orphaned target is gone [1.8.1] [8.6]', policy('Orphan'), { kind: 'upToDate' }],
  ['a target that policy None leaves to others [1.8.7]', policy('None'), { kind: 'upToDate' }],
  ['a target to merge into is gone', policy('Merge'), { kind: 'sync' }],
  ['a target to merge into was never there', { ...policy('Merge'), reason: 'SecretMissing' }, { kind: 'upToDate' }],
  ['a target that the backend emptied', { ...policy('Owner'), reason: 'SecretDeleted' }, { kind: 'upToDate' }],
  [
    'a target that the backend emptied, and somebody made another',
    { ...policy('Owner'), reason: 'SecretDeleted', target: drifted },
    { kind: 'sync' },
  ],
  [
    'what its template reads changed',
    { syncedAgo: MINUTE, ready: 'True', templateSources: { kind: 'changed', waitMs: 0 } },
    { kind: 'sync' },
  ],
  [
    'it changed, and a failure was about it',
    { syncedAgo: MINUTE, ready: 'False', templateSources: { kind: 'changed', waitMs: 0 } },
    { kind: 'sync' },
  ],
  [
    'it changes all the time',
    { syncedAgo: MINUTE, ready: 'True', templateSources: { kind: 'changed', waitMs: 7 } },
    { kind: 'wait', ms: 7 },
  ],
  [
    'it changes all the time, and the interval has passed',
    { syncedAgo: 61 * MINUTE, ready: 'True', templateSources: { kind: 'changed', waitMs: 7 } },
    { kind: 'sync' },
  ],
  [
    'it changed, and nothing is refreshed',
    {
      syncedAgo: MINUTE,
      ready: 'True',
      templateSources: { kind: 'changed', waitMs: 0 },
      spec: { refreshPolicy: 'CreatedOnce' },
    },
    { kind: 'upToDate' },
  ],
  [
    'a kind of target that cannot be written, though the last sync was well',
    { targetProblem: unwritable, syncedAgo: MINUTE, ready: 'True', isWatched: false },
    failedWith('TARGET_KIND_UNKNOWN'),
  ],
  ['nobody watches that kind of target yet', { isWatched: false, target: undefined }, { kind: 'wait' }],
  [
    'a cluster-scoped store where they are switched off [1.6.5] [6.7.17]',
    { clusterStores: false, spec: { secretStoreRef: { kind: 'ClusterProvider', name: 'store' } } },
    { kind: 'skip' },
  ],
  ['being deleted', { metadata: { deletionTimestamp: 'now' }, spec: unsupported }, { kind: 'removeFinalizer' }],
  ['a broken spec', { spec: { data: [] } }, failedWith('INVALID_SPEC')],
  [
    'more entries than one object may have',
    { spec: { data: Array.from({ length: 1_001 }, (_, i) => ({ secretKey: `k${i}`, remoteRef: { key: 'r' } })) } },
    failedWith('SPEC_TOO_LARGE'),
  ],
  ['what is not built', { spec: unsupported, syncedAgo: MINUTE, ready: 'True' }, failedWith('NOT_BUILT_YET')],
  [
    "another installation's store [1.6.6] [1.17.1] [3.6.2]",
    { store: store({ controllerClass: 'theirs' }) },
    { kind: 'skip' },
  ],
  [
    "another installation's store, and a broken spec",
    { spec: unsupported, store: store({ controllerClass: 'theirs' }) },
    { kind: 'skip' },
  ],
  ['our own class, said [1.17.1]', { store: store({ controllerClass: 'default' }) }, { kind: 'sync' }],
  ['a store that is not ready', { store: store({ ready: { status: 'False' } }) }, failedWith('STORE_NOT_READY')],
  ['no store', { store: undefined }, failedWith('STORE_NOT_FOUND')],
  [
    'no store yet',
    { store: undefined, metadata: { creationTimestamp: new Date(NOW - 1_000).toISOString() } },
    { kind: 'wait', ms: NEW_STORE_GRACE_MS },
  ],
  [
    'a store that nobody has looked at yet',
    {
      store: store({ ready: { status: 'Absent' } }),
      metadata: { creationTimestamp: new Date(NOW - 1_000).toISOString() },
    },
    { kind: 'wait', ms: NEW_STORE_GRACE_MS },
  ],
  [
    'a store that nobody has looked at while core was away',
    { store: store({ ready: { status: 'Absent' } }), ready: 'True', sinceStartMs: 9_000 },
    { kind: 'wait', ms: NEW_STORE_GRACE_MS },
  ],
  [
    'a store that nobody looks at',
    { store: store({ ready: { status: 'Absent' } }), ready: 'True' },
    failedWith('STORE_NOT_READY'),
  ],
  ['no store, just after the start', { store: undefined, sinceStartMs: 9_000 }, failedWith('STORE_NOT_FOUND')],
  [
    'a store that went while it had worked before',
    { store: undefined, ready: 'True', metadata: { creationTimestamp: new Date(NOW - 1_000).toISOString() } },
    failedWith('STORE_NOT_FOUND'),
  ],
  [
    'a store that does not want the namespace, though both are new',
    {
      store: store({ allows: () => false }),
      metadata: { creationTimestamp: new Date(NOW - 1_000).toISOString() },
    },
    failedWith('STORE_NOT_ALLOWED'),
  ],
])('%s', (_case, options, expected) => {
  expect(decideReconcile(given(options))).toMatchObject(expected as object);
});

function calls(observation: Observation) {
  const decision = decideReconcile(observation);
  if (decision.kind !== 'sync') throw new Error(`expected a sync, got ${decision.kind}`);
  return decision.calls;
}

test.each<[string, Given | undefined, boolean]>([
  ['nothing happened', {}, true],
  ['only the status is another', { ready: 'False' }, true],
  ['the target is another', { target: drifted }, true],
  ['the store is not ready for the moment', { store: store({ ready: { status: 'False' } }) }, true],
  ['it is gone', undefined, false],
  ['it is another one of the same name', { metadata: { uid: 'other' } }, false],
  ['it is being deleted', { metadata: { deletionTimestamp: 'now' } }, false],
  ['its spec changed', { metadata: { generation: 2 } }, false],
  ['its annotations changed', { metadata: { annotations: { 'force-sync': '1' } } }, false],
  ['its store is gone', { store: undefined }, false],
  ['its store is another one', { store: store({ uid: 'other' }) }, false],
  ['its store points elsewhere', { store: store({ generation: 2 }) }, false],
  ['its store does not want it any more', { store: store({ allows: () => false }) }, false],
])('after a fetch, when %s', (_case, after, expected) => {
  const before = given();
  expect(isCurrent(before, after && given(after), calls(before))).toBe(expected);
});
