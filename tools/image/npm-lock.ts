import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../setup.mjs';

/** What package-lock.json says of one installed package. */
export interface LockedNpm {
  readonly version: string;
  /** Of its archive: `sha512-…`, base 64. */
  readonly integrity: string;
  /** As its package.json says: an SPDX expression, mostly. */
  readonly license?: string;
}

/** package-lock.json, by place: `node_modules/pino`. */
export function npmLock(folder: string = root): Readonly<Record<string, LockedNpm | undefined>> {
  const { packages } = JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, LockedNpm>;
  };
  return packages;
}
