import { expand, podEnvironment } from './pod-environment.mjs';

test('ports and volumes are variables, and own variables can use them', () => {
  const variables = podEnvironment({
    base: { POD_NAME: 'p' },
    ports: { grpc: 20001 },
    volumes: { 'client-certs': '/certs' },
    own: { LISTEN: '127.0.0.1:$(PORT_GRPC)', FILE: '$(VOLUME_CLIENT_CERTS)/tls.crt', POD_NAME: 'other' },
  });
  expect(variables).toEqual({
    POD_NAME: 'other',
    PORT_GRPC: '20001',
    VOLUME_CLIENT_CERTS: '/certs',
    LISTEN: '127.0.0.1:20001',
    FILE: '/certs/tls.crt',
  });
});

test('an unknown name and a doubled dollar stay, as in a pod', () => {
  expect(expand('$(NO) $$(A) $(A) $A', { A: 'x' })).toBe('$(NO) $(A) x $A');
});
