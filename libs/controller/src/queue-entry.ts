import type { Heap, Slotted } from './heap.ts';

/** What decides who goes first. */
export interface Rank {
  readonly priority: number;
  /** Order of arrival; kept when the priority rises or the key waits for room, so that a key does not lose its place. */
  readonly arrival: number;
}

/** The higher priority, then the earlier arrival. */
export function goesBefore(a: Rank, b: Rank): boolean {
  return a.priority === b.priority ? a.arrival < b.arrival : a.priority > b.priority;
}

/**
 * A queued key. `delayed`: its time has not come; `ready`: a worker may have it; `held`: its key is being processed;
 * `waiting`: for room at its endpoints; `out`: not queued.
 */
export interface QueueEntry extends Rank, Slotted {
  readonly key: string;
  priority: number;
  arrival: number;
  state: 'out' | 'delayed' | 'ready' | 'held' | 'waiting';
  /** Whole monotonic milliseconds. While delayed: from when on it may be handed out; else: since when it could be. */
  at: number;
  /** Where it waits for room. */
  group: WaitGroup | undefined;
}

/** Keys that wait for room at the same endpoints. */
export interface WaitGroup {
  readonly ids: readonly string[];
  readonly entries: Heap<QueueEntry>;
  /** With several endpoints: how many passes went into one of them since a key of the group last went in. */
  readonly overtaken: Map<string, number>;
}
