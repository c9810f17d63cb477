/** Programs of the cluster that are built from their Go modules: `go/<recipe>/go.mod` pins every module, `go.sum` its content. */
import { createHash } from 'node:crypto';
import { cp, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureEntry, platform } from '@eso/control-plane/cache.mjs';
import { runCommand } from '@eso/control-plane/command.mjs';
import { ensureGo, goEnvironment } from '@eso/control-plane/go-toolchain.mjs';
import { KUBERNETES_VERSION } from '@eso/control-plane/versions.mjs';

/** Told what is slow, every ten seconds. */
export type Progress = (text: string) => void;

interface Recipe {
  /** Folder below `go/`, and name in the cache. */
  readonly name: string;
  /** For messages. */
  readonly what: string;
  readonly packages: readonly string[];
  /** Names of the programs: last elements of the packages. */
  readonly programs: readonly string[];
  readonly linkerFlags: string;
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
  programs: NODE_PROGRAMS,
  linkerFlags: ['-s -w', ...VERSION_FLAGS].join(' '),
};

const IMAGES: Recipe = {
  name: 'images',
  what: 'CoreDNS and the images of tests',
  packages: IMAGE_PROGRAMS.map((name) => `./${name}`),
  programs: IMAGE_PROGRAMS,
  linkerFlags: '-s -w',
};

/** Folder with kubelet, kube-controller-manager, kube-scheduler and kube-proxy; built once (2 to 10 minutes). */
export const ensureNodePrograms = (progress: Progress): Promise<string> => ensure(KUBERNETES, progress);

/** Folder with what is put into images: coredns, pause and probe; built once (2 to 5 minutes). */
export const ensureImagePrograms = (progress: Progress): Promise<string> => ensure(IMAGES, progress);

async function ensure(recipe: Recipe, progress: Progress): Promise<string> {
  const source = fileURLToPath(new URL(`../go/${recipe.name}/`, import.meta.url));
  return await ensureEntry({
    key: join('cluster', `${recipe.name}-${await digest(recipe, source)}-${platform}`),
    what: recipe.what,
    progress,
    produce: (dir) => build(recipe, source, dir, progress),
  });
}

/** Digest of all that decides what the build yields. */
async function digest(recipe: Recipe, source: string): Promise<string> {
  const hash = createHash('sha256').update(`${recipe.packages.join(' ')}\n${recipe.linkerFlags}\n`);
  const files = await readdir(source, { recursive: true, withFileTypes: true });
  const paths = files.filter((file) => file.isFile()).map((file) => join(file.parentPath, file.name));
  for (const path of paths.sort()) hash.update(await readFile(path));
  return hash.digest('hex').slice(0, 16);
}

async function build(recipe: Recipe, source: string, dir: string, progress: Progress): Promise<readonly string[]> {
  const go = await ensureGo(progress);
  // Go may write to the folder of the module; the checkout stays as it is.
  const module = join(dir, 'module');
  await cp(source, module, { recursive: true });
  progress(`cluster: builds ${recipe.what} from source, once`);
  let seen = 0;
  const flags = ['-v', '-mod=readonly', '-buildvcs=false', '-trimpath', '-gcflags=all=-dwarf=false'];
  const outputs = ['-ldflags', recipe.linkerFlags, '-o', `${dir}/`, ...recipe.packages];
  await runCommand(go, ['build', ...flags, ...outputs], {
    cwd: module,
    env: { ...goEnvironment(), CGO_ENABLED: '0' },
    what: `cluster: ${recipe.what}`,
    progress,
    // Each module that is fetched and each package that is compiled has a line.
    onErrorLine: () => (seen += 1),
    howFar: () => `${String(seen)} modules and packages done`,
  });
  await rm(module, { recursive: true });
  return recipe.programs;
}
