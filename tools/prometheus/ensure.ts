/** The real Prometheus and its promtool, unpacked from Debian's package into the cache: nothing is installed on the machine. */
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ensureEntry } from '@eso/control-plane/cache.mjs';
import { runCommand } from '@eso/control-plane/command.mjs';
import type { Progress } from '../image/apt.ts';
import { fetchDeb } from '../image/debs.ts';
import { lockedPrometheus, PROMETHEUS_LOCK } from './lock.ts';

/** Paths of the programs. */
export interface PrometheusPrograms {
  readonly prometheus: string;
  readonly promtool: string;
}

const NAMES = ['prometheus', 'promtool'] as const;

/**
 * Finds them in the cache, or downloads them (19 MB, once).
 * @throws Error when the machine is no Debian 12, or the package cannot be had or is not the locked one
 */
export async function ensurePrometheus(progress: Progress): Promise<PrometheusPrograms> {
  const locked = lockedPrometheus(process.arch);
  const dir = await ensureEntry({
    key: join('prometheus', locked.sha256),
    what: `Prometheus ${locked.version}`,
    progress,
    produce: async (draft) => {
      const whole = join(draft, 'whole');
      await mkdir(whole);
      await runCommand('dpkg-deb', ['-x', await fetchDeb(locked, progress, PROMETHEUS_LOCK), whole]);
      for (const name of NAMES) await rename(join(whole, 'usr', 'bin', name), join(draft, name));
      await rm(whole, { recursive: true });
      return NAMES;
    },
  });
  return { prometheus: join(dir, 'prometheus'), promtool: join(dir, 'promtool') };
}
