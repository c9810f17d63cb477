import { goesBefore, type QueueEntry, type Rank, type WaitGroup } from './queue-entry.ts';
import { Heap } from './heap.ts';
import type { EndpointCapacity, Reservation } from './endpoint-capacity.ts';

/** A waiting key for which there is room. */
export interface AdmissibleKey {
  readonly entry: QueueEntry;
  readonly reservation: Reservation;
}

/** Whether an endpoint has more than its fair share, while some wait. */
type IsAhead = (id: string) => boolean;

/** How many groups there may be before those that nobody waits in are dropped. */
const MAX_EMPTY = 64;

/**
 * The keys that wait for room, by priority, then by age; where endpoints compete, those first that have less than their fair
 * share of the workers, so that many that hang do not keep what they got first. Who is next is worked out from what is free at the moment of the question; nothing is
 * handed on from pass to pass, so nothing can get lost on the way.
 *
 * A key with several endpoints needs room at all of them at the same time, which others may prevent for ever by filling
 * now this one, now that. So it may go beyond the share of an endpoint where others overtook it as often as there are
 * workers. At an endpoint that hangs nobody overtakes anybody.
 */
export class WaitingKeys {
  /** A group with several endpoints stays when an event takes its last key out for a look: the count has to go on. */
  readonly #groups = new Map<string, WaitGroup>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** How many sets of endpoints are remembered. */
  get kinds(): number {
    return this.#groups.size;
  }

  /** @param ids sorted, each once */
  add(entry: QueueEntry, ids: readonly string[]): void {
    const group = this.#groups.get(nameOf(ids)) ?? this.#create(ids);
    entry.group = group;
    group.entries.push(entry);
    this.#size++;
  }

  remove(entry: QueueEntry): void {
    const { group } = entry;
    if (!group) return;
    entry.group = undefined;
    group.entries.remove(entry);
    this.#size--;
    if (group.entries.size === 0 && group.overtaken.size === 0) this.#groups.delete(nameOf(group.ids));
  }

  /** The first of the keys for which there is room. */
  best(capacity: EndpointCapacity): AdmissibleKey | undefined {
    let best: AdmissibleKey | undefined;
    if (this.#size === 0 || capacity.free < 1) return best;
    const isAhead = this.#isAhead(capacity);
    for (const group of this.#groups.values()) {
      const entry = group.entries.peek();
      if (!entry || (best && !precedes(entry, group.ids, best.entry, best.reservation.ids, isAhead))) continue;
      const reservation = admit(group.ids, group, capacity);
      if (reservation) best = { entry, reservation };
    }
    return best;
  }

  /** The room at `ids` for a pass that does not wait, unless there is some for a waiting key that goes before it. */
  admit(rank: Rank, ids: readonly string[], capacity: EndpointCapacity): Reservation | undefined {
    const best = this.best(capacity);
    if (best && precedes(best.entry, best.reservation.ids, rank, ids, this.#isAhead(capacity))) return undefined;
    return admit(ids, this.#groups.get(nameOf(ids)), capacity);
  }

  /** Has to be told of each pass that gets room. */
  recordAdmission(ids: readonly string[]): void {
    if (this.#groups.size === 0) return;
    const name = nameOf(ids);
    for (const [other, { ids: wanted, overtaken, entries }] of this.#groups) {
      if (other === name) {
        overtaken.clear();
        if (entries.size === 0) this.#groups.delete(name);
      } else if (wanted.length > 1) {
        for (const id of ids) if (wanted.includes(id)) overtaken.set(id, (overtaken.get(id) ?? 0) + 1);
      }
    }
  }

  #isAhead(capacity: EndpointCapacity): IsAhead {
    let share: number | undefined;
    return (id) => {
      share ??= capacity.fairShare(this.#waitedFor());
      return capacity.inFlight(id) >= share;
    };
  }

  *#waitedFor(): Generator<string> {
    for (const { ids, entries } of this.#groups.values()) if (entries.size > 0) yield* ids;
  }

  #create(ids: readonly string[]): WaitGroup {
    if (this.#groups.size >= MAX_EMPTY)
      for (const [name, { entries }] of this.#groups) if (entries.size === 0) this.#groups.delete(name);
    const group = { ids, entries: new Heap<QueueEntry>(goesBefore), overtaken: new Map<string, number>() };
    this.#groups.set(nameOf(ids), group);
    return group;
  }
}

function admit(
  ids: readonly string[],
  group: WaitGroup | undefined,
  capacity: EndpointCapacity,
): Reservation | undefined {
  return capacity.admit(ids, (id) => (group?.overtaken.get(id) ?? 0) >= capacity.capacity.workers);
}

/** The higher priority, then what goes to an endpoint that has less than its fair share, then the earlier arrival. */
function precedes(a: Rank, idsOfA: readonly string[], b: Rank, idsOfB: readonly string[], isAhead: IsAhead): boolean {
  if (a.priority !== b.priority) return a.priority > b.priority;
  const bIsAhead = idsOfB.some(isAhead);
  return idsOfA.some(isAhead) === bIsAhead ? a.arrival < b.arrival : bIsAhead;
}

function nameOf(ids: readonly string[]): string {
  return ids.length === 1 ? (ids[0] ?? '') : JSON.stringify(ids);
}
