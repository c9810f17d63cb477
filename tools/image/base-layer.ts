/** The lowest layer: what Node needs of a system, out of Debian packages, file by file. What is not named here is not in the image. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Progress } from './apt.ts';
import { type BaseLock, packagesFor } from './base-lock.ts';
import { fetchDeb } from './debs.ts';
import { type Layer, layerOf } from './layer.ts';
import type { Platform } from './platforms.ts';
import { readTar, type TarEntry } from './tar.ts';

/** User and group that every program runs as. */
export const NONROOT = 65_532;
/** Where OpenSSL is told to find whom to trust. */
export const CA_BUNDLE = 'etc/ssl/certs/ca-certificates.crt';

/** Each package with what is taken of it: patterns of whole paths, `{triple}` and `{linker}` as the platform says. */
const WANTED: Readonly<Record<string, readonly string[]>> = {
  libc6: [
    '{linker}',
    String.raw`lib/{triple}/ld-linux-[^/]+\.so\.\d`,
    String.raw`lib/{triple}/lib(?:c|m|dl|pthread|rt|resolv|nss_dns|nss_files)\.so\.\d`,
  ],
  libatomic1: [String.raw`usr/lib/{triple}/libatomic\.so\.1[.\d]*`],
  'libgcc-s1': [String.raw`lib/{triple}/libgcc_s\.so\.1`],
  'libstdc++6': [String.raw`usr/lib/{triple}/libstdc\+\+\.so\.6[.\d]*`],
  // The licence that the three above point to.
  'gcc-12-base': [],
  'ca-certificates': [String.raw`usr/share/ca-certificates/mozilla/.*\.crt`],
  // posix/ and right/ are the same zones once more, without and with leap seconds.
  tzdata: [String.raw`usr/share/zoneinfo/(?!posix/|right/).*`],
};

/** Licences of a package, or the link to the package that has them. */
const LICENCE = String.raw`usr/share/doc/[^/]+(?:/copyright)?`;

/** Names of the packages of the base layer. */
export const BASE_PACKAGES: readonly string[] = Object.keys(WANTED);

/** The base layer of one platform. @throws Error when a package cannot be had, or lacks what is wanted of it */
export async function baseLayer(lock: BaseLock, platform: Platform, progress: Progress): Promise<Layer> {
  const entries: TarEntry[] = [...systemFiles()];
  for (const locked of packagesFor(lock, platform)) {
    const contents = await contentsOf(await fetchDeb(locked, progress));
    entries.push(...select(locked.package, contents, platform));
  }
  return layerOf(`base, ${lock.distribution}`, withBundle(entries));
}

/** What is taken of a package. @throws Error naming the pattern that nothing matches: the package is laid out in another way */
export function select(name: string, contents: readonly TarEntry[], platform: Platform): TarEntry[] {
  const patterns = [...(WANTED[name] ?? []), LICENCE];
  return patterns.flatMap((pattern) => {
    const text = pattern.replaceAll('{triple}', platform.triple).replaceAll('{linker}', platform.linker);
    const whole = new RegExp(`^(?:${text})$`);
    const found = contents.filter(({ path }) => whole.test(path));
    if (found.length === 0) throw new Error(`${name} for ${platform.architecture} has nothing that matches ${text}`);
    return found;
  });
}

/** The certificates of the packages as one file, which is what OpenSSL reads; the single ones are not needed beside it. */
export function withBundle(entries: readonly TarEntry[]): TarEntry[] {
  const isCertificate = ({ path }: TarEntry): boolean => path.startsWith('usr/share/ca-certificates/');
  const certificates = entries
    .filter(isCertificate)
    .sort((a, b) => (a.path < b.path ? -1 : 1))
    .map((entry) => (entry.kind === 'file' ? `${entry.content.toString('latin1').trim()}\n` : ''));
  const bundle = systemFile(CA_BUNDLE, certificates.join(''));
  return [...entries.filter((entry) => !isCertificate(entry)), bundle];
}

function systemFiles(): TarEntry[] {
  return [
    systemFile(
      'etc/passwd',
      `root:x:0:0:root:/:/nonexistent\nnonroot:x:${NONROOT}:${NONROOT}:nonroot:/:/nonexistent\n`,
    ),
    systemFile('etc/group', `root:x:0:\nnonroot:x:${NONROOT}:\n`),
    systemFile('etc/nsswitch.conf', 'passwd: files\ngroup: files\nhosts: files dns\n'),
  ];
}

const systemFile = (path: string, content: string): TarEntry => ({
  kind: 'file',
  path,
  content: Buffer.from(content, 'latin1'),
  executable: false,
});

/** dpkg comes with apt, and knows every compression that Debian uses. */
async function contentsOf(deb: string): Promise<TarEntry[]> {
  const { stdout } = await promisify(execFile)('dpkg-deb', ['--fsys-tarfile', deb], {
    encoding: 'buffer',
    maxBuffer: 256 * 1024 * 1024,
  });
  return readTar(stdout);
}
