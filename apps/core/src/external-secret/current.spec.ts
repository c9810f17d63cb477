import type { ExternalSecret } from '@eso/api/resources';
import type { StoreView } from '../store/store-view.ts';
import { isCurrent } from './current.ts';
import type { Call } from './gather.ts';
import type { Observation } from './observe.ts';

const ES = { uid: 'es-1', generation: 3, labels: { team: 'red' } };
const STORE = { uid: 'store-1', generation: 7 };
const REF = { kind: 'Provider', name: 'backend' };

type Store = Partial<Pick<StoreView, 'uid' | 'generation'>> & { readonly admits?: boolean };

/** An observation of the object with this metadata, where the store is so; undefined: there is none. */
const seen = (metadata: Partial<ExternalSecret['metadata']> = {}, store: Store = {}): Observation =>
  ({
    es: { metadata: { name: 'app', namespace: 'team', ...ES, ...metadata } },
    namespace: { name: 'team', labels: {} },
    findStore: (ref: unknown) => (ref === REF ? viewOf(store) : undefined),
  }) as unknown as Observation;
const viewOf = ({ admits = true, ...store }: Store): Partial<StoreView> => ({
  ...STORE,
  ...store,
  allows: () => admits,
});
const CALLS = [{ source: { store: REF }, store: STORE }] as unknown as readonly Call[];

test('what a pass stands on is current while nothing of it changes; resource version, status and finalizers are no part of it', () => {
  expect(isCurrent(seen(), seen({ resourceVersion: '9', finalizers: ['theirs'] }), CALLS)).toBe(true);
  expect(isCurrent(seen(), seen(), [])).toBe(true);
});

test.each<[string, Observation | undefined]>([
  ['the object is gone', undefined],
  ['another object has its name', seen({ uid: 'es-2' })],
  ['it is being deleted', seen({ deletionTimestamp: '2026-01-01T00:00:00Z' })],
  ['its spec is another one', seen({ generation: 4 })],
  ['its labels are others', seen({ labels: { team: 'blue' } })],
  ['it has an annotation', seen({ annotations: { 'external-secrets.io/force-sync': 'now' } })],
  ['the store is another one of that name', seen({}, { uid: 'store-2' })],
  ['the spec of the store is another one', seen({}, { generation: 8 })],
  ['the store does not admit the namespace any more', seen({}, { admits: false })],
])('it is not where %s', (_, now) => {
  expect(isCurrent(seen(), now, CALLS)).toBe(false);
});

test('it is not where the store is gone', () => {
  const now = { ...seen(), findStore: () => undefined };
  expect(isCurrent(seen(), now, CALLS)).toBe(false);
});
