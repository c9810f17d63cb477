/** Where an image comes from, as SLSA's provenance (version 1) says it. It has no time: equal images have equal provenance. */
import { PackageURL } from 'packageurl-js';
import { type BaseLock, packagesFor } from '../base-lock.ts';
import { lockedNode } from '../node-layer.ts';
import type { Platform } from '../platforms.ts';
import type { Source } from './source.ts';

/** Something by its content; names as SLSA has them. */
export interface ResourceDescriptor {
  readonly name: string;
  readonly uri: string;
  readonly digest: Readonly<Record<string, string>>;
}

/** The predicate. */
export interface Provenance {
  readonly buildDefinition: {
    readonly buildType: string;
    readonly externalParameters: { readonly app: string };
    readonly internalParameters: { readonly platforms: readonly string[]; readonly uncommitted: boolean };
    readonly resolvedDependencies: readonly ResourceDescriptor[];
  };
  readonly runDetails: { readonly builder: { readonly id: string } };
}

/** Type that a statement with this predicate has. */
export const PROVENANCE_TYPE = 'https://slsa.dev/provenance/v1';

/** Name of the entry that says which commit. */
export const SOURCE = 'source';

const page = ({ repository }: Source): string => `${repository.replace(/^git\+|\.git$/g, '')}/docs/images.md`;

/** Who builds where nothing else is said: whoever has the key, on a machine of their own. */
export const defaultBuilder = (source: Source): string => `${page(source)}#who-builds`;

/** What is stated of an image. */
export interface ProvenanceOptions {
  readonly app: string;
  readonly platforms: readonly Platform[];
  readonly base: BaseLock;
  readonly source: Source;
  /** Address that names who built it. */
  readonly builder: string;
}

/** The provenance of an image for these platforms. @throws Error when package-lock.json pins no Node for one */
export function provenanceOf({ app, platforms, base, source, builder }: ProvenanceOptions): Provenance {
  const materials = platforms.flatMap((platform) => [...debs(base, platform), node(platform)]);
  return {
    buildDefinition: {
      buildType: `${page(source)}#provenance`,
      externalParameters: { app },
      internalParameters: {
        platforms: platforms.map(({ architecture }) => `linux/${architecture}`),
        uncommitted: source.uncommitted,
      },
      resolvedDependencies: [
        { name: SOURCE, uri: source.repository, digest: { gitCommit: source.commit } },
        { name: 'package-lock.json', uri: source.repository, digest: { sha256: source.lockfile } },
        // What is the same on every machine stands once.
        ...new Map(materials.map((one) => [one.uri, one])).values(),
      ],
    },
    runDetails: { builder: { id: builder } },
  };
}

const debs = (base: BaseLock, platform: Platform): ResourceDescriptor[] =>
  packagesFor(base, platform).map(({ package: name, version, architecture: arch, sha256 }) => ({
    name,
    uri: new PackageURL('deb', 'debian', name, version, { arch, distro: base.distribution }).toString(),
    digest: { sha256 },
  }));

function node(platform: Platform): ResourceDescriptor {
  const { version, integrity } = lockedNode(platform);
  const sha512 = Buffer.from(integrity.replace(/^sha512-/, ''), 'base64').toString('hex');
  const name = platform.nodePackage;
  return { name, uri: new PackageURL('npm', undefined, name, version).toString(), digest: { sha512 } };
}
