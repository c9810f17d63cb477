import type { ClusterProvider } from '@eso/api/resources';
import type { StoreProviderReference, StoreRefusal, StoreView, ValidationQuestion } from '../store/store-view.ts';
import { checkStore } from './check.ts';

const endpoint = { id: 'a/b:1', serverName: 'b.a.svc', addresses: [{ host: '10.0.0.1', port: 1 }] };
const providerRef: StoreProviderReference = {
  apiVersion: 'provider.external-secrets.io/v2alpha1',
  kind: 'Fake',
  name: 'c',
  namespace: 'admin',
  storeRefKind: 'ClusterProvider',
  storeName: 's',
  storeUid: 'u',
  storeGeneration: 1n,
};
const reference: ValidationQuestion = { kind: 'reference', sourceNamespace: 'admin', providerRef, hasConfig: true };

function view(parts: Partial<StoreView> = {}): StoreView {
  return {
    kind: 'ClusterProvider',
    name: 's',
    uid: 'u',
    generation: 1,
    ready: { status: 'Absent' },
    resolveEndpoint: () => ({ kind: 'endpoint', endpoint }),
    address: () => undefined,
    reference: () => reference,
    validationReference: () => reference,
    allows: () => true,
    ...parts,
  };
}

function store(spec: Partial<ClusterProvider['spec']> = {}): ClusterProvider {
  const { apiVersion, kind, name } = { apiVersion: 'provider.external-secrets.io/v2alpha1', kind: 'Fake', name: 'c' };
  return {
    apiVersion: 'external-secrets.io/v1',
    kind: 'ClusterProvider',
    metadata: { name: 's' },
    spec: { address: 'b.a.svc:1', providerRef: { apiVersion, kind, name, namespace: 'admin' }, ...spec },
  };
}

const noReference = { kind: 'refused', problem: { code: 'REFERENCE_NOT_ALLOWED', publicMessage: 'r' } } as const;
const noEndpoint = { kind: 'refused', problem: { code: 'SERVICE_NOT_FOUND', publicMessage: 'e' } } as const;

test('a store with nothing wrong is asked about, at its own interval', () => {
  expect(checkStore({ store: store({ refreshInterval: '10m' }), view: view() }, 300_000)).toEqual({
    kind: 'passed',
    endpoint,
    intervalMs: 600_000,
    ask: expect.any(Function) as unknown,
  });
});

test.each([
  [
    'its expressions',
    { conditions: [{ namespaceRegexes: ['('] }], refreshInterval: '-1s' },
    'STORE_INVALID',
    'spec.conditions[0].namespaceRegexes[0]',
  ],
  ['its interval', { refreshInterval: '-1s' }, 'STORE_INVALID', 'spec.refreshInterval'],
  ['what it refers to', {}, 'REFERENCE_NOT_ALLOWED', undefined],
])('the first thing wrong decides: %s', (_name, spec, code, field) => {
  const bad = view({ validationReference: () => noReference, resolveEndpoint: () => noEndpoint });
  const { kind, problem } = checkStore({ store: store(spec), view: bad }, 300_000) as StoreRefusal;
  expect([kind, problem.code, problem.field]).toEqual(['refused', code, field]);
});

test('last comes where its process is', () => {
  expect(checkStore({ store: store(), view: view({ resolveEndpoint: () => noEndpoint }) }, 300_000)).toBe(noEndpoint);
});

test.each([
  ['1ns', 1_000],
  ['0.5s', 1_000],
  ['2s', 2_000],
])('an interval of %s is kept to, but for no oftener than once a second', (refreshInterval, intervalMs) => {
  expect(checkStore({ store: store({ refreshInterval }), view: view() }, 300_000)).toMatchObject({ intervalMs });
});
