/** The cluster's own cgroup, one in each hierarchy of cgroup v1. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CGROUP_HIERARCHIES } from './machine.ts';

const ROOT = '/sys/fs/cgroup';
/** Processor time where there is too little, in shares of 1,024 for each process outside: pods are several processes, and not one. */
const CPU_SHARES = 10 * 1_024;

/** Makes it. A set of processors and memory nodes is empty at first, and nothing could run in it. */
export function makeCgroups(cgroup: string): void {
  for (const hierarchy of [...CGROUP_HIERARCHIES, 'systemd']) {
    if (!existsSync(join(ROOT, hierarchy))) continue;
    mkdirSync(join(ROOT, hierarchy, cgroup), { recursive: true });
  }
  for (const file of ['cpuset.cpus', 'cpuset.mems']) {
    writeFileSync(join(ROOT, 'cpuset', cgroup, file), readFileSync(join(ROOT, 'cpuset', file), 'utf8').trim());
  }
  writeFileSync(join(ROOT, 'cpu', cgroup, 'cpu.shares'), String(CPU_SHARES));
}
