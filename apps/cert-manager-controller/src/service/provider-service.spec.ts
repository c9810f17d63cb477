import type { Service } from '@eso/kube';
import { providerService } from './provider-service.ts';

function service(annotation?: string, type?: 'ClusterIP' | 'ExternalName'): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      name: 'aws',
      namespace: 'provider-aws',
      uid: 'u',
      resourceVersion: '1',
      creationTimestamp: '2026-06-01T00:00:00Z',
      labels: { app: 'aws' },
      annotations: { ...(annotation !== undefined && { 'external-secrets.io/provider-tls-secret': annotation }) },
    },
    spec: { ...(type && { type }), ports: [{ port: 1 }] },
  };
}

test('only what is needed of a Service is kept', () => {
  expect(providerService(service())).toEqual({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      name: 'aws',
      namespace: 'provider-aws',
      uid: 'u',
      resourceVersion: '1',
      creationTimestamp: '2026-06-01T00:00:00Z',
    },
    claim: { kind: 'secret', name: 'external-secrets-provider-tls' },
  });
});

test.each([
  'external-secrets-provider-tls',
  'external-secrets-provider-tls-aws',
  'external-secrets-provider-tls-a.b-c',
])('Secret name %s is allowed', (name) =>
  expect(providerService(service(name)).claim).toEqual({ kind: 'secret', name }),
);

test.each([
  '',
  'default-token',
  'eso-provider-client-tls',
  'eso-provider-ca-internal',
  'external-secrets-provider-tls-',
  'external-secrets-provider-tlsx',
  'external-secrets-provider-tls-A',
  'external-secrets-provider-tls-a/../b',
  'external-secrets-provider-tls-a..b',
  `external-secrets-provider-tls-${'x'.repeat(224)}`,
])('Secret name %j is refused with a reason', (name) => {
  expect(providerService(service(name)).claim).toMatchObject({
    kind: 'none',
    reason: 'CertificateSecretNameInvalid',
    message: expect.stringContaining('starts with external-secrets-provider-tls-') as string,
  });
});

test('a Service that leads out of the cluster is refused', () => {
  expect(providerService(service(undefined, 'ExternalName')).claim).toMatchObject({
    kind: 'none',
    reason: 'ProviderServiceUnsupported',
  });
});
