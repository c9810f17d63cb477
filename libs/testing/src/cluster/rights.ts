import { readFile } from 'node:fs/promises';
import type { KubeClient } from '@eso/kube';
import { chartPath } from '../workspace.ts';
import { applyManifest, type Manifest, parseManifests } from './manifest.ts';

/** Says of each document of `charts/<chart>/files/rbac.yaml` where and how often it is applied. */
export const RIGHTS_SCOPE_ANNOTATION = 'external-secrets.io/rights-scope';

type RightsScope = 'cluster' | 'eso-namespace' | 'tenant-namespace' | 'provider-namespace';

/** Whose rights are applied, and where. */
export interface RightsOptions {
  /** Folder below `charts`. */
  readonly chart: string;
  /** Namespaces whose ExternalSecrets are served; `all` turns their roles into cluster roles. Default: none. */
  readonly tenantNamespaces?: readonly string[] | 'all';
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
  const text = await readFile(chartPath(options.chart, 'files', 'rbac.yaml'), 'utf8');
  for (const manifest of placeRights(parseManifests(text), options)) await applyManifest(client, manifest, signal);
}

/** The documents as they are applied: one copy for each namespace of their scope, namespaces renamed. */
export function placeRights(documents: readonly Manifest[], options: RightsOptions): Manifest[] {
  const { chart, tenantNamespaces = [], rename = {} } = options;
  const ownNamespaces = chart.startsWith('provider-') ? [rename[chart] ?? chart] : [];
  const providerNamespaces = options.providerNamespaces ?? ownNamespaces;
  return documents.flatMap((document) => {
    const placed = renameNamespaces(document, rename);
    switch (scopeOf(document)) {
      case 'cluster':
      case 'eso-namespace':
        return [placed];
      case 'provider-namespace':
        return providerNamespaces.map((namespace) => inNamespace(placed, namespace));
      case 'tenant-namespace':
        return tenantNamespaces === 'all'
          ? [clusterWide(placed)]
          : tenantNamespaces.map((namespace) => inNamespace(placed, namespace));
    }
  });
}

function scopeOf(document: Manifest): RightsScope {
  const scope = document.metadata.annotations?.[RIGHTS_SCOPE_ANNOTATION];
  switch (scope) {
    case 'cluster':
    case 'eso-namespace':
    case 'tenant-namespace':
    case 'provider-namespace':
      return scope;
    case undefined:
    default:
      throw new Error(
        `${document.kind} ${document.metadata.name}: annotation ${RIGHTS_SCOPE_ANNOTATION} is ${String(scope)}; it has to ` +
          'be cluster, eso-namespace, tenant-namespace or provider-namespace',
      );
  }
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
