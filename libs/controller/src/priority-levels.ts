import type { QueueEntry } from './queue-entry.ts';

/**
 * What is worked on first when not everything can be: an object that never synced, then one that changed, then one whose
 * periodic refresh is due. Any few numbers may be used; the higher one goes first. They are a label of metrics.
 */
export const Priority = { neverSynced: 100, changed: 0, refresh: -100 } as const;

/** Keys of one priority. */
export interface PriorityLevel {
  readonly priority: number;
  /** For how many milliseconds its oldest key has been ready for a worker; 0 without any. */
  readonly readyMs: number;
  /** For how many milliseconds its oldest key has been waiting for room; 0 without any. */
  readonly waitingMs: number;
  /** For how many milliseconds no key of it was handed out; undefined: none was ever. */
  readonly servedMsAgo: number | undefined;
}

/** Remembers when keys of each priority were handed out. */
export class PriorityLevels {
  /** Priorities are few and set by the program, so this stays small. */
  readonly #handedOutAt = new Map<number, number>();

  /** @param at monotonic milliseconds */
  recordHandOut(priority: number, at: number): void {
    this.#handedOutAt.set(priority, at);
  }

  /** @param now monotonic milliseconds */
  of(entries: Iterable<QueueEntry>, now: number): readonly PriorityLevel[] {
    const oldest = { ready: new Map<number, number>(), waiting: new Map<number, number>() };
    for (const { state, priority, at } of entries)
      if (state === 'ready' || state === 'waiting')
        oldest[state].set(priority, Math.min(at, oldest[state].get(priority) ?? at));
    const priorities = new Set([...this.#handedOutAt.keys(), ...oldest.ready.keys(), ...oldest.waiting.keys()]);
    const age = (since: number | undefined): number => Math.max(0, now - (since ?? now));
    return [...priorities].map((priority) => {
      const served = this.#handedOutAt.get(priority);
      return {
        priority,
        readyMs: age(oldest.ready.get(priority)),
        waitingMs: age(oldest.waiting.get(priority)),
        servedMsAgo: served === undefined ? undefined : now - served,
      };
    });
  }
}
