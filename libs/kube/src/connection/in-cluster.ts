import { readFile } from 'node:fs/promises';
import { isIPv6 } from 'node:net';
import { join } from 'node:path';
import { KubeError } from '../error.ts';
import type { KubeConnection } from './connection.ts';
import { TokenFile } from './token-file.ts';

/** Names a directory with the files of the pod's ServiceAccount, where they are not mounted at the usual place. */
export const SERVICE_ACCOUNT_DIR_ENV = 'POD_SERVICE_ACCOUNT_DIR';
/** Where the kubelet mounts a pod's ServiceAccount. */
const MOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

/** Where a pod's ServiceAccount is looked for. Default: this process's environment. */
export interface InClusterOptions {
  /** Default: POD_SERVICE_ACCOUNT_DIR, then the mount of the pod's ServiceAccount. */
  directory?: string;
  env?: NodeJS.ProcessEnv;
}

/**
 * The connection of a pod: address from the environment, certificate authority and token from the mounted files.
 * @throws KubeError CONNECTION_CONFIG when this is no pod
 */
export async function inClusterConnection({
  env = process.env,
  directory = env[SERVICE_ACCOUNT_DIR_ENV] || MOUNT,
}: InClusterOptions = {}): Promise<KubeConnection> {
  const host = env['KUBERNETES_SERVICE_HOST'];
  const port = env['KUBERNETES_SERVICE_PORT'];
  if (!host || !port) {
    throw new KubeError(
      'CONNECTION_CONFIG',
      'KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set: this is no pod; name a kubeconfig file instead',
    );
  }
  const token = new TokenFile(join(directory, 'token'));
  const namespace = await readFile(join(directory, 'namespace'), 'utf8').catch(() => '');
  return {
    server: new URL(`https://${isIPv6(host) ? `[${host}]` : host}:${port}`),
    ...(namespace && { namespace: namespace.trim() }),
    tls: async (signal) => ({ ca: await readFile(join(directory, 'ca.crt'), { ...(signal && { signal }) }) }),
    authorization: () => token.header(),
    invalidateCredentials: () => token.invalidate(),
  };
}
