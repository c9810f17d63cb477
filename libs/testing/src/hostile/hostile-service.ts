import { appendFile } from 'node:fs/promises';
import {
  ANNOTATION_PROVIDER_TLS_SECRET,
  LABEL_PROVIDER,
  LABEL_PROVIDER_SHARED,
  PROVIDER_TLS_SECRET_PREFIX,
} from '@eso/api/resources';
import { secrets, services } from '@eso/kube';
import type { TestCluster } from '../cluster/test-cluster.ts';
import { eventually } from '../eventually.ts';
import type { Installation } from '../installation/installation.ts';
import { HostileProvider } from './hostile-provider.ts';

const NAME = 'hostile';
/** Where the certificate controller looks for Services of providers anyway. */
const NAMESPACE = 'provider-fake';
const PORT = 8080;
const TLS_SECRET = `${PROVIDER_TLS_SECRET_PREFIX}${NAME}`;

/** As a Provider has it. */
export const HOSTILE_ADDRESS = `${NAME}.${NAMESPACE}.svc:${PORT}`;

/**
 * Adds a hostile provider to an installation that has provider-fake: a Service that tenants may use, with a certificate of the
 * installation's own authority, and behind it a server in this process.
 */
export async function runHostileProvider(cluster: TestCluster, installation: Installation): Promise<HostileProvider> {
  const client = cluster.client();
  await cluster.apply(RIGHT_ON_SECRET);
  await client.create(services, {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      name: NAME,
      namespace: NAMESPACE,
      labels: { [LABEL_PROVIDER]: 'true', [LABEL_PROVIDER_SHARED]: 'true' },
      annotations: { [ANNOTATION_PROVIDER_TLS_SECRET]: TLS_SECRET },
    },
    spec: { ports: [{ name: 'grpc', port: PORT, targetPort: 'grpc' }] },
  });
  const { data = {} } = await eventually(() => client.get(secrets, { namespace: NAMESPACE, name: TLS_SECRET }));
  const pem = (key: string): string => Buffer.from(data[key] ?? '', 'base64').toString();
  const provider = await HostileProvider.start({
    'tls.crt': pem('tls.crt'),
    'tls.key': pem('tls.key'),
    'ca.crt': pem('ca.crt'),
  });
  // One line in one write: core never reads half of it.
  await appendFile(installation.endpointOverrides, `${NAMESPACE}/${NAME}:${PORT}: 127.0.0.1:${provider.port}\n`);
  return provider;
}

/** The certificate controller reads and replaces Secrets by name: an administrator adds that of a further provider. */
const RIGHT_ON_SECRET = `apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: { name: ${TLS_SECRET}, namespace: ${NAMESPACE} }
rules: [{ apiGroups: [''], resources: [secrets], resourceNames: [${TLS_SECRET}], verbs: [get, list, watch, update] }]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: ${TLS_SECRET}, namespace: ${NAMESPACE} }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: ${TLS_SECRET} }
subjects: [{ kind: ServiceAccount, name: cert-manager-controller, namespace: external-secrets }]
`;
