// etcd, kube-apiserver and kubectl built from their Go modules. build/go.mod pins every module, build/go.sum its content.
import { createHash } from 'node:crypto';
import { cp, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCommand } from './command.mjs';
import { ensureGo, goEnvironment } from './go-toolchain.mjs';
import { KUBERNETES_VERSION } from './versions.mjs';

const recipe = fileURLToPath(new URL('build/', import.meta.url));

const PACKAGES = ['k8s.io/kubernetes/cmd/kube-apiserver', 'k8s.io/kubernetes/cmd/kubectl', 'go.etcd.io/etcd/server/v3'];

const [MAJOR = '', MINOR = ''] = KUBERNETES_VERSION.split('.');

/** Without these a server says it is v0.0.0-master. */
const LINKER_FLAGS = [
  '-s -w',
  ...Object.entries({
    gitVersion: `v${KUBERNETES_VERSION}`,
    gitMajor: MAJOR,
    gitMinor: MINOR,
    gitTreeState: 'clean',
  }).map(([name, value]) => `-X k8s.io/component-base/version.${name}=${value}`),
].join(' ');

/** No tables for a debugger, which the linker would leave out of the programs anyway: an eighth of the compiler's time. */
const COMPILER_FLAGS = 'all=-dwarf=false';

/** Digest of all that decides what the build yields. */
export async function recipeDigest() {
  const hash = createHash('sha256').update(`${PACKAGES.join(' ')}\n${LINKER_FLAGS}\n`);
  for (const file of ['go.mod', 'go.sum']) hash.update(await readFile(join(recipe, file)));
  return hash.digest('hex').slice(0, 16);
}

/**
 * Builds the three binaries into `dir` as `etcd`, `kube-apiserver` and `kubectl`.
 * @param {string} dir
 * @param {(text: string) => void} progress
 * @throws Error when there is no Go toolchain, a module cannot be had, or the compiler fails
 */
export async function buildFromModules(dir, progress) {
  const go = await ensureGo(progress);
  // Go may write to the folder of the module; the checkout stays as it is.
  const module = join(dir, 'module');
  await cp(recipe, module, { recursive: true });
  progress(
    `control plane: builds kube-apiserver ${KUBERNETES_VERSION}, kubectl and etcd from source, once (3 to 8 minutes)`,
  );
  const common = { cwd: module, env: { ...goEnvironment(), CGO_ENABLED: '0' }, progress };
  let fetched = 0;
  const packages = await runCommand(go, ['list', '-mod=readonly', '-deps', ...PACKAGES], {
    ...common,
    what: 'control plane: modules',
    onErrorLine: (line) => (fetched += line.startsWith('go: downloading ') ? 1 : 0),
    howFar: () => `${fetched} fetched`,
  });
  const total = packages.trim().split('\n').length;
  let compiled = 0;
  const flags = ['-v', '-mod=readonly', '-buildvcs=false', '-trimpath', `-gcflags=${COMPILER_FLAGS}`];
  await runCommand(go, ['build', ...flags, '-ldflags', LINKER_FLAGS, '-o', `${dir}/`, ...PACKAGES], {
    ...common,
    what: 'control plane: build',
    // With -v the compiler names each package when its turn comes.
    onErrorLine: () => compiled++,
    howFar: () => `${Math.min(compiled, total)} of ${total} packages`,
  });
  await rename(join(dir, 'server'), join(dir, 'etcd'));
  await rm(module, { recursive: true });
}
