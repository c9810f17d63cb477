import type { Service } from '@eso/kube';
import { checkService, type Dialler } from './services.ts';
import type { StoreRefusal } from './store-view.ts';

const address = { namespace: 'aws', service: 'provider', port: 8080 };
const tenant: Dialler = { namespace: 'team-a' };
const owner: Dialler = { namespace: 'aws' };
const cluster: Dialler = {};
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
  ['does not exist', undefined, cluster, 'SERVICE_NOT_FOUND', 'does not exist'],
  ['has no label', service({}), cluster, 'SERVICE_NOT_ALLOWED', 'external-secrets.io/provider: "true"'],
  [
    'has the label with another value',
    service({ ...LABELLED, 'external-secrets.io/provider': 'True' }),
    owner,
    'SERVICE_NOT_ALLOWED',
    'is not a provider',
  ],
  [
    'is shared but no provider',
    service({ 'external-secrets.io/provider-shared': 'true' }),
    tenant,
    'SERVICE_NOT_ALLOWED',
    'is not a provider',
  ],
  [
    'belongs to another namespace and is not shared',
    service(LABELLED),
    tenant,
    'SERVICE_NOT_ALLOWED',
    'external-secrets.io/provider-shared: "true"',
  ],
  [
    'is shared with another value',
    service({ ...LABELLED, 'external-secrets.io/provider-shared': 'yes' }),
    tenant,
    'SERVICE_NOT_ALLOWED',
    'not shared',
  ],
  [
    'is an ExternalName',
    service(SHARED, { type: 'ExternalName', externalName: 'evil.example', ports: [{ port: 8080 }] }),
    cluster,
    'SERVICE_NOT_ALLOWED',
    'ExternalName',
  ],
  [
    'lacks the port',
    service(LABELLED, { ports: [{ port: 80 }, { port: 443 }] }),
    owner,
    'ADDRESS_INVALID',
    'no TCP port 8080 (it has: 80, 443)',
  ],
  [
    'has the port for UDP only',
    service(LABELLED, { ports: [{ port: 8080, protocol: 'UDP' }] }),
    owner,
    'ADDRESS_INVALID',
    '(it has: none)',
  ],
  ['has no ports at all', service(LABELLED, {}), owner, 'ADDRESS_INVALID', '(it has: none)'],
] as const)('a Service that %s is refused', (_name, found, store, code, text) => {
  const { problem, ...refusal } = checkService(address, found, store) as StoreRefusal;
  expect(refusal).toEqual({ kind: 'refused', service: address });
  expect(problem).toMatchObject({ code, field: 'spec.address' });
  expect(`${problem.publicMessage}. ${problem.nextStep ?? ''}`).toContain(text);
});

test('a port without a name is the only one of its Service', () => {
  expect(checkService(address, service(LABELLED, { ports: [{ port: 8080, protocol: 'TCP' }] }), cluster)).toEqual({
    kind: 'usable',
    portName: '',
  });
});
