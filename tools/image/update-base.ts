import { readFileSync, writeFileSync } from 'node:fs';
import type { Progress } from './apt.ts';
import { BASE_PACKAGES } from './base-layer.ts';
import { BASE_LOCK, type BaseLock, type LockedDeb } from './base-lock.ts';
import { newestDebs } from './debs.ts';
import { PLATFORMS } from './platforms.ts';

/** Writes the newest packages of this machine's Debian into the lock. @returns whether anything is another than before */
export async function updateBase(progress: Progress): Promise<boolean> {
  const found: LockedDeb[] = [];
  for (const { architecture } of PLATFORMS) found.push(...(await newestDebs(BASE_PACKAGES, architecture, progress)));
  const packages = found.filter((one, index) => found.findIndex(({ sha256 }) => sha256 === one.sha256) === index);
  const lock: BaseLock = { distribution: distribution(), packages };
  const text = `${JSON.stringify(lock, undefined, 2)}\n`;
  let before = '';
  try {
    before = readFileSync(BASE_LOCK, 'utf8');
  } catch {
    // The first one of all.
  }
  writeFileSync(BASE_LOCK, text);
  return text !== before;
}

function distribution(): string {
  const release = readFileSync('/etc/os-release', 'utf8');
  const [, id = 'unknown'] = /^ID=(.*)$/m.exec(release) ?? [];
  const [, version = ''] = /^VERSION_ID="?([^"\n]*)"?$/m.exec(release) ?? [];
  return `${id}-${version}`;
}
