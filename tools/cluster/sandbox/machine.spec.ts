import { CGROUP_HIERARCHIES, type Machine, PROGRAMS, whyNot } from './machine.ts';

const good: Machine = {
  platform: 'linux',
  uid: 0,
  capabilities: 0x1fffeffffffn,
  cgroupHierarchies: CGROUP_HIERARCHIES,
  cgroup2: false,
  filesystems: 'nodev\tproc\nnodev\toverlay\n',
  hasKmsg: true,
  programs: Object.keys(PROGRAMS),
};

describe('what a machine needs for a cluster', () => {
  test('a machine that has everything has no reason against it', () => {
    expect(whyNot(good)).toEqual([]);
  });

  test.each<[string, Partial<Machine>, RegExp]>([
    ['another system', { platform: 'darwin' }, /needs Linux, and this is darwin/],
    ['another user', { uid: 1000 }, /run it as root/],
    ['no CAP_SYS_ADMIN', { capabilities: 0x1ffffffffffn & ~(1n << 21n) }, /lacks CAP_SYS_ADMIN.*--privileged/],
    ['no CAP_NET_ADMIN', { capabilities: 0x1ffffffffffn & ~(1n << 12n) }, /lacks CAP_NET_ADMIN/],
    ['cgroup v2', { cgroup2: true, cgroupHierarchies: [] }, /cgroup v2.*systemd.unified_cgroup_hierarchy=0/],
    [
      'a hierarchy that is not mounted',
      { cgroupHierarchies: ['cpu', 'cpuacct', 'cpuset'] },
      /not mounted.*memory, pids/,
    ],
    ['no overlay', { filesystems: 'nodev\tproc\n' }, /modprobe overlay/],
    ['no /dev/kmsg', { hasKmsg: false }, /mknod \/dev\/kmsg/],
    ['no iproute2', { programs: ['mount', 'nsenter', 'unshare'] }, /ip is not on PATH: apt-get install iproute2/],
  ])('%s is said, and nothing else', (_, fault, reason) => {
    const reasons = whyNot({ ...good, ...fault });
    expect(reasons).toHaveLength(1);
    expect(reasons[0]).toMatch(reason);
  });
});
