import type { ClusterProvider } from '@eso/api/resources';
import type { StoreProviderReference, ReferenceResolution, StoreView } from '../store/store-view.ts';
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
const reference: ReferenceResolution = { kind: 'reference', sourceNamespace: 'admin', providerRef };

function view(parts: Partial<StoreView> = {}): StoreView {
  return {
    kind: 'ClusterProvider',
    name: 's',
    uid: 'u',
    generation: 1,
    ready: { status: 'Absent' },
    resolveEndpoint: () => ({ kind: 'endpoint', endpoint }),
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
    spec: { address: 'b.a.svc:1', providerRef: { apiVersion, kind, name }, ...spec },
  };
}

const noReference = { kind: 'refused', reason: 'ReferenceNotAllowed', message: 'r' } as const;
const noEndpoint = { kind: 'refused', reason: 'ServiceNotFound', message: 'e' } as const;

test('a store with nothing wrong is asked about, at its own interval', () => {
  expect(checkStore({ store: store({ refreshInterval: '10m' }), view: view() }, 300_000)).toEqual({
    kind: 'passed',
    endpoint,
    providerRef,
    sourceNamespace: 'admin',
    intervalMs: 600_000,
  });
});

test.each([
  [
    'its expressions',
    { conditions: [{ namespaceRegexes: ['('] }], refreshInterval: '-1s' },
    'InvalidProviderConfig',
    /namespaceRegexes/,
  ],
  ['its interval', { refreshInterval: '-1s' }, 'InvalidProviderConfig', /refreshInterval/],
  ['what it refers to', {}, 'ReferenceNotAllowed', /^r$/],
])('the first thing wrong decides: %s', (_name, spec, reason, message) => {
  const bad = view({ validationReference: () => noReference, resolveEndpoint: () => noEndpoint });
  expect(checkStore({ store: store(spec), view: bad }, 300_000)).toEqual({
    kind: 'refused',
    reason,
    message: expect.stringMatching(message) as string,
  });
});

test('last comes where its process is', () => {
  expect(checkStore({ store: store(), view: view({ resolveEndpoint: () => noEndpoint }) }, 300_000)).toBe(noEndpoint);
});
