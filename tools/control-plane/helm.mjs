// Helm, built from its Go module. helm/go.mod pins every module, helm/go.sum its content. Only what asks for it builds it.
import { createHash } from 'node:crypto';
import { cp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureEntry, platform } from './cache.mjs';
import { runCommand } from './command.mjs';
import { ensureGo, goEnvironment } from './go-toolchain.mjs';
import { HELM_VERSION, KUBERNETES_VERSION } from './versions.mjs';

const recipe = fileURLToPath(new URL('helm/', import.meta.url));
const PACKAGE = 'helm.sh/helm/v3/cmd/helm';
const [MAJOR = '', MINOR = ''] = KUBERNETES_VERSION.split('.');

/** Without these Helm says it is of no version, and renders for a Kubernetes of years ago where there is no cluster to ask. */
const LINKER_FLAGS = [
  '-s -w',
  ...Object.entries({
    'helm.sh/helm/v3/internal/version.version': `v${HELM_VERSION}`,
    'helm.sh/helm/v3/pkg/lint/rules.k8sVersionMajor': MAJOR,
    'helm.sh/helm/v3/pkg/lint/rules.k8sVersionMinor': MINOR,
    'helm.sh/helm/v3/pkg/chartutil.k8sVersionMajor': MAJOR,
    'helm.sh/helm/v3/pkg/chartutil.k8sVersionMinor': MINOR,
  }).map(([name, value]) => `-X ${name}=${value}`),
].join(' ');

/**
 * Finds Helm in the cache, or builds it (1 to 4 minutes, once).
 * @param {{ progress?: (text: string) => void }} [options] `progress` is told every ten seconds how far the build is
 * @returns {Promise<string>} path of the program
 * @throws Error when there is no Go toolchain, a module cannot be had, or the compiler fails
 */
export async function ensureHelm({ progress = () => undefined } = {}) {
  const hash = createHash('sha256').update(`${PACKAGE}\n${LINKER_FLAGS}\n`);
  for (const file of ['go.mod', 'go.sum']) hash.update(await readFile(join(recipe, file)));
  const dir = await ensureEntry({
    key: join('helm', `${HELM_VERSION}-${hash.digest('hex').slice(0, 16)}-${platform}`),
    what: `Helm ${HELM_VERSION}`,
    progress,
    produce: (draft) => build(draft, progress),
  });
  return join(dir, 'helm');
}

/**
 * @param {string} dir
 * @param {(text: string) => void} progress
 */
async function build(dir, progress) {
  const go = await ensureGo(progress);
  // Go may write to the folder of the module; the checkout stays as it is.
  const module = join(dir, 'module');
  await cp(recipe, module, { recursive: true });
  progress(`Helm: builds ${HELM_VERSION} from source, once (1 to 4 minutes)`);
  let seen = 0;
  const flags = ['-v', '-mod=readonly', '-buildvcs=false', '-trimpath', '-gcflags=all=-dwarf=false'];
  await runCommand(go, ['build', ...flags, '-ldflags', LINKER_FLAGS, '-o', join(dir, 'helm'), PACKAGE], {
    cwd: module,
    env: { ...goEnvironment(), CGO_ENABLED: '0' },
    what: 'Helm: build',
    progress,
    // Each module that is fetched and each package that is compiled has a line.
    onErrorLine: () => seen++,
    howFar: () => `${seen} modules and packages done`,
  });
  await rm(module, { recursive: true });
  return ['helm'];
}
