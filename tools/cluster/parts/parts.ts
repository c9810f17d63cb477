/** Everything that a cluster is made of, found or made, as absolute paths. */
import { ensureBinaries } from '@eso/control-plane/binaries.mjs';
import { type DebianPrograms, ensureDebianPrograms } from './debian-programs.ts';
import { ensureImagePrograms, ensureNodePrograms, type Progress } from './go-programs.ts';

/** Where each part is. */
export interface Parts {
  readonly etcd: string;
  readonly kubeApiserver: string;
  readonly kubectl: string;
  /** Folder with kubelet, kube-controller-manager, kube-scheduler, kube-proxy. */
  readonly node: string;
  /** Folder with coredns, pause, probe. */
  readonly images: string;
  readonly debian: DebianPrograms;
}

/**
 * Finds or makes them, one after the other: each build takes all processors.
 * @throws Error that says what cannot be had on this machine
 */
export async function ensureParts(progress: Progress): Promise<Parts> {
  const debian = await ensureDebianPrograms(progress);
  const { etcd, kubeApiserver, kubectl } = await ensureBinaries({ progress });
  const node = await ensureNodePrograms(progress);
  const images = await ensureImagePrograms(progress);
  return { etcd, kubeApiserver, kubectl, node, images, debian };
}
