import { totalmem } from 'node:os';
import { setFlagsFromString } from 'node:v8';

/**
 * How far the old generation may grow beyond what was alive at the last collection, in percent. V8's own choice goes up to 300, which
 * makes a process of a hundred megabytes peak at four.
 */
const HEAP_GROWTH_PERCENT = 50;
/** Of the container's memory, in percent: the rest is for code, buffers, TLS and the young generation. */
const HEAP_SHARE_PERCENT = 65;
/** Half of the young generation, which V8 would let grow to 32, in MiB. */
const SEMI_SPACE_MIB = 4;
/** No heap is bounded below this, in MiB: a process could not start. */
const MIN_HEAP_MIB = 64;

/** Settings of the heap that somebody chose; they are left alone. */
const CHOSEN = /--max[-_](old[-_]space|heap)[-_]size/;

/**
 * Bounds the process's memory: call it first of all. The heap grows by half of what is alive, whatever that is, and the young generation
 * stays at its first size. In a container whose memory is limited, the process starts itself anew (same process number, before it has
 * done anything) with a heap of 65 % of that: V8 does not take the limit into account enough, and the kernel ends the process where V8
 * would have collected its garbage. Whoever sets `--max-old-space-size` or the like in NODE_OPTIONS has decided otherwise.
 *
 * @param limitBytes memory that the process may take; default: the limit of its control group
 */
export function boundMemory(limitBytes: number = process.constrainedMemory()): void {
  setFlagsFromString(`--heap-growing-percent=${HEAP_GROWTH_PERCENT}`);
  setFlagsFromString('--semi-space-growth-factor=1');
  const chosen = CHOSEN.test(`${process.execArgv.join(' ')} ${process.env['NODE_OPTIONS'] ?? ''}`);
  const heapMib = heapLimitMib(limitBytes, totalmem());
  if (chosen || heapMib === undefined || process.execve === undefined) return;
  const flags = [`--max-old-space-size=${heapMib}`, `--max-semi-space-size=${SEMI_SPACE_MIB}`];
  const argv = [process.execPath, ...flags, ...process.execArgv, ...process.argv.slice(1)];
  process.execve(process.execPath, argv, process.env);
}

/** The heap to give to a process with so much memory; undefined where there is no limit to keep to. */
export function heapLimitMib(limitBytes: number, totalBytes: number): number | undefined {
  // Without a limit the kernel says zero, or more than there is.
  if (limitBytes <= 0 || limitBytes >= totalBytes) return undefined;
  return Math.max(Math.floor((limitBytes / 2 ** 20) * (HEAP_SHARE_PERCENT / 100)), MIN_HEAP_MIB);
}
