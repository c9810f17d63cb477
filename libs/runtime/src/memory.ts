import { totalmem } from 'node:os';
import { setFlagsFromString } from 'node:v8';

/**
 * How far the old generation may grow beyond what was alive at the last collection, in percent. V8's own choice goes up to 300, which
 * makes a process of a hundred megabytes peak at four.
 */
const HEAP_GROWTH_PERCENT = 50;
/** Of the container's memory, in percent: the rest is for code, buffers, TLS and the young generation. */
const HEAP_SHARE_PERCENT = 65;
/**
 * Half of the young generation, in MiB. V8 begins with 1, where what dozens of calls under way hold is copied at every other one of them,
 * and would let it grow to 32. Four costs a process 8 MiB and takes 2 to 5 % of CPU off core in a first sync; more gains nothing.
 */
const SEMI_SPACE_MIB = 4;
/** No heap is bounded below this, in MiB: a process could not start. */
const MIN_HEAP_MIB = 64;

/** Settings of the heap that somebody chose; they are left alone. */
const CHOSEN = /--max[-_](old[-_]space|heap)[-_]size/;
/** Nobody but this module chooses it, so it tells a process that was started anew. */
const SIZED = /--m(in|ax)[-_]semi[-_]space[-_]size/;

/**
 * Bounds the process's memory: call it first of all. The heap grows by half of what is alive, whatever that is, and the young generation
 * has one size. That size can only be told to a process as it starts, so it starts itself anew (same process number, before it has done
 * anything). In a container whose memory is limited, it does so with a heap of 65 % of that: V8 does not take the limit into account
 * enough, and the kernel ends the process where V8 would have collected its garbage. Whoever sets `--max-old-space-size`,
 * `--max-semi-space-size` or the like in NODE_OPTIONS has decided otherwise.
 *
 * @param limitBytes memory that the process may take; default: the limit of its control group
 */
export function boundMemory(limitBytes: number = process.constrainedMemory()): void {
  setFlagsFromString(`--heap-growing-percent=${HEAP_GROWTH_PERCENT}`);
  setFlagsFromString('--semi-space-growth-factor=1');
  // Waking other threads for so little costs more than they take over.
  setFlagsFromString('--no-parallel-scavenge');
  const flags = startFlags(`${process.execArgv.join(' ')} ${process.env['NODE_OPTIONS'] ?? ''}`, limitBytes);
  if (flags.length === 0 || process.execve === undefined) return;
  const argv = [process.execPath, ...flags, ...process.execArgv, ...process.argv.slice(1)];
  process.execve(process.execPath, argv, process.env);
}

/** Flags that the process is still to be given; none where it was started anew already, or somebody chose. */
function startFlags(given: string, limitBytes: number): string[] {
  if (CHOSEN.test(given) || SIZED.test(given)) return [];
  const heapMib = heapLimitMib(limitBytes, totalmem());
  return [
    `--min-semi-space-size=${SEMI_SPACE_MIB}`,
    `--max-semi-space-size=${SEMI_SPACE_MIB}`,
    ...(heapMib === undefined ? [] : [`--max-old-space-size=${heapMib}`]),
  ];
}

/** The heap to give to a process with so much memory; undefined where there is no limit to keep to. */
export function heapLimitMib(limitBytes: number, totalBytes: number): number | undefined {
  // Without a limit the kernel says zero, or more than there is.
  if (limitBytes <= 0 || limitBytes >= totalBytes) return undefined;
  return Math.max(Math.floor((limitBytes / 2 ** 20) * (HEAP_SHARE_PERCENT / 100)), MIN_HEAP_MIB);
}
