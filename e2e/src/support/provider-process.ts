import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import {
  ANNOTATION_PROVIDER_TLS_SECRET,
  LABEL_PROVIDER,
  LABEL_PROVIDER_SHARED,
  PROVIDER_TLS_SECRET_PREFIX,
} from '@eso/api/resources';
import { bundlePath, eventually, type Installation, type LabKeyPair, type LocalKubelet, type Pod } from '@eso/testing';
import { createService } from './bad-input.ts';
import type { System } from './system.ts';

/** Where the Services of this file are: a namespace that the certificate controller looks after. */
const NAMESPACE = 'provider-fake';
const PORT = 8080;

/** A shared Service of its own in the namespace of provider-fake, for a process that a test does harm to. */
export interface ProviderService {
  readonly name: string;
  /** As a Provider has it. */
  readonly address: string;
  /** Secret with its certificate. */
  readonly tlsSecret: string;
  /** Its certificate, as cert-manager-controller issued it. */
  readonly issued: LabKeyPair;
}

/** Creates the Service and waits for its certificate. */
export async function createProviderService(system: System, name: string): Promise<ProviderService> {
  const tlsSecret = `${PROVIDER_TLS_SECRET_PREFIX}${name}`;
  await system.apply(rightOn(tlsSecret));
  await createService(system, NAMESPACE, name, {
    labels: { [LABEL_PROVIDER]: 'true', [LABEL_PROVIDER_SHARED]: 'true' },
    annotations: { [ANNOTATION_PROVIDER_TLS_SECRET]: tlsSecret },
  });
  const values = await eventually(async () => {
    const found = await system.values(NAMESPACE, tlsSecret);
    if (!found) throw new Error(`no certificate for Service ${name}`);
    return found;
  });
  const issued = {
    'tls.crt': values['tls.crt'] ?? '',
    'tls.key': values['tls.key'] ?? '',
    'ca.crt': values['ca.crt'] ?? '',
  };
  return { name, address: `${name}.${NAMESPACE}.svc:${PORT}`, tlsSecret, issued };
}

/** The certificate controller reads and replaces Secrets by name: an administrator adds that of a second provider. */
function rightOn(secret: string): string {
  return `apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: { name: ${secret}, namespace: ${NAMESPACE} }
rules: [{ apiGroups: [''], resources: [secrets], resourceNames: [${secret}], verbs: [get, list, watch, update] }]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: ${secret}, namespace: ${NAMESPACE} }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: ${secret} }
subjects: [{ kind: ServiceAccount, name: cert-manager-controller, namespace: external-secrets }]
`;
}

/** Where core finds the process of a Service from now on; it looks at the file each second. */
export function dial({ endpointOverrides }: Installation, { name }: ProviderService, port: number): void {
  const id = `${NAMESPACE}/${name}:${PORT}: `;
  const others = readFileSync(endpointOverrides, 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith(id));
  const next = `${endpointOverrides}.next`;
  writeFileSync(next, [...others, `${id}127.0.0.1:${port}`, ''].join('\n'));
  // In one step: core must not read half a file.
  renameSync(next, endpointOverrides);
}

/** Runs one more provider-fake behind a Service and waits until it is ready. */
export async function runProviderFake(
  kubelet: LocalKubelet,
  service: ProviderService,
  options: {
    /** Directory of its certificate. Default: its Secret, mounted. */
    readonly certDir?: string;
    /** Default: a free one. */
    readonly port?: number;
  } = {},
): Promise<Pod> {
  const pod = await kubelet.run({
    name: service.name,
    namespace: NAMESPACE,
    serviceAccount: 'provider-fake',
    command: [
      process.execPath,
      bundlePath('provider-fake'),
      `--listen=127.0.0.1:${options.port === undefined ? '$(PORT_GRPC)' : String(options.port)}`,
      `--cert-dir=${options.certDir ?? '$(VOLUME_CERTS)'}`,
      '--metrics-addr=127.0.0.1:$(PORT_METRICS)',
      '--health-addr=127.0.0.1:$(PORT_HEALTH)',
      '--drain-delay=0s',
    ],
    ports: ['grpc', 'metrics', 'health'],
    volumes: { certs: { secret: service.tlsSecret } },
  });
  await pod.waitUntilReady({ port: 'health' });
  return pod;
}
