import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { KubeConnection } from './connection.ts';
import { inClusterConnection, SERVICE_ACCOUNT_DIR_ENV } from './in-cluster.ts';

/** Which API server is meant. Default: found as kubectl and client-go find it. */
export interface LoadConnectionOptions {
  /**
   * Path of a kubeconfig file. Default: the ServiceAccount that POD_SERVICE_ACCOUNT_DIR names, then KUBECONFIG, then the mounted
   * ServiceAccount of the pod, then `~/.kube/config`.
   */
  kubeconfig?: string;
  /** Context of the kubeconfig. Default: its current one. */
  context?: string;
  signal?: AbortSignal;
}

/**
 * Finds the API server the way kubectl does, except that a pod's own ServiceAccount goes before the home directory.
 * @throws KubeError CONNECTION_CONFIG when there is nothing to connect with, saying what is missing
 */
export async function loadConnection(options: LoadConnectionOptions = {}): Promise<KubeConnection> {
  options.signal?.throwIfAborted();
  const { env } = process;
  if (!options.kubeconfig && env[SERVICE_ACCOUNT_DIR_ENV]) return inClusterConnection();
  const named = options.kubeconfig ?? env['KUBECONFIG'];
  if (!named && env['KUBERNETES_SERVICE_HOST']) return inClusterConnection();
  const files = named ? named.split(delimiter).filter(Boolean) : [join(homedir(), '.kube', 'config')];
  // The library behind it costs 15 MB and 90 ms, which a pod never pays.
  const { kubeconfigConnection } = await import('./kubeconfig.ts');
  return kubeconfigConnection(files, options.context);
}
