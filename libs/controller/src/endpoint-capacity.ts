/** How many workers there are, and how much of them one endpoint may hold. */
export interface WorkerCapacity {
  /** How many passes run at once at most. */
  readonly workers: number;
  /** How many times the free workers one endpoint may hold. 3 gives a single endpoint three quarters of all workers. */
  readonly share: number;
}

/** Room that a pass holds at some endpoints. */
export interface Reservation {
  readonly ids: readonly string[];
  /** Those of them that had no room: see {@link EndpointCapacity.admit}. */
  readonly overdrawn: readonly string[];
}

/** The part of the workers that only endpoints get which have nobody inside. */
const RESERVE = 1 / 8;

/**
 * Divides the workers among endpoints. An endpoint may hold most workers while nobody else needs them, and one that hangs
 * leaves some to the others: it has room while fewer than `share` × (free workers) are inside. The last eighth of the
 * workers, at least one, goes to endpoints that have nobody inside. With 32 workers and a share of 3, one hanging endpoint
 * holds 24, two hold 14 each, ten hold 2 or 3 each, and the next ones still get their turn.
 */
export class EndpointCapacity {
  #capacity: WorkerCapacity;
  /** Passes inside calls to an endpoint; no entry for 0. */
  readonly #inFlight = new Map<string, number>();
  readonly #overdrawn = new Set<string>();
  #reservations = 0;

  constructor(capacity: WorkerCapacity) {
    this.#capacity = capacity;
  }

  get capacity(): WorkerCapacity {
    return this.#capacity;
  }

  /** Takes effect for those that ask from now on. */
  set capacity(capacity: WorkerCapacity) {
    this.#capacity = capacity;
  }

  /** Workers that are inside no endpoint. */
  get free(): number {
    return this.#capacity.workers - this.#reservations;
  }

  inFlight(id: string): number {
    return this.#inFlight.get(id) ?? 0;
  }

  /** How many passes each endpoint may have inside if those that need room and one more get equally much. */
  fairShare(waitedFor: Iterable<string>): number {
    return this.#capacity.workers / (new Set([...this.#inFlight.keys(), ...waitedFor]).size + 1);
  }

  /**
   * What a pass would hold at all of `ids`, or undefined if there is no room.
   * @param overdue whether the pass may go beyond the share of an endpoint that has no room, because others went in there
   *   before it again and again; one at a time for each endpoint
   */
  admit(ids: readonly string[], overdue: (id: string) => boolean): Reservation | undefined {
    if (this.free < 1) return undefined;
    const full = ids.filter((id) => !this.#hasRoom(id));
    if (full.some((id) => this.#overdrawn.has(id) || !overdue(id))) return undefined;
    return { ids, overdrawn: full };
  }

  reserve(reservation: Reservation): void {
    this.#reservations++;
    for (const id of reservation.ids) this.#inFlight.set(id, this.inFlight(id) + 1);
    for (const id of reservation.overdrawn) this.#overdrawn.add(id);
  }

  release(reservation: Reservation): void {
    this.#reservations--;
    for (const id of reservation.ids) {
      const left = this.inFlight(id) - 1;
      if (left > 0) this.#inFlight.set(id, left);
      else this.#inFlight.delete(id);
    }
    for (const id of reservation.overdrawn) this.#overdrawn.delete(id);
  }

  #hasRoom(id: string): boolean {
    const inside = this.inFlight(id);
    const { workers, share } = this.#capacity;
    return inside === 0 || (this.free > Math.max(1, workers * RESERVE) && inside < share * this.free);
  }
}

/** The part of `hold` at `ids`, or undefined if it does not cover them. */
export function narrowReservation(reservation: Reservation, ids: readonly string[]): Reservation | undefined {
  if (!ids.every((id) => reservation.ids.includes(id))) return undefined;
  return { ids, overdrawn: reservation.overdrawn.filter((id) => ids.includes(id)) };
}
