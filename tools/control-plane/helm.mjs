// Helm, built from its Go module. Only what asks for it builds it.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureGoPrograms } from './go-programs.mjs';
import { HELM_VERSION, KUBERNETES_VERSION } from './versions.mjs';

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
  const dir = await ensureGoPrograms({
    key: join('helm', HELM_VERSION),
    what: `Helm ${HELM_VERSION}`,
    recipe: fileURLToPath(new URL('helm/', import.meta.url)),
    packages: ['helm.sh/helm/v3/cmd/helm'],
    linkerFlags: LINKER_FLAGS,
    takes: '1 to 4 minutes',
    progress,
  });
  return join(dir, 'helm');
}
