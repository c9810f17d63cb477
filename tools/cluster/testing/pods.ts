/** What specs of a cluster use: the cluster that `npm run cluster -- test` started, and pods that serve and dial. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { IMAGES } from '../images/test-images.ts';
import { type Cluster, running } from '../up.ts';

/** A Kubernetes object as it is applied. */
export type Manifest = Readonly<Record<string, unknown>>;

/**
 * The cluster that a spec runs in: the one that CLUSTER_NAME names.
 * @throws Error saying how to start one
 */
export function clusterUnderTest(): Cluster {
  const name = process.env['CLUSTER_NAME'] ?? 'default';
  const cluster = running(name);
  if (!cluster) throw new Error(`no cluster named ${name} runs: run "npm run cluster -- test", or "up" before it`);
  return cluster;
}

/** What a pod of {@link probePod} is. */
export interface ProbePodOptions {
  readonly name: string;
  readonly namespace: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** Arguments of the probe: `serve 8080`, `dial HOST:PORT`, `resolve NAME`, `hold MEBIBYTES`. */
  readonly args: readonly string[];
  /** Named ports, by name. */
  readonly ports?: Readonly<Record<string, number>>;
  /** Port of the readiness probe. Default: none. */
  readonly readyOn?: number;
  /** Limit of memory. Default 32Mi. */
  readonly memory?: string;
  readonly hostNetwork?: boolean;
  /** Default: Always. */
  readonly restartPolicy?: 'Always' | 'Never';
}

/** A pod that keeps Pod Security *restricted*, unless it is on the host's network. */
export function probePod(options: ProbePodOptions): Manifest {
  const { name, namespace, labels = { app: name }, args, ports = {}, readyOn, memory = '32Mi' } = options;
  const { hostNetwork = false, restartPolicy = 'Always' } = options;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, labels },
    spec: {
      restartPolicy,
      hostNetwork,
      terminationGracePeriodSeconds: 1,
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [
        {
          name: 'probe',
          image: IMAGES.probe,
          imagePullPolicy: 'Never',
          args,
          ports: Object.entries(ports).map(([portName, containerPort]) => ({ name: portName, containerPort })),
          resources: { limits: { memory } },
          securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
          ...(readyOn !== undefined && { readinessProbe: { httpGet: { path: '/', port: readyOn }, periodSeconds: 1 } }),
        },
      ],
    },
  };
}

/** A namespace that asks its pods for Pod Security *restricted*. */
export const restrictedNamespace = (name: string, labels: Readonly<Record<string, string>> = {}): Manifest => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name, labels: { ...labels, 'pod-security.kubernetes.io/enforce': 'restricted' } },
});

/** Creates the namespaces, and waits until pods may be made in them. */
export async function createNamespaces(cluster: Cluster, ...manifests: readonly Manifest[]): Promise<void> {
  await applyAll(cluster, manifests);
  for (const { metadata } of manifests) {
    const { name } = metadata as { readonly name: string };
    // The admission plugin refuses a pod whose ServiceAccount is not there yet.
    await cluster.kubectl('-n', name, 'wait', '--for=create', 'serviceaccount/default', '--timeout=60s');
  }
}

/** Applies objects as the administrator. */
export async function applyAll(cluster: Cluster, manifests: readonly Manifest[]): Promise<void> {
  const file = join(cluster.dir, 'applied.json');
  await writeFile(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: manifests }));
  await cluster.kubectl('apply', '-f', file);
}

/** Waits until the pods are ready. @throws Error with kubectl's words after two minutes */
export async function waitUntilPodsReady(
  cluster: Cluster,
  namespace: string,
  ...names: readonly string[]
): Promise<void> {
  const pods = names.map((name) => `pod/${name}`);
  await cluster.kubectl('-n', namespace, 'wait', '--for=condition=Ready', ...pods, '--timeout=120s');
}

/** How a pod found each target that it dialled: `open`, `dropped`, or the error. */
export async function dialFrom(
  cluster: Cluster,
  namespace: string,
  pod: string,
  targets: readonly string[],
): Promise<Readonly<Record<string, string>>> {
  return resultsOf(await cluster.kubectl('-n', namespace, 'exec', pod, '--', '/probe', 'dial', ...targets));
}

/** What `probe dial` printed, by target. */
export const resultsOf = (output: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    output
      .trim()
      .split('\n')
      .map((line) => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)]),
  );
