/** Programs of the cluster that are built from their Go modules: `go/<recipe>/go.mod` pins every module, `go.sum` its content. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureGoPrograms } from '@eso/control-plane/go-programs.mjs';
import { KUBERNETES_VERSION } from '@eso/control-plane/versions.mjs';

/** Told what is slow, every ten seconds. */
export type Progress = (text: string) => void;

interface Recipe {
  /** Folder below `go/`, and name in the cache. */
  readonly name: string;
  /** For messages. */
  readonly what: string;
  readonly packages: readonly string[];
  readonly linkerFlags: string;
  /** How long a build takes. */
  readonly takes: string;
}

const [MAJOR = '', MINOR = ''] = KUBERNETES_VERSION.split('.');

/** Without these a component says it is v0.0.0-master, which the API server takes for an old one. */
const VERSION_FLAGS = Object.entries({
  gitVersion: `v${KUBERNETES_VERSION}`,
  gitMajor: MAJOR,
  gitMinor: MINOR,
  gitTreeState: 'clean',
}).map(([name, value]) => `-X k8s.io/component-base/version.${name}=${value}`);

const NODE_PROGRAMS = ['kubelet', 'kube-controller-manager', 'kube-scheduler', 'kube-proxy'];
const IMAGE_PROGRAMS = ['coredns', 'pause', 'probe'];

const KUBERNETES: Recipe = {
  name: 'kubernetes',
  what: `kubelet, controller-manager, scheduler and proxy ${KUBERNETES_VERSION}`,
  packages: NODE_PROGRAMS.map((name) => `k8s.io/kubernetes/cmd/${name}`),
  linkerFlags: ['-s -w', ...VERSION_FLAGS].join(' '),
  takes: '2 to 10 minutes',
};

const IMAGES: Recipe = {
  name: 'images',
  what: 'CoreDNS and the images of tests',
  packages: IMAGE_PROGRAMS.map((name) => `./${name}`),
  linkerFlags: '-s -w',
  takes: '2 to 5 minutes',
};

/** Folder with kubelet, kube-controller-manager, kube-scheduler and kube-proxy; built once. */
export const ensureNodePrograms = (progress: Progress): Promise<string> => ensure(KUBERNETES, progress);

/** Folder with what is put into images: coredns, pause and probe; built once. */
export const ensureImagePrograms = (progress: Progress): Promise<string> => ensure(IMAGES, progress);

const ensure = ({ name, ...recipe }: Recipe, progress: Progress): Promise<string> =>
  ensureGoPrograms({
    ...recipe,
    key: join('cluster', name),
    recipe: fileURLToPath(new URL(`../go/${name}/`, import.meta.url)),
    progress,
  });
