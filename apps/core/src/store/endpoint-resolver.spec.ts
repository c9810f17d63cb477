import { EndpointResolver } from './endpoint-resolver.ts';

const nothing = { get: () => undefined, byIndex: () => [], list: () => [] };
const resolver = (clusterDomain?: string): EndpointResolver =>
  new EndpointResolver({ services: nothing, endpointSlices: nothing, ...(clusterDomain ? { clusterDomain } : {}) });
const address = { namespace: 'aws', service: 'provider', port: 8080 };

test.each([
  ['provider.aws.svc:8080', undefined],
  ['provider.aws.svc.cluster.local:8080', undefined],
  ['provider.aws.svc.corp.example:8080', 'corp.example'],
])('%s is an address in domain %s', (text, domain) => {
  expect(resolver(domain).parse(text)).toMatchObject(address);
});

test.each([
  ['provider.aws.svc.corp.example:8080', undefined],
  ['provider.aws.svc.cluster.local:8080', 'corp.example'],
])('%s is none in domain %s', (text, domain) => {
  expect(resolver(domain).parse(text)).toMatchObject({
    kind: 'refused',
    problem: { code: 'ADDRESS_INVALID', field: 'spec.address' },
  });
});
