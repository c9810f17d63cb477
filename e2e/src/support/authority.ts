import { randomUUID } from 'node:crypto';
import { ANNOTATION_PROVIDER_TLS_SECRET, LABEL_PROVIDER } from '@eso/api/resources';
import { secrets } from '@eso/kube';
import { ESO_NAMESPACE, eventually } from '@eso/testing';
import { createService } from './bad-input.ts';
import type { System } from './system.ts';

/** Writes entries of a Secret as somebody does who has the right. */
export async function writeSecret(
  system: System,
  namespace: string,
  name: string,
  entries: Readonly<Record<string, string>>,
): Promise<void> {
  const data = Object.entries(entries).map(([key, text]) => [key, Buffer.from(text).toString('base64')]);
  await system.admin.patch(
    secrets,
    { namespace, name },
    { data: Object.fromEntries(data) as object },
    { type: 'merge' },
  );
}

/** A labelled Service that wants this Secret. */
export function createLabelledService(system: System, namespace: string, name: string, secret: string): Promise<void> {
  return createService(system, namespace, name, {
    labels: { [LABEL_PROVIDER]: 'true' },
    annotations: { [ANNOTATION_PROVIDER_TLS_SECRET]: secret },
  });
}

/** Gives the certificate controller the rights on Secrets of these names, as an administrator adds them. */
export function allowSecrets(system: System, namespace: string, names: readonly string[]): Promise<void> {
  const name = `more-${randomUUID()}`;
  return system.apply(`apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: { name: ${name}, namespace: ${namespace} }
rules:
  - { apiGroups: [''], resources: [secrets], verbs: [create] }
  - { apiGroups: [''], resources: [secrets], resourceNames: [${names.join(', ')}], verbs: [get, list, watch, update] }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: ${name}, namespace: ${namespace} }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: ${name} }
subjects: [{ kind: ServiceAccount, name: cert-manager-controller, namespace: ${ESO_NAMESPACE} }]
`);
}

/** Waits for a Secret with a certificate in it, other than this one. */
export function certificateIn(
  system: System,
  namespace: string,
  name: string,
  options: { readonly before?: string; readonly timeoutMs?: number } = {},
): Promise<Readonly<Record<string, string>>> {
  return eventually(async () => {
    const values = await system.values(namespace, name);
    const certificate = values?.['tls.crt'];
    if (!certificate?.includes('CERTIFICATE') || certificate === options.before)
      throw new Error(`no new certificate in ${namespace}/${name}`);
    return values as Readonly<Record<string, string>>;
  }, options);
}
