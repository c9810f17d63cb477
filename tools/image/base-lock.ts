import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Platform } from './platforms.ts';

/** One Debian package, by its content. */
export interface LockedDeb {
  readonly package: string;
  readonly version: string;
  /** `all` where it is the same on every machine. */
  readonly architecture: string;
  /** Of the `.deb`, hex. */
  readonly sha256: string;
}

/** What the base layer is made of. */
export interface BaseLock {
  /** Of Debian, as its packages' addresses in an SBOM name it: `debian-12`. */
  readonly distribution: string;
  readonly packages: readonly LockedDeb[];
}

/** Where the lock is, from the root of the workspace. */
export const BASE_LOCK_PATH = 'tools/image/base.lock.json';

/** Its absolute path. */
export const BASE_LOCK = join(import.meta.dirname, 'base.lock.json');

/** The committed lock. @throws Error when it is no JSON */
export const baseLock = (): BaseLock => JSON.parse(readFileSync(BASE_LOCK, 'utf8')) as BaseLock;

/** The packages of one platform. */
export const packagesFor = ({ packages }: BaseLock, { architecture }: Platform): LockedDeb[] =>
  packages.filter((locked) => locked.architecture === architecture || locked.architecture === 'all');
