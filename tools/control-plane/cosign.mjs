// cosign signs and verifies images, crane moves them and serves a registry of tests. Only what asks for them builds them.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureGoPrograms } from './go-programs.mjs';
import { COSIGN_VERSION } from './versions.mjs';

/** @typedef {{ readonly cosign: string, readonly crane: string }} SigningTools paths of the programs */

/**
 * Finds cosign and crane in the cache, or builds them (3 to 15 minutes, once). crane comes from the library that cosign is built on
 * anyway, and takes seconds.
 * @param {{ progress?: (text: string) => void }} [options] `progress` is told every ten seconds how far the build is
 * @returns {Promise<SigningTools>}
 * @throws Error when there is no Go toolchain, a module cannot be had, or the compiler fails
 */
export async function ensureCosign({ progress = () => undefined } = {}) {
  const dir = await ensureGoPrograms({
    key: join('cosign', COSIGN_VERSION),
    what: `cosign ${COSIGN_VERSION}`,
    recipe: fileURLToPath(new URL('cosign/', import.meta.url)),
    packages: ['github.com/sigstore/cosign/v2/cmd/cosign', 'github.com/google/go-containerregistry/cmd/crane'],
    // Without this cosign says it is "devel".
    linkerFlags: `-s -w -X sigs.k8s.io/release-utils/version.gitVersion=v${COSIGN_VERSION}`,
    takes: '3 to 15 minutes',
    progress,
  });
  return { cosign: join(dir, 'cosign'), crane: join(dir, 'crane') };
}
