import type { StoreProviderReference, StoreReadiness, StoreView } from '../store/store-view.ts';
import { StoreRevalidation } from './store-revalidation.ts';

const reference: StoreProviderReference = {
  apiVersion: 'provider.external-secrets.io/v2alpha1',
  kind: 'Fake',
  name: 'config',
  namespace: 'team',
  storeRefKind: 'Provider',
  storeName: 'backend',
  storeUid: 'uid',
  storeGeneration: 1n,
};

/** What is enqueued, by kind, when a store of this readiness is asked for. */
function enqueued(status: StoreReadiness['status'] | 'gone', wanted: StoreProviderReference = reference): string[] {
  const keys: string[] = [];
  const queue = (kind: string) => ({ add: (key: string) => void keys.push(`${kind} ${key}`) });
  const stores = {
    find: ({ kind, name }: { kind?: string; name: string }, namespace: string): StoreView | undefined =>
      status === 'gone'
        ? undefined
        : ({
            name,
            ...(kind === 'Provider' ? { namespace } : {}),
            ready: { status },
          } as Partial<StoreView> as StoreView),
  };
  new StoreRevalidation({
    stores,
    queues: new Map([
      ['Provider', queue('Provider')],
      ['ClusterProvider', queue('ClusterProvider')],
    ]),
  }).request(wanted);
  return keys;
}

test('a store that counts as ready is enqueued, in the queue of its kind', () => {
  expect(enqueued('True')).toEqual(['Provider team/backend']);
  expect(enqueued('True', { ...reference, storeRefKind: 'ClusterProvider' })).toEqual(['ClusterProvider backend']);
});

test.each(['False', 'Unknown', 'Absent', 'gone'] as const)(
  'one that is %s is not: it is validated anyway',
  (status) => {
    expect(enqueued(status)).toEqual([]);
  },
);
