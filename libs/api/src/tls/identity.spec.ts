import { coreIdentity, parseProviderIdentity, peerIdentity, providerIdentity, subjectAltNames } from './identity.ts';

test('identities of core and of a provider', () => {
  expect(coreIdentity()).toBe('spiffe://external-secrets.io/core');
  expect(providerIdentity('provider-aws', 'provider-aws', 'corp.example')).toBe(
    'spiffe://corp.example/provider/provider-aws/provider-aws',
  );
  expect(parseProviderIdentity(providerIdentity('ns', 'svc'))).toEqual({ namespace: 'ns', service: 'svc' });
  expect(parseProviderIdentity(coreIdentity())).toBeUndefined();
});

test.each([
  ['URI:spiffe://a/core, DNS:x.y.svc', ['spiffe://a/core'], ['x.y.svc']],
  ['DNS:x, URI:spiffe://a/b, URI:spiffe://c/d, IP Address:10.0.0.1', ['spiffe://a/b', 'spiffe://c/d'], ['x']],
  // One DNS name that pretends to be two names: Node quotes it.
  ['DNS:"evil, URI:spiffe://external-secrets.io/core"', [], ['evil, URI:spiffe://external-secrets.io/core']],
  ['URI:"spiffe://a/\\"core, URI:x"', ['spiffe://a/"core, URI:x'], []],
  ['', [], []],
])('reads %s', (subjectAltName, uris, dns) => {
  expect(subjectAltNames({ subjectAltName })).toEqual({ uris, dns });
});

test('a certificate without names has no identity', () => {
  expect(peerIdentity({ subjectAltName: undefined })).toEqual([]);
});
