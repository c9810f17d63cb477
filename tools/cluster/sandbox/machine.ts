/** What a machine has to have for a cluster, and what is said where it has not. */
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Facts about a machine. */
export interface Machine {
  readonly platform: string;
  readonly uid: number;
  /** Effective capabilities of this process, as /proc has them. */
  readonly capabilities: bigint;
  /** Hierarchies of cgroup v1 that are mounted below /sys/fs/cgroup. */
  readonly cgroupHierarchies: readonly string[];
  /** Whether /sys/fs/cgroup is the one hierarchy of cgroup v2. */
  readonly cgroup2: boolean;
  /** Content of /proc/filesystems. */
  readonly filesystems: string;
  readonly hasKmsg: boolean;
  /** Those of {@link PROGRAMS} that are on PATH. */
  readonly programs: readonly string[];
}

/** What enters the namespaces and prepares them, with the Debian package that has it. */
export const PROGRAMS = { ip: 'iproute2', mount: 'mount', nsenter: 'util-linux', unshare: 'util-linux' } as const;

/** Bit of each capability that a node cannot do without (linux/capability.h). */
const CAPABILITIES = { CAP_SYS_ADMIN: 21n, CAP_NET_ADMIN: 12n, CAP_SYS_CHROOT: 18n, CAP_MKNOD: 27n } as const;

/** Hierarchies that kubelet and runc ask for. */
export const CGROUP_HIERARCHIES = [
  'cpu',
  'cpuacct',
  'cpuset',
  'memory',
  'pids',
  'devices',
  'freezer',
  'blkio',
] as const;

/** Looks at this machine. */
export function thisMachine(): Machine {
  const read = (path: string): string => (existsSync(path) ? readFileSync(path, 'utf8') : '');
  return {
    platform: process.platform,
    uid: process.getuid?.() ?? -1,
    capabilities: BigInt(`0x${/^CapEff:\s*([0-9a-f]+)$/m.exec(read('/proc/self/status'))?.[1] ?? '0'}`),
    cgroupHierarchies: CGROUP_HIERARCHIES.filter((name) => existsSync(`/sys/fs/cgroup/${name}/cgroup.procs`)),
    cgroup2: existsSync('/sys/fs/cgroup/cgroup.controllers'),
    filesystems: read('/proc/filesystems'),
    hasKmsg: existsSync('/dev/kmsg'),
    programs: Object.keys(PROGRAMS).filter((name) =>
      (process.env['PATH'] ?? '').split(delimiter).some((folder) => existsSync(join(folder, name))),
    ),
  };
}

/** Why no cluster can run on that machine, a sentence each with what to do; empty when one can. */
export function whyNot(machine: Machine): readonly string[] {
  if (machine.platform !== 'linux') return [`a node needs Linux, and this is ${machine.platform}`];
  const reasons: string[] = [];
  if (machine.uid !== 0) reasons.push('a node needs root, for namespaces and mounts: run it as root');
  const missing = Object.entries(CAPABILITIES).filter(([, bit]) => ((machine.capabilities >> bit) & 1n) === 0n);
  for (const [name] of missing) {
    reasons.push(`this process lacks ${name}: in a container, start that one with --cap-add=${name} or --privileged`);
  }
  if (machine.cgroup2) {
    reasons.push('/sys/fs/cgroup is cgroup v2, which was not tried: boot with systemd.unified_cgroup_hierarchy=0');
  } else {
    const absent = CGROUP_HIERARCHIES.filter((name) => !machine.cgroupHierarchies.includes(name));
    if (absent.length > 0)
      reasons.push(`cgroup hierarchies are not mounted below /sys/fs/cgroup: ${absent.join(', ')}`);
  }
  if (!/\boverlay$/m.test(machine.filesystems)) reasons.push('the kernel has no overlay file system: modprobe overlay');
  if (!machine.hasKmsg) reasons.push('/dev/kmsg is missing, which kubelet reads: mknod /dev/kmsg c 1 11');
  for (const [name, debianPackage] of Object.entries(PROGRAMS)) {
    if (!machine.programs.includes(name))
      reasons.push(`the program ${name} is not on PATH: apt-get install ${debianPackage}`);
  }
  return reasons;
}
