import { thrownCode } from './testing/thrown.ts';
import { clientIdentity, serverIdentity } from './names.ts';

const service = { service: 'fake', namespace: 'provider-fake' };

test('a Service is named in four ways and by one URI', () => {
  expect(serverIdentity(service, {})).toMatchObject({
    role: 'server',
    verifiedName: 'fake.provider-fake.svc',
    dnsNames: ['fake', 'fake.provider-fake', 'fake.provider-fake.svc', 'fake.provider-fake.svc.cluster.local'],
    uri: 'spiffe://external-secrets.io/provider/provider-fake/fake',
  });
});

test('trust domain and cluster domain are settings', () => {
  const identity = serverIdentity(service, { clusterDomain: 'k8s.corp.example', trustDomain: 'corp.example' });
  expect(identity.dnsNames.at(-1)).toBe('fake.provider-fake.svc.k8s.corp.example');
  expect(identity.uri).toBe('spiffe://corp.example/provider/provider-fake/fake');
  expect(clientIdentity({ trustDomain: 'corp.example' })).toMatchObject({
    role: 'client',
    uri: 'spiffe://corp.example/core',
  });
});

test.each(['', '.', 'cluster.local.', '.local', 'Cluster.local', 'a b', '*.local', `${'a.'.repeat(61)}a`])(
  'cluster domain %j is refused',
  (clusterDomain) => {
    expect(thrownCode(() => serverIdentity(service, { clusterDomain }))).toBe('NAME_INVALID');
  },
);

test.each(['', 'spiffe://x', 'a/b', 'Corp', 'a:1', 'ä'])('trust domain %j is refused', (trustDomain) => {
  expect(thrownCode(() => clientIdentity({ trustDomain }))).toBe('NAME_INVALID');
});

test.each(['', 'a.b', '*', 'A', 'a/b', 'a\u0000', '-a', 'x'.repeat(64)])('Service name %j is refused', (name) => {
  expect(thrownCode(() => serverIdentity({ ...service, service: name }, {}))).toBe('NAME_INVALID');
  expect(() => serverIdentity({ ...service, namespace: name }, {})).toThrow('namespace');
});
