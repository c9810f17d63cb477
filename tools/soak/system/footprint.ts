import { readdirSync, readlinkSync } from 'node:fs';
import { liveHeapBytes } from '../../bench/live-heap.ts';
import { rssMiB } from '../../bench/processes.ts';

/** What a process of core takes up at rest. */
export interface Footprint {
  readonly heapMiB: number;
  readonly rssMiB: number;
  readonly sockets: number;
  /** Series about objects that are gone; each is remembered for an hour, and of a thousand objects at most. */
  readonly goneSeries: number;
  /** All others. */
  readonly series: number;
  /** Informers, and objects in their stores. */
  readonly informers: number;
  readonly informerObjects: number;
}

/** Of one that is gone: calls, errors, its last duration in both units, and (Deleted, False). */
const SERIES_OF_ONE = 5;

/** By how much each figure may be above what it was: memory is not given back to the last byte. */
const MAY_GROW: Readonly<Record<keyof Footprint, (before: number) => number>> = {
  heapMiB: (before) => before * 1.1 + 3,
  rssMiB: (before) => before * 1.3 + 40,
  sockets: (before) => before + 3,
  goneSeries: () => 1_000 * SERIES_OF_ONE,
  // Counters of errors appear with the first error, for an object and for a kind of answer.
  series: (before) => before * 1.25 + 50,
  informers: (before) => before,
  informerObjects: (before) => before,
};

/** Looks at a process. @param metricsUrl its /metrics @param isGone whether there is no object of that name any more */
export async function footprintOf(
  pid: number,
  metricsUrl: string,
  isGone: (name: string) => boolean,
): Promise<Footprint> {
  // First: a full collection gives memory back, and asking for it opens a socket.
  const heap = await liveHeapBytes(pid);
  const text = await (await fetch(metricsUrl)).text();
  const series = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const stores = series.filter((line) => line.startsWith('informer_objects'));
  const valueOf = (line: string): number => Number(line.slice(line.lastIndexOf(' ') + 1));
  const gone = series.filter((line) => isGone(/[{,]name="([^"]*)"/.exec(line)?.[1] ?? '')).length;
  return {
    heapMiB: rounded(heap / 1024 / 1024),
    rssMiB: rounded(rssMiB(pid)),
    sockets: openSockets(pid),
    goneSeries: gone,
    series: series.length - gone,
    informers: stores.length,
    informerObjects: stores.reduce((sum, line) => sum + valueOf(line), 0),
  };
}

/** One line for each figure that has grown more than it may. */
export function grown(before: Footprint, after: Footprint): string[] {
  return (Object.keys(MAY_GROW) as (keyof Footprint)[])
    .filter((name) => after[name] > MAY_GROW[name](before[name]))
    .map((name) => `${name} was ${before[name]} and is ${after[name]}`);
}

const rounded = (value: number): number => Math.round(value * 10) / 10;

function openSockets(pid: number): number {
  const dir = `/proc/${pid}/fd`;
  return readdirSync(dir).filter((fd) => {
    try {
      return readlinkSync(`${dir}/${fd}`).startsWith('socket:');
    } catch {
      return false;
    }
  }).length;
}
