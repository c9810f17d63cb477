/**
 * containerd, runc, CNI plugins and nft from Debian's packages, unpacked into the cache: nothing is installed on the machine. apt checks
 * each package against the signed index of its archive.
 */
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { digestFile, ensureEntry, platform } from '@eso/control-plane/cache.mjs';
import { runCommand } from '@eso/control-plane/command.mjs';
import type { Progress } from './go-programs.ts';

/** With the libraries that they need beside libc. */
const PACKAGES = [
  'containerd',
  'runc',
  'containernetworking-plugins',
  'nftables',
  ...['libnftables1', 'libnftnl11', 'libmnl0', 'libjansson4', 'libgmp10', 'libxtables12'],
  ...['libedit2', 'libtinfo6', 'libbsd0', 'libmd0', 'libseccomp2'],
];

const PROGRAMS = [
  ...['usr/bin/containerd', 'usr/bin/containerd-shim-runc-v2', 'usr/bin/ctr', 'usr/sbin/runc', 'usr/sbin/nft'],
  ...['usr/lib/cni/ptp', 'usr/lib/cni/host-local', 'usr/lib/cni/loopback'],
];

/** Folders of what was unpacked. */
export interface DebianPrograms {
  /** For PATH. */
  readonly path: readonly string[];
  /** For LD_LIBRARY_PATH. */
  readonly libraries: string;
  /** For containerd's `bin_dir`. */
  readonly cniPlugins: string;
}

/**
 * Finds them in the cache, or downloads them (36 MB, once).
 * @throws Error when the machine is no Debian, or a package cannot be had
 */
export async function ensureDebianPrograms(progress: Progress): Promise<DebianPrograms> {
  const release = await debianRelease();
  const recipe = createHash('sha256').update(`${release} ${PACKAGES.join(' ')} ${PROGRAMS.join(' ')}`);
  const dir = await ensureEntry({
    key: join('cluster', `debian-${release}-${recipe.digest('hex').slice(0, 16)}-${platform}`),
    what: 'containerd, runc, CNI plugins and nft',
    progress,
    produce: (draft) => unpack(draft, progress),
  });
  const multiarch = process.arch === 'arm64' ? 'aarch64-linux-gnu' : 'x86_64-linux-gnu';
  const libraries = [join(dir, 'usr/lib', multiarch), join(dir, 'lib', multiarch)].join(':');
  return { path: [join(dir, 'usr/bin'), join(dir, 'usr/sbin')], libraries, cniPlugins: join(dir, 'usr/lib/cni') };
}

/** Code name of the release, `bookworm`: what is unpacked is linked against its libc. */
async function debianRelease(): Promise<string> {
  const text = await readFile('/etc/os-release', 'utf8').catch(() => '');
  const name = /^VERSION_CODENAME=(\w+)$/m.exec(text)?.[1];
  if (/^ID=debian$/m.test(text) && name !== undefined) return name;
  throw new Error(
    "containerd, runc and CNI plugins come from Debian's packages, and this machine is no Debian: run it on Debian 12",
  );
}

async function unpack(dir: string, progress: Progress): Promise<readonly string[]> {
  const debs = join(dir, 'debs');
  await mkdir(debs);
  const download = (): Promise<string> =>
    // As root apt would hand the download to a user who may not write here.
    runCommand('apt-get', ['-o', 'APT::Sandbox::User=root', 'download', ...PACKAGES], {
      cwd: debs,
      what: 'apt',
      progress,
    });
  try {
    await download();
  } catch {
    progress('cluster: apt knows no such package yet, updates its lists');
    await runCommand('apt-get', ['update'], { what: 'apt-get update', progress });
    await download();
  }
  const names = (await readdir(debs)).sort();
  for (const name of names) {
    await runCommand('dpkg-deb', ['-x', join(debs, name), dir]);
    progress(`cluster: ${decodeURIComponent(name)} sha256:${await digestFile(join(debs, name))}`);
  }
  return [...PROGRAMS, ...names.map((name) => join('debs', name))];
}
