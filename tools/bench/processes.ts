import { readFileSync } from 'node:fs';

/** Ticks of the CPU clock per second in /proc; fixed at 100 for user space on Linux. */
const TICKS_PER_SECOND = 100;

/** CPU time that a process has used so far, in seconds. */
export function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The command in parentheses may hold blanks; the fields after it do not (proc(5)).
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** The most memory that a process has had resident, in MiB. */
export const peakRssMiB = (pid: number): number => statusMiB(pid, 'VmHWM');

/** The memory that a process has resident now, in MiB. */
export const rssMiB = (pid: number): number => statusMiB(pid, 'VmRSS');

/** Of that, what is no page of a file, in MiB. */
export const anonymousMiB = (pid: number): number => statusMiB(pid, 'RssAnon');

function statusMiB(pid: number, field: string): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1] ?? 0) / 1024;
}
