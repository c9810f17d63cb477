import type { EndpointSlice } from '@eso/kube';
import { endpointSliceIndexers, readyAddresses } from './endpoints.ts';

function slice(part: Partial<EndpointSlice>): EndpointSlice {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { namespace: 'aws', name: 's', labels: { 'kubernetes.io/service-name': 'provider' } },
    addressType: 'IPv4',
    endpoints: [],
    ports: [{ name: 'grpc', port: 9090 }],
    ...part,
  };
}

test('ready addresses of all slices come sorted, once each, with the port of the pod', () => {
  const slices = [
    slice({ endpoints: [{ addresses: ['10.0.0.2'], conditions: { ready: true } }, { addresses: ['10.0.0.1'] }] }),
    slice({ endpoints: [{ addresses: ['10.0.0.1'] }] }),
    slice({ addressType: 'IPv6', endpoints: [{ addresses: ['fd00::1'], conditions: {} }] }),
  ];
  expect(readyAddresses(slices, 'grpc')).toEqual([
    { host: '10.0.0.1', port: 9090 },
    { host: '10.0.0.2', port: 9090 },
    { host: 'fd00::1', port: 9090 },
  ]);
  expect(readyAddresses([...slices].reverse(), 'grpc')).toEqual(readyAddresses(slices, 'grpc'));
});

test.each([
  ['not ready', slice({ endpoints: [{ addresses: ['10.0.0.1'], conditions: { ready: false } }] })],
  ['names instead of addresses', slice({ addressType: 'FQDN', endpoints: [{ addresses: ['evil.example'] }] })],
  ['of another port', slice({ ports: [{ name: 'metrics', port: 9091 }], endpoints: [{ addresses: ['10.0.0.1'] }] })],
  ['without ports', slice({ ports: [], endpoints: [{ addresses: ['10.0.0.1'] }] })],
])('addresses that are %s do not count', (_name, given) => {
  expect(readyAddresses([given], 'grpc')).toEqual([]);
});

test('the only port of a Service has no name', () => {
  const given = slice({ ports: [{ name: '', port: 1 }], endpoints: [{ addresses: ['10.0.0.1'] }] });
  expect(readyAddresses([given], '')).toEqual([{ host: '10.0.0.1', port: 1 }]);
});

test('slices are found by their Service', () => {
  expect(endpointSliceIndexers['service']?.(slice({}))).toEqual(['aws/provider']);
  expect(endpointSliceIndexers['service']?.(slice({ metadata: { namespace: 'aws', name: 'x' } }))).toEqual([]);
});
