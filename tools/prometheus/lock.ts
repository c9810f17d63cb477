/**
 * Debian's package of Prometheus, by its content:
 * `node --conditions=@eso/source tools/prometheus/lock.ts` writes the newest into the lock.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LockedDeb } from '../image/base-lock.ts';
import { type LockFile, newestDebs } from '../image/debs.ts';
import { PLATFORMS } from '../image/platforms.ts';
import { step } from '../setup.mjs';

const PATH = join(import.meta.dirname, 'prometheus.lock.json');

/** Where the lock is, for messages. */
export const PROMETHEUS_LOCK: LockFile = {
  path: 'tools/prometheus/prometheus.lock.json',
  update: 'node --conditions=@eso/source tools/prometheus/lock.ts',
};

/** The package for a machine. @param arch as Node names it @throws Error when there is none for it */
export function lockedPrometheus(arch: string): LockedDeb {
  const architecture = arch === 'x64' ? 'amd64' : arch;
  const all = JSON.parse(readFileSync(PATH, 'utf8')) as LockedDeb[];
  const locked = all.find((each) => each.architecture === architecture);
  if (locked) return locked;
  throw new Error(`${PROMETHEUS_LOCK.path} has no package for ${arch}: run this on one of ${names(all)}`);
}

const names = (all: readonly LockedDeb[]): string => all.map(({ architecture }) => architecture).join(', ');

if (import.meta.main) {
  const found: LockedDeb[] = [];
  for (const { architecture } of PLATFORMS) found.push(...(await newestDebs(['prometheus'], architecture, step)));
  writeFileSync(PATH, `${JSON.stringify(found, undefined, 2)}\n`);
}
