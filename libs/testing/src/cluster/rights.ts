import { readFile } from 'node:fs/promises';
import type { KubeClient } from '@eso/kube';
import { chartPath, type Origins } from '../workspace.ts';
import { applyManifest, type Manifest, parseManifests } from './manifest.ts';

/** Says of each document of `charts/<chart>/files/rbac.yaml` where and how often it is applied. */
export const RIGHTS_SCOPE_ANNOTATION = 'external-secrets.io/rights-scope';

const SCOPES = [
  'cluster', 'eso-namespace', 'tenant-namespace', 'credential-namespace', 'token-namespace', 'provider-namespace',
] as const; // prettier-ignore
type RightsScope = (typeof SCOPES)[number];

/** Whose rights are applied, and where. */
export interface RightsOptions {
  /** Folder below `charts`. */
  readonly chart: string;
  /** Where charts come from. */
  readonly charts?: Origins;
  /** Namespaces whose ExternalSecrets are served; `all` turns their roles into cluster roles. Default: none. */
  readonly tenantNamespaces?: readonly string[] | 'all';
  /** Namespaces of which a provider may read credentials alone, for cluster-scoped stores and administrators' configs. Default: none. */
  readonly credentialNamespaces?: readonly string[];
  /** Namespaces of which a provider may ask for tokens of every ServiceAccount, and so become each of them. Default: none. */
  readonly tokenNamespaces?: readonly string[];
  /** Namespaces of providers. Default: the chart's own name for a provider's chart, none otherwise. */
  readonly providerNamespaces?: readonly string[];
  /** Other names for the default namespaces that the file speaks of, such as `{ 'external-secrets': 'eso-x1' }`. */
  readonly rename?: Readonly<Record<string, string>>;
}

type Subject = { kind: string; name: string; namespace?: string };

/**
 * Applies a chart's rights as an installation with these namespaces would have them.
 * @throws Error for a document without a scope; KubeError of the API server
 */
export async function applyRights(client: KubeClient, options: RightsOptions, signal?: AbortSignal): Promise<void> {
  const text = await readFile(chartPath([options.chart, 'files', 'rbac.yaml'], options.charts), 'utf8');
  for (const manifest of placeRights(parseManifests(text), options)) await applyManifest(client, manifest, signal);
}

/** What a Role allows. */
export interface RoleRule {
  /** Empty for the core group. */
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

/**
 * Gives a ServiceAccount rights in its own namespace, by a Role and a RoleBinding.
 * @param role name of both. Default: that of the account
 * @throws KubeError of the API server
 */
export async function grantRights(
  client: KubeClient,
  { namespace, name }: { readonly namespace: string; readonly name: string },
  rules: readonly RoleRule[],
  role = name,
): Promise<void> {
  const apiGroup = 'rbac.authorization.k8s.io';
  const document = { apiVersion: `${apiGroup}/v1`, metadata: { namespace, name: role } };
  const subjects = [{ kind: 'ServiceAccount', namespace, name }];
  await applyManifest(client, { ...document, kind: 'Role', rules });
  await applyManifest(client, {
    ...document,
    kind: 'RoleBinding',
    roleRef: { apiGroup, kind: 'Role', name: role },
    subjects,
  });
}

/** The documents as they are applied: one copy for each namespace of their scope, namespaces renamed. */
export function placeRights(documents: readonly Manifest[], options: RightsOptions): Manifest[] {
  const { chart, tenantNamespaces = [], credentialNamespaces = [], tokenNamespaces = [], rename = {} } = options;
  const ownNamespaces = chart.startsWith('provider-') ? [rename[chart] ?? chart] : [];
  const providerNamespaces = options.providerNamespaces ?? ownNamespaces;
  const namespaces: Readonly<Partial<Record<RightsScope, readonly string[]>>> = {
    'tenant-namespace': tenantNamespaces === 'all' ? [] : tenantNamespaces,
    'credential-namespace': credentialNamespaces,
    'token-namespace': tokenNamespaces,
    'provider-namespace': providerNamespaces,
  };
  return documents.flatMap((document) => {
    const placed = renameNamespaces(document, rename);
    const scopes = scopesOf(document);
    if (scopes.includes('cluster') || scopes.includes('eso-namespace')) return [placed];
    if (scopes.includes('tenant-namespace') && tenantNamespaces === 'all') return [clusterWide(placed)];
    const listed = new Set(scopes.flatMap((scope) => namespaces[scope] ?? []));
    return [...listed].map((namespace) => inNamespace(placed, namespace));
  });
}

/** One, or several that are separated by commas: what is applied in namespaces of two lists. */
function scopesOf(document: Manifest): RightsScope[] {
  const text = document.metadata.annotations?.[RIGHTS_SCOPE_ANNOTATION];
  const scopes = (text ?? '').split(',').map((scope) => SCOPES.find((known) => known === scope.trim()));
  const known = scopes.filter((scope) => scope !== undefined);
  if (known.length === scopes.length) return known;
  throw new Error(
    `${document.kind} ${document.metadata.name}: annotation ${RIGHTS_SCOPE_ANNOTATION} is ${String(text)}; it has to ` +
      `be of ${SCOPES.join(', ')}`,
  );
}

function renameNamespaces(document: Manifest, rename: Readonly<Record<string, string>>): Manifest {
  const renamed = <T extends { namespace?: string }>(holder: T): T => {
    const namespace = holder.namespace === undefined ? undefined : rename[holder.namespace];
    return namespace === undefined ? holder : { ...holder, namespace };
  };
  const subjects = document['subjects'] as Subject[] | undefined;
  const metadata = renamed(document.metadata);
  const name = document.kind === 'Namespace' ? (rename[metadata.name] ?? metadata.name) : metadata.name;
  return { ...document, metadata: { ...metadata, name }, ...(subjects && { subjects: subjects.map(renamed) }) };
}

const inNamespace = (document: Manifest, namespace: string): Manifest => ({
  ...document,
  metadata: { ...document.metadata, namespace },
});

/** The same right in every namespace. */
function clusterWide(document: Manifest): Manifest {
  if (document.kind !== 'Role' && document.kind !== 'RoleBinding') return document;
  const metadata = { ...document.metadata };
  delete metadata.namespace;
  const roleRef = document['roleRef'] as Record<string, unknown> | undefined;
  return {
    ...document,
    kind: `Cluster${document.kind}`,
    metadata,
    ...(roleRef && { roleRef: { ...roleRef, kind: 'ClusterRole' } }),
  };
}
