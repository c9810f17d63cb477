import { goesBefore, type QueueEntry, type Rank } from './queue-entry.ts';
import { Heap } from './heap.ts';
import type { EndpointCapacity, Reservation } from './endpoint-capacity.ts';
import { WaitingKeys } from './waiting-keys.ts';

/** Where a key is to be, from the given monotonic time in milliseconds on. */
export type Place =
  | { readonly state: 'delayed' | 'ready' | 'held'; readonly at: number }
  | { readonly state: 'waiting'; readonly at: number; readonly ids: readonly string[] };

/** All queued keys, each in one place, ordered within it. */
export class QueuedKeys {
  readonly #byKey = new Map<string, QueueEntry>();
  readonly #ready = new Heap<QueueEntry>(goesBefore);
  readonly #delayed = new Heap<QueueEntry>((a, b) => a.at < b.at);
  readonly #waiting = new WaitingKeys();

  get readyCount(): number {
    return this.#ready.size;
  }

  get waitingCount(): number {
    return this.#waiting.size;
  }

  get(key: string): QueueEntry | undefined {
    return this.#byKey.get(key);
  }

  values(): MapIterator<QueueEntry> {
    return this.#byKey.values();
  }

  /** A key that was not queued; it is in no place yet. */
  create(key: string, { priority, arrival }: Rank): QueueEntry {
    const entry: QueueEntry = { key, priority, arrival, state: 'out', at: 0, slot: -1, group: undefined };
    this.#byKey.set(key, entry);
    return entry;
  }

  /** Puts a key in its place, from wherever it was. */
  move(entry: QueueEntry, place: Place): void {
    this.#takeOut(entry);
    entry.state = place.state;
    entry.at = place.at;
    if (place.state === 'waiting') this.#waiting.add(entry, place.ids);
    else if (place.state === 'ready') this.#ready.push(entry);
    else if (place.state === 'delayed') this.#delayed.push(entry);
  }

  /** Gives a key a higher rank, where it is. */
  raise(entry: QueueEntry, rank: Rank): void {
    const { state, at, group } = entry;
    this.#takeOut(entry);
    entry.priority = Math.max(entry.priority, rank.priority);
    entry.arrival = Math.min(entry.arrival, rank.arrival);
    if (state === 'waiting' && group) this.move(entry, { state, at, ids: group.ids });
    else if (state !== 'waiting' && state !== 'out') this.move(entry, { state, at });
  }

  remove(entry: QueueEntry): void {
    this.#takeOut(entry);
    this.#byKey.delete(entry.key);
  }

  nextDelayed(): QueueEntry | undefined {
    return this.#delayed.peek();
  }

  /** The first of those that a worker may have, and the room to reserve for it if it waited for some. */
  first(
    capacity: EndpointCapacity,
  ): { readonly entry: QueueEntry; readonly reservation: Reservation | undefined } | undefined {
    const ready = this.#ready.peek();
    const waiting = this.#waiting.best(capacity);
    if (waiting && (!ready || goesBefore(waiting.entry, ready))) return waiting;
    return ready && { entry: ready, reservation: undefined };
  }

  /**
   * The room that a pass may take at `ids`, if there is any that no waiting key before it in line could use.
   * @param ids sorted, each once
   */
  admit(rank: Rank, ids: readonly string[], capacity: EndpointCapacity): Reservation | undefined {
    return this.#waiting.admit(rank, ids, capacity);
  }

  /** Has to be told of each pass that gets room. */
  recordAdmission(ids: readonly string[]): void {
    this.#waiting.recordAdmission(ids);
  }

  #takeOut(entry: QueueEntry): void {
    if (entry.state === 'delayed') this.#delayed.remove(entry);
    else if (entry.state === 'ready') this.#ready.remove(entry);
    else if (entry.state === 'waiting') this.#waiting.remove(entry);
    entry.state = 'out';
  }
}
