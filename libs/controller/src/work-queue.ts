import { type BackoffPolicy, type Clock, type Registry, systemClock } from '@eso/runtime';
import { ItemBackoff } from './backoff.ts';
import type { QueueEntry, Rank } from './queue-entry.ts';
import { type PriorityLevel, PriorityLevels } from './priority-levels.ts';
import { QueuedKeys } from './queued-keys.ts';
import { EndpointCapacity, narrowReservation, type Reservation, type WorkerCapacity } from './endpoint-capacity.ts';
import { initialiseQueueSeries, type WorkQueueMetrics, workQueueMetrics } from './work-queue-metrics.ts';

/** How a {@link WorkQueue} is called in metrics, and how it backs off. */
export interface WorkQueueOptions {
  /** Stands in metrics as `name` and `controller`; the kind in lower case. */
  readonly name: string;
  /** Default: the machine's clock. */
  readonly clock?: Clock;
  readonly registry?: Registry;
  /** Delays of {@link WorkQueue.addRateLimited}. Default: 1 s, doubled with each failure of a key, 7 minutes at most. */
  readonly backoff?: Partial<BackoffPolicy>;
}

/** How urgently a key is added, and from when on. */
export interface AddOptions {
  /** Higher goes first; see {@link Priority}. Default 0. */
  readonly priority?: number;
  /** Milliseconds until the key may be handed out. Default 0. */
  readonly afterMs?: number;
}

/** How a key is added after a failure: its priority, and how far its backoff may grow. */
export interface RateLimitedOptions extends Pick<AddOptions, 'priority'> {
  /** Longest backoff for this kind of failure, in milliseconds. Default: that of the queue. */
  readonly maxMs?: number;
}

/** A key as a worker gets it, with the priority that it was queued with. */
export interface WorkItem {
  readonly key: string;
  readonly priority: number;
}

/** A key that a worker has. */
interface Pass extends Rank {
  /** Monotonic time in milliseconds at which the worker got it. */
  readonly since: number;
  /** Room that it has: reserved when it was handed out, or taken since. */
  reservation: Reservation | undefined;
  /** Where it found no room. */
  refused: readonly string[] | undefined;
  /** Whether it is to wait for that room once it is done. */
  waits: boolean;
}

/**
 * A queue of keys with client-go's semantics: a key is queued at most once and processed by at most one worker at a time;
 * added while it is processed, it comes again afterwards. Of duplicates the higher priority and the earlier time hold.
 * Within one priority the order of arrival holds.
 *
 * It also keeps one slow or hanging endpoint from holding all workers: a pass asks for room with {@link enter}; one that
 * finds none goes back and waits in here, holding no worker, at its place by priority and arrival (see {@link EndpointCapacity}).
 */
export class WorkQueue {
  readonly name: string;
  readonly #clock: Clock;
  readonly #backoff: ItemBackoff;
  readonly #metrics: WorkQueueMetrics | undefined;
  readonly #labels: { readonly name: string; readonly controller: string };

  readonly #queued = new QueuedKeys();
  readonly #processing = new Map<string, Pass>();
  readonly #capacity = new EndpointCapacity({ workers: 32, share: 3 });
  readonly #levels = new PriorityLevels();
  readonly #idleWorkers = new Set<(item: WorkItem | undefined) => void>();
  /** Since when there is work that nobody took, in monotonic milliseconds. */
  #idleSince: number | undefined;
  #arrivals = 0;
  #timer: { readonly at: number; readonly cancel: () => void } | undefined;
  #shutDown = false;

  constructor({ name, clock = systemClock, registry, backoff }: WorkQueueOptions) {
    this.name = name;
    this.#clock = clock;
    this.#backoff = new ItemBackoff(backoff);
    this.#labels = { name, controller: name };
    this.#metrics = registry && workQueueMetrics(registry, name, () => this.#sample());
    if (this.#metrics) initialiseQueueSeries(this.#metrics, this.#labels);
  }

  /** Keys that wait for a worker; delayed ones, those that wait for room, and those being processed are not counted. */
  get depth(): number {
    this.#promoteDue();
    return this.#queued.readyCount;
  }

  /** Keys that wait for room at their endpoints. */
  get waiting(): number {
    return this.#queued.waitingCount;
  }

  /** Says among how many workers room is divided. Default: 32 workers, a share of 3. */
  setCapacity(capacity: WorkerCapacity): void {
    this.#capacity.capacity = capacity;
    this.#dispatch();
  }

  /** Queues `key`, now or after a delay. Without effect after {@link shutDown}. */
  add(key: string, { priority = 0, afterMs = 0 }: AddOptions = {}): void {
    if (this.#shutDown) return;
    const now = this.#clock.monotonic();
    const at = afterMs > 0 ? Math.ceil(now + afterMs) : Math.floor(now);
    const before = this.#queued.get(key);
    const entry = before ?? this.#queued.create(key, { priority, arrival: this.#arrivals++ });
    if (priority > entry.priority) this.#queued.raise(entry, { priority, arrival: entry.arrival });
    // Whoever waits for room is looked at again at once: what it needs may have changed.
    const sooner = entry.state === 'delayed' ? at < entry.at : entry.state === 'waiting' && at <= now;
    if (!before || sooner) this.#schedule(entry, at);
    this.#dispatch();
  }

  /** Queues `key` after its backoff, which doubles until the key is forgotten. */
  addRateLimited(key: string, { priority = 0, maxMs }: RateLimitedOptions = {}): void {
    if (this.#shutDown) return;
    this.#metrics?.retries.inc(this.#labels);
    this.add(key, { priority, afterMs: this.#backoff.next(key, maxMs) });
  }

  /** Ends the backoff of `key`: it was processed well, or there is nothing more to try. */
  forget(key: string): void {
    this.#backoff.forget(key);
  }

  /** How often `key` was queued by {@link addRateLimited} since it was last forgotten. */
  numRequeues(key: string): number {
    return this.#backoff.failures(key);
  }

  /**
   * Waits for the next key. The caller has to call {@link done} for it. Undefined when `signal` aborts, or when the queue
   * is shut down and empty.
   */
  get(signal: AbortSignal): Promise<WorkItem | undefined> {
    if (signal.aborted) return Promise.resolve(undefined);
    const item = this.#next();
    if (item || this.#shutDown) return Promise.resolve(item);
    return new Promise((resolve) => {
      const settle = (value: WorkItem | undefined): void => {
        this.#idleWorkers.delete(settle);
        if (this.#idleWorkers.size === 0) this.#clearTimer();
        signal.removeEventListener('abort', onAbort);
        resolve(value);
      };
      const onAbort = (): void => settle(undefined);
      signal.addEventListener('abort', onAbort, { once: true });
      this.#idleWorkers.add(settle);
      this.#setTimer();
    });
  }

  /**
   * Takes room for the pass over `key` at all of `ids` or at none; what it holds already goes towards it, and beyond it is
   * given back. Without room the pass has to end with {@link wait}. Room goes to whoever is first by priority and arrival:
   * there is none for a pass while there is some for a waiting key that goes before it.
   */
  enter(key: string, ids: Iterable<string>): boolean {
    const pass = this.#processing.get(key);
    if (!pass) return false;
    const wanted = [...new Set(ids)].sort();
    if (wanted.length === 0) {
      this.leave(key);
      return true;
    }
    const kept = pass.reservation && narrowReservation(pass.reservation, wanted);
    this.#release(pass);
    if (kept) this.#capacity.reserve((pass.reservation = kept));
    else this.#reserve(pass, this.#queued.admit(pass, wanted, this.#capacity));
    pass.refused = pass.reservation ? undefined : wanted;
    this.#dispatch();
    return pass.reservation !== undefined;
  }

  /** Gives back the room that the pass over `key` has. */
  leave(key: string): void {
    const pass = this.#processing.get(key);
    if (!pass?.reservation) return;
    this.#release(pass);
    this.#dispatch();
  }

  /**
   * Says that the pass over `key` ends because it found no room: once it is done, the key waits for that room at its old
   * place. False, and without effect, if it was not refused any.
   */
  wait(key: string): boolean {
    const pass = this.#processing.get(key);
    if (!pass?.refused) return false;
    pass.waits = true;
    return true;
  }

  /** Says that processing of `key` has ended; if it was added meanwhile, it may be handed out again. */
  done(key: string): void {
    const pass = this.#processing.get(key);
    if (!pass) return;
    this.#processing.delete(key);
    this.#metrics?.workDuration.observe(this.#labels, (this.#clock.monotonic() - pass.since) / 1_000);
    this.#release(pass);
    const again = this.#queued.get(key);
    if (pass.waits && pass.refused && !this.#shutDown) this.#awaitRoom(key, pass, pass.refused);
    else if (again?.state === 'held') this.#makeReady(again, this.#clock.monotonic());
    this.#dispatch();
  }

  /** Instead of {@link done}, for a key that was not processed: it is ready again, at its old place. */
  putBack(key: string): void {
    const pass = this.#processing.get(key);
    if (!pass) return;
    this.add(key, pass);
    const entry = this.#queued.get(key);
    if (entry) this.#queued.raise(entry, pass);
    this.done(key);
  }

  /** Takes no more keys; what waits for a worker is still handed out, what is delayed or waits for room is dropped. */
  shutDown(): void {
    this.#shutDown = true;
    for (const entry of [...this.#queued.values()])
      if (entry.state === 'delayed' || entry.state === 'waiting') this.#queued.remove(entry);
    this.#metrics?.waiting.set(this.#labels, this.#queued.waitingCount);
    for (const settle of [...this.#idleWorkers]) settle(undefined);
  }

  /** For how many milliseconds keys have been ready without any worker taking one; 0 while the queue drains. */
  stalledMs(): number {
    return this.depth === 0 || this.#idleSince === undefined ? 0 : this.#clock.monotonic() - this.#idleSince;
  }

  /** The priorities of which keys are ready or were handed out. Looks at each queued key. */
  priorityLevels(): readonly PriorityLevel[] {
    this.#promoteDue();
    return this.#levels.of(this.#queued.values(), this.#clock.monotonic());
  }

  /** Puts a key where its time and its processing say. */
  #schedule(entry: QueueEntry, at: number): void {
    if (at > this.#clock.monotonic()) {
      this.#queued.move(entry, { state: 'delayed', at });
      this.#setTimer();
    } else if (this.#processing.has(entry.key)) {
      this.#queued.move(entry, { state: 'held', at });
    } else {
      this.#makeReady(entry, at);
    }
  }

  /** @param since monotonic milliseconds; in the past where nobody looked when the time had come */
  #makeReady(entry: QueueEntry, since: number): void {
    if (this.#queued.readyCount === 0) this.#idleSince = since;
    this.#queued.move(entry, { state: 'ready', at: Math.floor(since) });
    this.#metrics?.adds.inc(this.#labels);
    this.#updateGauges();
  }

  /** After a pass that found no room. An event in the meantime makes the key ready, else it waits; its place stays. */
  #awaitRoom(key: string, pass: Pass, ids: readonly string[]): void {
    const now = this.#clock.monotonic();
    const entry = this.#queued.get(key) ?? this.#queued.create(key, pass);
    this.#queued.raise(entry, pass);
    if (entry.state === 'held') {
      this.#makeReady(entry, now);
    } else {
      this.#queued.move(entry, { state: 'waiting', at: Math.floor(now), ids });
      this.#updateGauges();
    }
  }

  /** Moves what is due from the delayed to the ready ones. */
  #promoteDue(): void {
    const now = this.#clock.monotonic();
    for (let next = this.#queued.nextDelayed(); next && next.at <= now; next = this.#queued.nextDelayed())
      this.#schedule(next, next.at);
  }

  /** Hands out the first key for which there is room, which is reserved for it. */
  #next(): WorkItem | undefined {
    this.#promoteDue();
    const first = this.#queued.first(this.#capacity);
    if (!first) return undefined;
    const { key, priority, arrival, state, at } = first.entry;
    const now = this.#clock.monotonic();
    this.#queued.remove(first.entry);
    const pass: Pass = { priority, arrival, since: now, reservation: undefined, refused: undefined, waits: false };
    this.#processing.set(key, pass);
    this.#reserve(pass, first.reservation);
    this.#idleSince = now;
    this.#levels.recordHandOut(priority, now);
    this.#updateGauges();
    const duration = state === 'waiting' ? this.#metrics?.waitingDuration : this.#metrics?.queueDuration;
    duration?.observe(this.#labels, (now - at) / 1_000);
    return { key, priority };
  }

  #reserve(pass: Pass, reservation: Reservation | undefined): void {
    if (!reservation) return;
    pass.reservation = reservation;
    this.#capacity.reserve(reservation);
    this.#queued.recordAdmission(reservation.ids);
  }

  #release(pass: Pass): void {
    if (pass.reservation) this.#capacity.release(pass.reservation);
    pass.reservation = undefined;
  }

  #dispatch(): void {
    for (const settle of this.#idleWorkers) {
      const item = this.#next();
      if (!item) return;
      settle(item);
    }
  }

  /** Wakes the waiting workers for the next delayed key. Without any there is no timer, which would hold the process. */
  #setTimer(): void {
    const next = this.#queued.nextDelayed();
    if (this.#idleWorkers.size === 0 || !next || (this.#timer && this.#timer.at <= next.at)) return;
    this.#timer?.cancel();
    const cancel = this.#clock.schedule(next.at - this.#clock.monotonic(), () => {
      this.#timer = undefined;
      this.#dispatch();
      this.#setTimer();
    });
    this.#timer = { at: next.at, cancel };
  }

  #clearTimer(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #updateGauges(): void {
    this.#metrics?.depth.set(this.#labels, this.#queued.readyCount);
    this.#metrics?.waiting.set(this.#labels, this.#queued.waitingCount);
  }

  #sample(): void {
    const levels = this.priorityLevels();
    const now = this.#clock.monotonic();
    let sum = 0;
    let longest = 0;
    for (const { since } of this.#processing.values()) {
      sum += (now - since) / 1_000;
      longest = Math.max(longest, (now - since) / 1_000);
    }
    this.#metrics?.unfinishedWork.set(this.#labels, sum);
    this.#metrics?.longestRunning.set(this.#labels, longest);
    for (const { priority, readyMs, waitingMs } of levels) {
      const labels = { ...this.#labels, priority };
      this.#metrics?.oldestReady.set(labels, readyMs / 1_000);
      this.#metrics?.oldestWaiting.set(labels, waitingMs / 1_000);
    }
  }
}
