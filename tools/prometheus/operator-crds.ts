/** CRDs of the Prometheus operator, out of its Go module: what its API server would say of our ServiceMonitors and PrometheusRules. */
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ensureEntry } from '@eso/control-plane/cache.mjs';
import { runCommand } from '@eso/control-plane/command.mjs';
import { ensureGo, goEnvironment } from '@eso/control-plane/go-toolchain.mjs';
import type { Progress } from '../image/apt.ts';

const MODULE = 'github.com/prometheus-operator/prometheus-operator';
const VERSION = 'v0.92.1';
/** Of the module's content, as go.sum has it. */
const SUM = 'h1:rHWuFo6SVya4FBSCNg2DCzyc4xAv54zk3eDTzp5mQZc=';

const NAMES = ['servicemonitors', 'prometheusrules'].map((plural) => `monitoring.coreos.com_${plural}.yaml`);

/**
 * Paths of the CRDs of ServiceMonitors and PrometheusRules, from the cache or fetched (some seconds, once).
 * @throws Error when there is no Go toolchain, the module cannot be had, or its content is not the one that is written here
 */
export async function ensureOperatorCrds(progress: Progress): Promise<string[]> {
  const dir = await ensureEntry({
    key: join('prometheus', `operator-crds-${VERSION}-${Buffer.from(SUM).toString('hex').slice(-16)}`),
    what: `CRDs of the Prometheus operator ${VERSION}`,
    progress,
    produce: async (draft) => {
      const go = await ensureGo(progress);
      const args = ['mod', 'download', '-json', `${MODULE}@${VERSION}`];
      const text = await runCommand(go, args, { cwd: draft, env: goEnvironment(), what: MODULE, progress });
      const { Dir: folder, Sum: sum } = JSON.parse(text) as { Dir: string; Sum: string };
      if (sum !== SUM) throw new Error(`${MODULE} ${VERSION} was refused: its sum is ${sum}, and not ${SUM}`);
      for (const name of NAMES)
        await copyFile(join(folder, 'example', 'prometheus-operator-crd', name), join(draft, name));
      return NAMES;
    },
  });
  return NAMES.map((name) => join(dir, name));
}
