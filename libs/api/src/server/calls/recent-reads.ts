import { type Clock, SingleFlight } from '@eso/runtime';
import type { CallContext } from '../backend.ts';

/** Whose reads are shared: nobody else's are. */
export interface ReadScope {
  /** The open backend: config object, its version, and whose credentials. */
  readonly backend: object;
  readonly requesterNamespace: string;
  /** Names one sync; without it only what runs at the same time is shared. */
  readonly traceId?: string | undefined;
}

/** The bounds of what is kept. */
export interface RecentReadsOptions {
  readonly clock: Clock;
  /** How long a sync's reads are kept from the first one on, milliseconds. Default 10,000. */
  readonly keepMs?: number;
  /** Most bytes of all that is kept, of every backend together. Default 16 MiB. */
  readonly bytes?: number;
  /** Most reads that are kept, of every backend together. Default 4,096. */
  readonly entries?: number;
}

/** The reads of one sync. */
interface Sync {
  readonly backend: object;
  readonly requester: string;
  readonly answers: Map<string, { readonly value: unknown; readonly bytes: number }>;
  bytes: number;
  cancelEnd: () => void;
}

/** What the syncs of one requester keep. */
interface Held {
  bytes: number;
  entries: number;
}

/** What a kept read takes besides its content, bytes. */
const OVERHEAD = 200;

/**
 * Reads that a backend has made for one sync, so that the next part of the same sync that needs the same costs no second call. Kept
 * as short as a sync takes; failures and what was read before a write are not kept.
 */
export class RecentReads {
  readonly #clock: Clock;
  readonly #keepMs: number;
  readonly #maxBytes: number;
  readonly #maxEntries: number;
  /** By scope; the oldest sync stands first. */
  readonly #syncs = new Map<string, Sync>();
  /** By requester; who keeps nothing has none. */
  readonly #held = new Map<string, Held>();
  readonly #ids = new WeakMap<object, number>();
  readonly #flights = new WeakMap<object, SingleFlight>();
  #lastId = 0;
  #bytes = 0;
  #entries = 0;

  constructor({ clock, keepMs = 10_000, bytes = 16 * 1024 * 1024, entries = 4_096 }: RecentReadsOptions) {
    this.#clock = clock;
    this.#keepMs = keepMs;
    this.#maxBytes = bytes;
    this.#maxEntries = entries;
  }

  /** What is kept now, of every backend together. */
  get size(): { readonly entries: number; readonly bytes: number } {
    return { entries: this.#entries, bytes: this.#bytes };
  }

  /** `CallContext.once` of one call. */
  forCall(scope: ReadScope, signal: AbortSignal): CallContext['once'] {
    const syncId = JSON.stringify([this.#idOf(scope.backend), scope.requesterNamespace, scope.traceId]);
    return async <T>(key: string, run: (signal: AbortSignal) => Promise<T>): Promise<T> => {
      signal.throwIfAborted();
      const kept = this.#syncs.get(syncId)?.answers.get(key);
      if (kept) return kept.value as T;
      return this.#flightsOf(scope.backend).run(JSON.stringify([syncId, key]), signal, async (shared, flight) => {
        const value = await run(shared);
        // A write came in between: whoever asks next has to see what it left.
        if (scope.traceId && !flight.forgotten) this.#keep(syncId, scope, key, value);
        return value;
      });
    };
  }

  /** Something of the backend was written: later reads are made anew. */
  forget(backend: object): void {
    this.#flights.get(backend)?.forgetAll();
    for (const [id, sync] of [...this.#syncs]) if (sync.backend === backend) this.#end(id, sync);
  }

  close(): void {
    for (const [id, sync] of [...this.#syncs]) this.#end(id, sync);
  }

  #keep(syncId: string, scope: ReadScope, key: string, value: unknown): void {
    const bytes = OVERHEAD + 2 * key.length + sizeOf(value);
    // What fills half of the room would leave the other syncs with nothing.
    if (bytes > this.#maxBytes / 2) return;
    const sync = this.#syncs.get(syncId) ?? this.#begin(syncId, scope);
    if (sync.answers.has(key)) return;
    sync.answers.set(key, { value, bytes });
    sync.bytes += bytes;
    this.#count(sync.requester, bytes, 1);
    while (this.#bytes > this.#maxBytes) this.#endOldestOf(this.#whoHoldsMost('bytes'));
    while (this.#entries > this.#maxEntries) this.#endOldestOf(this.#whoHoldsMost('entries'));
  }

  #begin(id: string, { backend, requesterNamespace: requester }: ReadScope): Sync {
    const sync: Sync = { backend, requester, answers: new Map(), bytes: 0, cancelEnd: () => undefined };
    sync.cancelEnd = this.#clock.schedule(this.#keepMs, () => this.#end(id, sync));
    this.#syncs.set(id, sync);
    return sync;
  }

  #end(id: string, sync: Sync): void {
    sync.cancelEnd();
    if (this.#syncs.get(id) !== sync) return;
    this.#syncs.delete(id);
    this.#count(sync.requester, -sync.bytes, -sync.answers.size);
  }

  #count(requester: string, bytes: number, entries: number): void {
    this.#bytes += bytes;
    this.#entries += entries;
    const held = this.#held.get(requester) ?? { bytes: 0, entries: 0 };
    held.bytes += bytes;
    held.entries += entries;
    if (held.entries > 0) this.#held.set(requester, held);
    else this.#held.delete(requester);
  }

  /** Who fills the room makes room: the others lose nothing by it. */
  #whoHoldsMost(what: keyof Held): string | undefined {
    let [most, amount]: [string | undefined, number] = [undefined, -1];
    for (const [requester, held] of this.#held) if (held[what] > amount) [most, amount] = [requester, held[what]];
    return most;
  }

  #endOldestOf(requester: string | undefined): void {
    const oldest = [...this.#syncs].find(([, sync]) => sync.requester === requester);
    if (oldest) this.#end(...oldest);
  }

  #idOf(backend: object): number {
    const id = this.#ids.get(backend) ?? ++this.#lastId;
    this.#ids.set(backend, id);
    return id;
  }

  #flightsOf(backend: object): SingleFlight {
    const flights = this.#flights.get(backend) ?? new SingleFlight();
    this.#flights.set(backend, flights);
    return flights;
  }
}

/** About how many bytes a value holds on to. */
function sizeOf(value: unknown, depth = 0): number {
  if (typeof value === 'string') return 2 * value.length;
  if (typeof value !== 'object' || value === null) return 8;
  if (ArrayBuffer.isView(value)) return value.byteLength;
  // Deeper than any answer of an API.
  if (depth > 32) return OVERHEAD;
  const parts =
    value instanceof Map ? [...value].flat() : value instanceof Set ? [...value] : Object.entries(value).flat();
  return parts.reduce((sum: number, part) => sum + sizeOf(part, depth + 1), 32);
}
