import type { Service } from '@eso/kube';
import { checkService } from './services.ts';

const address = { namespace: 'aws', service: 'provider', port: 8080 };
const tenant = { kind: 'Provider', namespace: 'team-a' } as const;
const owner = { kind: 'Provider', namespace: 'aws' } as const;
const cluster = { kind: 'ClusterProvider' } as const;
const LABELLED = { 'external-secrets.io/provider': 'true' };
const SHARED = { ...LABELLED, 'external-secrets.io/provider-shared': 'true' };

function service(
  labels: Record<string, string>,
  spec: Service['spec'] = { ports: [{ name: 'grpc', port: 8080 }] },
): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { namespace: 'aws', name: 'provider', labels },
    spec,
  };
}

test.each([
  ['a Provider of the same namespace', LABELLED, owner],
  ['a Provider of another namespace, if it is shared', SHARED, tenant],
  ['a ClusterProvider', LABELLED, cluster],
])('%s may use a labelled Service', (_name, labels, store) => {
  expect(checkService(address, service(labels), store)).toEqual({ kind: 'usable', portName: 'grpc' });
});

test.each([
  ['does not exist', undefined, cluster, 'ServiceNotFound', 'does not exist'],
  ['has no label', service({}), cluster, 'ServiceNotAllowed', 'external-secrets.io/provider: "true"'],
  [
    'has the label with another value',
    service({ ...LABELLED, 'external-secrets.io/provider': 'True' }),
    owner,
    'ServiceNotAllowed',
    'is not a provider',
  ],
  [
    'is shared but no provider',
    service({ 'external-secrets.io/provider-shared': 'true' }),
    tenant,
    'ServiceNotAllowed',
    'is not a provider',
  ],
  [
    'belongs to another namespace and is not shared',
    service(LABELLED),
    tenant,
    'ServiceNotAllowed',
    'external-secrets.io/provider-shared: "true"',
  ],
  [
    'is shared with another value',
    service({ ...LABELLED, 'external-secrets.io/provider-shared': 'yes' }),
    tenant,
    'ServiceNotAllowed',
    'not shared',
  ],
  [
    'is an ExternalName',
    service(SHARED, { type: 'ExternalName', externalName: 'evil.example', ports: [{ port: 8080 }] }),
    cluster,
    'ServiceNotAllowed',
    'ExternalName',
  ],
  [
    'lacks the port',
    service(LABELLED, { ports: [{ port: 80 }, { port: 443 }] }),
    owner,
    'InvalidAddress',
    'no TCP port 8080 (it has: 80, 443)',
  ],
  [
    'has the port for UDP only',
    service(LABELLED, { ports: [{ port: 8080, protocol: 'UDP' }] }),
    owner,
    'InvalidAddress',
    '(it has: none)',
  ],
  ['has no ports at all', service(LABELLED, {}), owner, 'InvalidAddress', '(it has: none)'],
] as const)('a Service that %s is refused', (_name, found, store, reason, text) => {
  expect(checkService(address, found, store)).toEqual({
    kind: 'refused',
    reason,
    message: expect.stringContaining(text) as string,
  });
});

test('a port without a name is the only one of its Service', () => {
  expect(checkService(address, service(LABELLED, { ports: [{ port: 8080, protocol: 'TCP' }] }), cluster)).toEqual({
    kind: 'usable',
    portName: '',
  });
});
