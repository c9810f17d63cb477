import { join } from 'node:path';

/**
 * @typedef {object} Binaries absolute paths
 * @property {string} etcd
 * @property {string} kubeApiserver
 * @property {string} kubectl
 */

/**
 * @param {{ progress?: (text: string) => void }} [_options]
 * @returns {Promise<Binaries>}
 */
export async function ensureBinaries(_options) {
  const dir = process.env['KUBEBUILDER_ASSETS'] ?? '';
  return { etcd: join(dir, 'etcd'), kubeApiserver: join(dir, 'kube-apiserver'), kubectl: join(dir, 'kubectl') };
}
