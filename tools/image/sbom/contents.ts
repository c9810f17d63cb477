/** Which packages an image has, each with its version, licence and content. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PackageURL } from 'packageurl-js';
import { root } from '../../setup.mjs';
import type { BaseLock, LockedDeb } from '../base-lock.ts';
import { packagesFor } from '../base-lock.ts';
import { lockedNode } from '../node-layer.ts';
import { type LockedNpm, npmLock } from '../npm-lock.ts';
import type { Platform } from '../platforms.ts';

/** One package in an image. */
export interface Package {
  /** `node` is Node itself; `workspace` are packages of this repository, which nobody publishes advisories for elsewhere. */
  readonly ecosystem: 'npm' | 'debian' | 'node' | 'workspace';
  /** With its scope: `@azure/identity`. */
  readonly name: string;
  readonly version: string;
  /** Package URL. */
  readonly purl: string;
  /** As the package says; absent where that is a text in the image and no identifier. */
  readonly license?: string;
  /** Hex digest of what was unpacked. */
  readonly hash?: { readonly algorithm: 'SHA-256' | 'SHA-512'; readonly hex: string };
}

/** The part of esbuild's metafile that is read here. */
export interface Metafile {
  readonly inputs: Readonly<Record<string, unknown>>;
}

/** Everything in the image of one app for one platform, sorted by package URL. @param dist folder of its bundle */
export function contentsOf(dist: string, base: BaseLock, platform: Platform): Package[] {
  const metafiles = ['meta.json', 'meta-worker.json']
    .map((name) => join(dist, name))
    .filter((path) => existsSync(path))
    .map((path) => JSON.parse(readFileSync(path, 'utf8')) as Metafile);
  return [
    ...bundledPackages(metafiles, npmLock()),
    ...packagesFor(base, platform).map((locked) => debian(locked, base.distribution)),
    nodeItself(platform),
  ].sort((a, b) => (a.purl < b.purl ? -1 : 1));
}

/**
 * The packages that a bundle was made of, each version once.
 * @throws Error when a file is of no package that the lockfile has: the bundle and the lockfile are not of one time
 */
export function bundledPackages(metafiles: readonly Metafile[], lock: ReturnType<typeof npmLock>): Package[] {
  const places = new Set(metafiles.flatMap(({ inputs }) => Object.keys(inputs).map(placeOf)));
  const all = [...places].map((place) => {
    const locked = lock[place];
    if (!locked) throw new Error(`the bundle has files of ${place}, which package-lock.json has not: bundle it anew`);
    return place.includes('node_modules/') ? npm(nameOf(place), locked) : ours(place, locked);
  });
  return [...new Map(all.map((one) => [one.purl, one])).values()];
}

/** `node_modules/@azure/identity` of a file in it; `libs/api` of a file of the workspace. */
function placeOf(input: string): string {
  const [, place] = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input) ?? [];
  return place ?? input.split('/').slice(0, 2).join('/');
}

const nameOf = (place: string): string => place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length);

function npm(name: string, { version, license, integrity }: LockedNpm): Package {
  const hex = Buffer.from(integrity.replace(/^sha512-/, ''), 'base64').toString('hex');
  const hash = { algorithm: 'SHA-512', hex } as const;
  return { ecosystem: 'npm', name, version, purl: npmUrl(name, version), ...(license ? { license } : {}), hash };
}

function ours(place: string, { version }: LockedNpm): Package {
  const { name, license } = JSON.parse(readFileSync(join(root, place, 'package.json'), 'utf8')) as {
    name: string;
    license: string;
  };
  return { ecosystem: 'workspace', name, version, license, purl: npmUrl(name, version) };
}

function npmUrl(name: string, version: string): string {
  const [scope, rest] = name.startsWith('@') ? name.split('/', 2) : [undefined, name];
  return new PackageURL('npm', scope, rest, version).toString();
}

function debian({ package: name, version, architecture: arch, sha256 }: LockedDeb, distro: string): Package {
  const purl = new PackageURL('deb', 'debian', name, version, { arch, distro }).toString();
  return { ecosystem: 'debian', name, version, purl, hash: { algorithm: 'SHA-256', hex: sha256 } };
}

function nodeItself(platform: Platform): Package {
  const { version, license, integrity } = lockedNode(platform);
  const { hash } = npm('node', { version, integrity });
  const purl = new PackageURL('generic', undefined, 'node', version).toString();
  return { ecosystem: 'node', name: 'node', version, purl, ...(license ? { license } : {}), ...(hash ? { hash } : {}) };
}
