/** Core and provider-fake as releases of Helm, in the namespaces that docs/install.md gives them. */
import type { Helm } from '../../charts/helm.ts';
import type { Cluster } from '../up.ts';

/** Release, namespace and Deployment of core. */
export const CORE = 'external-secrets';
/** Release, namespace and Deployment of the provider. */
export const PROVIDER = 'provider-fake';

/** Selects every object of ours. */
export const OURS = 'app.kubernetes.io/part-of=external-secrets';

/** A Deployment of ours. */
export interface Workload {
  readonly namespace: string;
  readonly deployment: string;
  /** Folder of `apps`, and name of the container. */
  readonly app: string;
}

/** Every Deployment that the two charts make. */
export const WORKLOADS: readonly Workload[] = [
  { namespace: CORE, deployment: CORE, app: 'core' },
  { namespace: CORE, deployment: 'cert-manager-controller', app: 'cert-manager-controller' },
  { namespace: PROVIDER, deployment: PROVIDER, app: PROVIDER },
];

/** What an uninstallation leaves in the namespace of core, as docs/install.md says, sorted. */
export const STAYS_WITH_CORE: readonly string[] = [
  'lease.coordination.k8s.io/external-secrets-cert-manager-controller',
  'lease.coordination.k8s.io/external-secrets-controller',
  'secret/eso-provider-ca-internal',
  'secret/eso-provider-client-tls',
  'secret/external-secrets-key-encryption-key',
];

/** Waits until each Deployment has the pods that it asks for, ready, and no older ones. @throws Error with kubectl's words after ten minutes */
export async function waitUntilRolledOut(cluster: Cluster): Promise<void> {
  for (const { namespace, deployment } of WORKLOADS) {
    await cluster.kubectl('-n', namespace, 'rollout', 'status', `deployment/${deployment}`, '--timeout=600s');
  }
}

/** The image of each pod that is ready, sorted. */
export async function imagesOfPods(cluster: Cluster, namespace: string): Promise<string[]> {
  const path = 'jsonpath={range .items[*]}{.status.containerStatuses[*].ready} {.spec.containers[*].image}{"\\n"}{end}';
  const pods = await cluster.kubectl('-n', namespace, 'get', 'pods', '-o', path);
  return pods
    .split('\n')
    .filter((line) => line.startsWith('true '))
    .map((line) => line.slice('true '.length))
    .sort();
}

/**
 * Uninstalls releases, and deletes all CRDs of ours and these namespaces: what a spec has made is gone when the next one begins.
 * @param releases each in the namespace of its name, which goes too; one that is not there is no fault
 * @throws Error with kubectl's words when something does not go within minutes
 */
export async function takeOff(
  cluster: Cluster,
  helm: Helm,
  releases: readonly string[],
  ...namespaces: readonly string[]
): Promise<void> {
  for (const release of releases) await helm.run('uninstall', release, '--namespace', release);
  await cluster.kubectl('delete', 'crd', '-l', OURS, '--ignore-not-found', '--timeout=120s');
  await cluster.kubectl('delete', 'namespace', ...releases, ...namespaces, '--ignore-not-found', '--timeout=240s');
}
