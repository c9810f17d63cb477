import type { ClusterProvider, Provider } from '@eso/api/resources';
import { type EndpointSlice, type Service, Store } from '@eso/kube';
import { EndpointResolver } from './endpoint-resolver.ts';
import { endpointSliceIndexers } from './endpoints.ts';
import { clusterProviderView, providerView } from './provider-view.ts';
import { readiness } from './view-parts.ts';

const providerRef = { apiVersion: 'provider.external-secrets.io/v2alpha1', kind: 'Fake', name: 'config' };
const metadata = { name: 'backend', uid: 'u1', generation: 3 };

function provider(spec: Partial<Provider['spec']> = {}): Provider {
  return {
    apiVersion: 'external-secrets.io/v1',
    kind: 'Provider',
    metadata: { ...metadata, namespace: 'team-a' },
    spec: { address: 'provider.fake.svc:8080', providerRef, ...spec },
  };
}

function clusterProvider(spec: Partial<ClusterProvider['spec']> = {}): ClusterProvider {
  return {
    apiVersion: 'external-secrets.io/v1',
    kind: 'ClusterProvider',
    metadata,
    spec: { address: 'provider.fake.svc:8080', providerRef, authenticationScope: 'ProviderNamespace', ...spec },
  };
}

function cluster(
  options: { labels?: Record<string, string>; ready?: boolean; overrides?: Record<string, number> } = {},
) {
  const { labels = { 'external-secrets.io/provider': 'true', 'external-secrets.io/provider-shared': 'true' } } =
    options;
  const services = new Store<Service>();
  services.set('fake/provider', {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { namespace: 'fake', name: 'provider', labels },
    spec: { ports: [{ name: 'grpc', port: 8080 }] },
  });
  const endpointSlices = new Store<EndpointSlice>(endpointSliceIndexers);
  endpointSlices.set('fake/provider-1', {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { namespace: 'fake', name: 'provider-1', labels: { 'kubernetes.io/service-name': 'provider' } },
    addressType: 'IPv4',
    ports: [{ name: 'grpc', port: 9090 }],
    endpoints: [{ addresses: ['10.0.0.1'], conditions: { ready: options.ready ?? true } }],
  });
  const overrides = {
    get: (id: string) => {
      const port = options.overrides?.[id];
      return port === undefined ? undefined : { host: '127.0.0.1', port };
    },
  };
  return new EndpointResolver({ services, endpointSlices, overrides });
}

describe('where the process is dialled', () => {
  const endpoint = { id: 'fake/provider:8080', serverName: 'provider.fake.svc' };

  test('the ready endpoints of the Service, verified by the name of the Service', () => {
    expect(providerView(provider(), cluster()).resolveEndpoint()).toEqual({
      kind: 'endpoint',
      endpoint: { ...endpoint, addresses: [{ host: '10.0.0.1', port: 9090 }] },
    });
  });

  test('an override changes the address and nothing else', () => {
    const resolver = cluster({ ready: false, overrides: { 'fake/provider:8080': 4001 } });
    expect(clusterProviderView(clusterProvider(), resolver).resolveEndpoint()).toEqual({
      kind: 'endpoint',
      endpoint: { ...endpoint, addresses: [{ host: '127.0.0.1', port: 4001 }] },
    });
    const unlabelled = cluster({ labels: {}, overrides: { 'fake/provider:8080': 4001 } });
    expect(providerView(provider(), unlabelled).resolveEndpoint()).toMatchObject({
      kind: 'refused',
      problem: { code: 'SERVICE_NOT_ALLOWED' },
    });
  });

  test.each([
    ['no ready endpoint', {}, cluster({ ready: false }), 'NO_ENDPOINT'],
    ['a bad address', { address: '10.0.0.1:80' }, cluster(), 'ADDRESS_INVALID'],
    ['no such Service', { address: 'other.fake.svc:8080' }, cluster(), 'SERVICE_NOT_FOUND'],
    [
      'a Service that is not shared',
      {},
      cluster({ labels: { 'external-secrets.io/provider': 'true' } }),
      'SERVICE_NOT_ALLOWED',
    ],
  ])('%s is a refusal with its own code', (_name, spec, resolver, code) => {
    expect(providerView(provider(spec), resolver).resolveEndpoint()).toMatchObject({
      kind: 'refused',
      problem: { code, field: 'spec.address', nextStep: expect.stringMatching(/\.$/) as string },
    });
  });
});

describe('what goes over the wire (spec: wire protocol 1.4)', () => {
  const common = { ...providerRef, storeName: 'backend', storeUid: 'u1', storeGeneration: 3n };

  test('a Provider: everything is in its own namespace', () => {
    const view = providerView(provider(), cluster());
    const reference = {
      kind: 'reference',
      sourceNamespace: 'team-a',
      providerRef: {
        ...common,
        namespace: 'team-a',
        storeRefKind: 'Provider',
        authNamespace: 'team-a',
        requesterNamespace: 'team-a',
      },
    };
    expect(view.reference('team-a')).toEqual(reference);
    expect(view.validationReference()).toEqual({ ...reference, hasConfig: true });
    expect(
      providerView(provider({ providerRef: { ...providerRef, namespace: 'team-a' } }), cluster()).reference('team-a'),
    ).toEqual(reference);
  });

  // ADR 0011: a tenant's Provider must not borrow another tenant's config.
  test('a Provider that names a config of another namespace is refused', () => {
    const view = providerView(provider({ providerRef: { ...providerRef, namespace: 'team-b' } }), cluster());
    for (const refused of [view.reference('team-a'), view.validationReference(), view.reference('team-b')])
      expect(refused).toMatchObject({ kind: 'refused', problem: { code: 'REFERENCE_NOT_ALLOWED' } });
  });

  test('a Provider serves no other namespace', () => {
    const view = providerView(provider(), cluster());
    expect(view.reference('team-b')).toMatchObject({ kind: 'refused', problem: { code: 'REFERENCE_NOT_ALLOWED' } });
    expect(view.allows({ name: 'team-a', labels: {} })).toBe(true);
    expect(view.allows({ name: 'team-b', labels: {} })).toBe(false);
  });

  test('a ClusterProvider with scope ProviderNamespace: config and credentials are with the provider', () => {
    const view = clusterProviderView(
      clusterProvider({ providerRef: { ...providerRef, namespace: 'admin' } }),
      cluster(),
    );
    const wire = { ...common, namespace: 'admin', storeRefKind: 'ClusterProvider', authNamespace: 'admin' };
    expect(view.reference('team-a')).toEqual({
      kind: 'reference',
      sourceNamespace: 'admin',
      providerRef: { ...wire, requesterNamespace: 'team-a' },
    });
    expect(view.validationReference()).toEqual({
      kind: 'reference',
      sourceNamespace: 'admin',
      providerRef: wire,
      hasConfig: true,
    });
  });

  test('without a namespace that scope is refused', () => {
    const view = clusterProviderView(clusterProvider(), cluster());
    expect(view.reference('team-a')).toMatchObject({ kind: 'refused', problem: { code: 'REFERENCE_NOT_ALLOWED' } });
    expect(view.validationReference()).toMatchObject({ kind: 'refused', problem: { code: 'REFERENCE_NOT_ALLOWED' } });
  });

  test('a ClusterProvider whose scope was never defaulted counts as ProviderNamespace', () => {
    const { address } = clusterProvider().spec;
    const view = clusterProviderView({ ...clusterProvider(), spec: { address, providerRef } }, cluster());
    expect(view.reference('team-a')).toMatchObject({ kind: 'refused' });
  });

  test('with scope ManifestNamespace the credentials are those of the consumer', () => {
    const authenticationScope = 'ManifestNamespace';
    const fixed = clusterProviderView(
      clusterProvider({ authenticationScope, providerRef: { ...providerRef, namespace: 'admin' } }),
      cluster(),
    );
    const wire = { ...common, storeRefKind: 'ClusterProvider' };
    expect(fixed.reference('team-a')).toEqual({
      kind: 'reference',
      sourceNamespace: 'team-a',
      providerRef: { ...wire, namespace: 'admin', authNamespace: 'team-a', requesterNamespace: 'team-a' },
    });
    expect(fixed.validationReference()).toEqual({
      kind: 'reference',
      sourceNamespace: '',
      providerRef: { ...wire, namespace: 'admin' },
      hasConfig: true,
    });
    const own = clusterProviderView(clusterProvider({ authenticationScope }), cluster());
    expect(own.reference('team-a')).toMatchObject({
      sourceNamespace: 'team-a',
      providerRef: { namespace: 'team-a', authNamespace: 'team-a' },
    });
    expect(own.validationReference()).toMatchObject({
      sourceNamespace: '',
      providerRef: { namespace: '' },
      hasConfig: false,
    });
  });

  test('conditions decide which namespaces a ClusterProvider serves', () => {
    const view = clusterProviderView(clusterProvider({ conditions: [{ namespaces: ['team-a'] }] }), cluster());
    expect(view.allows({ name: 'team-a', labels: {} })).toBe(true);
    expect(view.allows({ name: 'team-b', labels: {} })).toBe(false);
  });
});

test('readiness is the Ready condition, and Absent without one', () => {
  expect(readiness(provider())).toEqual({ status: 'Absent' });
  const conditions = [
    { type: 'Validated', status: 'Unknown' as const },
    { type: 'Ready', status: 'False' as const, reason: 'Timeout', message: 'm', observedGeneration: 3 },
  ];
  expect(readiness({ ...provider(), status: { conditions } })).toEqual({
    status: 'False',
    reason: 'Timeout',
    message: 'm',
  });
});

test('a class that is empty is no class', () => {
  expect(providerView(provider({ controller: '' }), cluster()).controllerClass).toBeUndefined();
  expect(providerView(provider({ controller: 'dev' }), cluster()).controllerClass).toBe('dev');
});
