import type { KubeClient, KubeObject } from '@eso/kube';
import { parseAllDocuments } from 'yaml';

/** An object as a manifest has it. */
export type Manifest = KubeObject & Record<string, unknown>;

/** Where the API server keeps each kind that the charts' plain manifests use: plural, and whether it has a namespace. */
const RESOURCES: Readonly<Record<string, readonly [plural: string, namespaced: boolean]>> = {
  Namespace: ['namespaces', false],
  Secret: ['secrets', true],
  ConfigMap: ['configmaps', true],
  Service: ['services', true],
  ServiceAccount: ['serviceaccounts', true],
  Role: ['roles', true],
  RoleBinding: ['rolebindings', true],
  ClusterRole: ['clusterroles', false],
  ClusterRoleBinding: ['clusterrolebindings', false],
  CustomResourceDefinition: ['customresourcedefinitions', false],
  ValidatingAdmissionPolicy: ['validatingadmissionpolicies', false],
  ValidatingAdmissionPolicyBinding: ['validatingadmissionpolicybindings', false],
};

/**
 * Reads the documents of a YAML text; empty ones are left out.
 * @throws Error for text that is not YAML, with the place
 */
export function parseManifests(text: string): Manifest[] {
  return parseAllDocuments(text).flatMap((document) => {
    const [error] = document.errors;
    if (error) throw error;
    const value = document.toJS() as Manifest | null;
    return value === null ? [] : [value];
  });
}

/**
 * Creates the object or brings it to the state of the manifest (server-side apply).
 * @throws KubeError of the API server; Error for a kind that is not in the list above
 */
export async function applyManifest(client: KubeClient, manifest: Manifest, signal?: AbortSignal): Promise<void> {
  const { apiVersion, kind, metadata } = manifest;
  const resource = RESOURCES[kind];
  if (!resource) throw new Error(`${kind} ${metadata.name}: this kind is not known to applyManifest`);
  const [plural, namespaced] = resource;
  const base = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const namespace = namespaced ? `/namespaces/${metadata.namespace ?? 'default'}` : '';
  await client.request('PATCH', `${base}${namespace}/${plural}/${metadata.name}`, {
    query: { fieldManager: 'local-run', force: true },
    contentType: 'application/apply-patch+yaml',
    body: manifest,
    ...(signal && { signal }),
  });
}
