/** Where a cluster keeps its things, and the addresses of its networks. */
import { join } from 'node:path';
import { cacheRoot } from '@eso/control-plane/cache.mjs';

/** Name of the only node. */
export const NODE = 'node-1';

/** Addresses, all of them inside of a network namespace that has no way out. */
export const NETWORK = {
  /** Of the node, with the length of its network. */
  node: '10.90.0.2',
  nodePrefix: 24,
  /** An address that is neither pod, Service nor node: what listens on it stands for the world outside. */
  outside: '198.51.100.1',
  pods: '10.244.0.0/24',
  services: '10.96.0.0/16',
  /** First of the Service range: `kubernetes.default.svc`. */
  apiService: '10.96.0.1',
  dnsService: '10.96.0.10',
  apiPort: 6443,
  /** Largest packet of a pod's network. */
  mtu: 1500,
} as const;

/** Domain below which Services have their names. */
export const CLUSTER_DOMAIN = 'cluster.local';

/** Paths of one cluster. */
export interface Layout {
  readonly name: string;
  readonly dir: string;
  /** Written when the cluster is ready: process numbers and ports. */
  readonly state: string;
  /** Certificates, keys and kubeconfigs. */
  readonly credentials: string;
  readonly logs: string;
  /** Unix socket that leads to the API server from outside of the network namespace. */
  readonly apiSocket: string;
  readonly containerdSocket: string;
  /** Cgroup below the root of each hierarchy. */
  readonly cgroup: string;
}

/**
 * Paths of the cluster of that name.
 * @param name lower-case letters, digits and hyphens
 * @throws Error for any other name
 */
export function layoutOf(name: string): Layout {
  if (!/^[a-z0-9][a-z0-9-]{0,30}$/.test(name)) {
    throw new Error(`CLUSTER_NAME is "${name}", and has to be 1 to 31 lower-case letters, digits and hyphens`);
  }
  const dir = join(cacheRoot(), 'clusters', name);
  return {
    name,
    dir,
    state: join(dir, 'state.json'),
    credentials: join(dir, 'credentials'),
    logs: join(dir, 'logs'),
    apiSocket: join(dir, 'api.sock'),
    containerdSocket: join(dir, 'containerd.sock'),
    cgroup: `/eso-cluster-${name}`,
  };
}
