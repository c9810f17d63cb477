import { type Clock, type Registry, systemClock } from '@eso/runtime';
import { type BackoffOptions, ItemBackoff } from './backoff.ts';
import { Heap } from './heap.ts';
import { type WorkQueueMetrics, workQueueMetrics } from './work-queue-metrics.ts';

export interface WorkQueueOptions {
  /** Stands in metrics as `name` and `controller`; the kind in lower case. */
  readonly name: string;
  readonly clock?: Clock;
  readonly registry?: Registry;
  /** Delays of {@link WorkQueue.addRateLimited}. */
  readonly backoff?: BackoffOptions;
}

export interface AddOptions {
  /** Higher goes first; see {@link Priority}. Default 0. */
  readonly priority?: number;
  /** Milliseconds until the key may be handed out. Default 0. */
  readonly afterMs?: number;
}

export interface WorkItem {
  readonly key: string;
  readonly priority: number;
}

/**
 * One queued key. `delayed`: its time has not come; `ready`: a worker may have it; `held`: its key is being processed.
 * A change of priority or time replaces the entry, so what is left of the old one in a heap is recognised and skipped.
 */
interface Entry extends WorkItem {
  /** Order of arrival; kept when the priority rises, so that a key does not lose its place. */
  readonly arrival: number;
  /** Monotonic time in milliseconds from which on it may be handed out. */
  readonly readyAt: number;
  state: 'delayed' | 'ready' | 'held';
  /** Since when it is ready, in monotonic milliseconds. */
  readySince: number | undefined;
}

/** How many replaced entries the heap of delayed ones may hold on top of twice the living. */
const MAX_DEAD = 1_000;

/**
 * A queue of keys with client-go's semantics: a key is queued at most once and processed by at most one worker at a time;
 * added while it is processed, it comes again afterwards. Of duplicates the higher priority and the earlier time hold.
 * Within one priority the order of arrival holds.
 */
export class WorkQueue {
  readonly name: string;
  readonly #clock: Clock;
  readonly #backoff: ItemBackoff;
  readonly #metrics: WorkQueueMetrics | undefined;
  readonly #labels: { readonly name: string; readonly controller: string };

  /** Queued keys in every state; what a heap holds counts only while it is the entry in here. */
  readonly #queued = new Map<string, Entry>();
  /** Keys that a worker has, with the monotonic time at which it got them. */
  readonly #processing = new Map<string, number>();
  readonly #ready = new Heap<Entry>((a, b) =>
    a.priority === b.priority ? a.arrival < b.arrival : a.priority > b.priority,
  );
  readonly #delayed = new Heap<Entry>((a, b) => a.readyAt < b.readyAt);
  readonly #waiters = new Set<(item: WorkItem | undefined) => void>();
  /** How many queued keys could be handed out now. */
  #readyCount = 0;
  /** Since when there is work that nobody took, in monotonic milliseconds. */
  #idleSince: number | undefined;
  #arrivals = 0;
  #alarm: { readonly at: number; readonly cancel: () => void } | undefined;
  #shutDown = false;

  constructor({ name, clock = systemClock, registry, backoff }: WorkQueueOptions) {
    this.name = name;
    this.#clock = clock;
    this.#backoff = new ItemBackoff(backoff);
    this.#labels = { name, controller: name };
    this.#metrics = registry && workQueueMetrics(registry, () => this.#sample());
    this.#metrics?.depth.set(this.#labels, 0);
  }

  /** Keys that wait for a worker; delayed ones and those being processed are not counted. */
  get depth(): number {
    this.#wake();
    return this.#readyCount;
  }

  /** Queues `key`, now or after a delay. Without effect after {@link shutDown}. */
  add(key: string, { priority = 0, afterMs = 0 }: AddOptions = {}): void {
    if (this.#shutDown) return;
    const readyAt = this.#clock.monotonic() + Math.max(afterMs, 0);
    const before = this.#queued.get(key);
    if (before && before.priority >= priority && (before.state !== 'delayed' || before.readyAt <= readyAt)) return;
    if (before?.state === 'ready') this.#readyCount--;
    this.#insert({
      key,
      priority: Math.max(priority, before?.priority ?? priority),
      readyAt: Math.min(readyAt, before?.readyAt ?? readyAt),
      arrival: before?.arrival ?? this.#arrivals++,
      state: 'delayed',
      readySince: before?.readySince,
    });
    this.#dispatch();
  }

  /** Queues `key` after its backoff, which doubles until the key is forgotten. */
  addRateLimited(key: string, { priority = 0 }: Pick<AddOptions, 'priority'> = {}): void {
    if (this.#shutDown) return;
    this.#metrics?.retries.inc(this.#labels);
    this.add(key, { priority, afterMs: this.#backoff.next(key) });
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
    const item = this.#take();
    if (item || this.#shutDown) return Promise.resolve(item);
    return new Promise((resolve) => {
      const settle = (value: WorkItem | undefined): void => {
        this.#waiters.delete(settle);
        if (this.#waiters.size === 0) this.#clearAlarm();
        signal.removeEventListener('abort', onAbort);
        resolve(value);
      };
      const onAbort = (): void => settle(undefined);
      signal.addEventListener('abort', onAbort, { once: true });
      this.#waiters.add(settle);
      this.#setAlarm();
    });
  }

  /** Says that processing of `key` has ended; if it was added meanwhile, it may be handed out again. */
  done(key: string): void {
    const since = this.#processing.get(key);
    if (since === undefined) return;
    this.#processing.delete(key);
    this.#metrics?.workDuration.observe(this.#labels, (this.#clock.monotonic() - since) / 1_000);
    const again = this.#queued.get(key);
    if (again?.state === 'held') this.#makeReady(again, this.#clock.monotonic());
    this.#dispatch();
  }

  /** Takes no more keys; what waits is still handed out, what is delayed is dropped. */
  shutDown(): void {
    this.#shutDown = true;
    this.#delayed.retain(() => false);
    for (const [key, entry] of this.#queued) if (entry.state === 'delayed') this.#queued.delete(key);
    for (const settle of [...this.#waiters]) settle(undefined);
  }

  /** For how many milliseconds keys have been waiting without any worker taking one; 0 while the queue drains. */
  stalledMs(): number {
    return this.depth === 0 || this.#idleSince === undefined ? 0 : this.#clock.monotonic() - this.#idleSince;
  }

  /** Puts an entry where its time and its key's processing say. */
  #insert(entry: Entry): void {
    this.#queued.set(entry.key, entry);
    if (entry.readyAt > this.#clock.monotonic()) {
      this.#delay(entry);
    } else if (this.#processing.has(entry.key)) {
      entry.state = 'held';
    } else {
      this.#makeReady(entry, entry.readyAt);
    }
  }

  #delay(entry: Entry): void {
    this.#delayed.push(entry);
    // Replaced entries stay in the heap until their time, which may be hours: do not let them outnumber the others.
    if (this.#delayed.size > 2 * this.#queued.size + MAX_DEAD)
      this.#delayed.retain((candidate) => this.#queued.get(candidate.key) === candidate);
    this.#setAlarm();
  }

  /** @param since monotonic milliseconds; in the past where nobody looked when the time had come */
  #makeReady(entry: Entry, since: number): void {
    if (entry.readySince === undefined) this.#metrics?.adds.inc(this.#labels);
    entry.readySince ??= since;
    entry.state = 'ready';
    this.#ready.push(entry);
    if (this.#readyCount++ === 0) this.#idleSince = since;
    this.#metrics?.depth.set(this.#labels, this.#readyCount);
  }

  /** Moves what is due from the delayed to the ready ones. */
  #wake(): void {
    const now = this.#clock.monotonic();
    for (let entry = this.#delayed.peek(); entry && entry.readyAt <= now; entry = this.#delayed.peek()) {
      this.#delayed.pop();
      if (this.#queued.get(entry.key) === entry) this.#insert(entry);
    }
  }

  /** Hands out the first ready key. */
  #take(): WorkItem | undefined {
    this.#wake();
    let entry = this.#ready.pop();
    while (entry && this.#queued.get(entry.key) !== entry) entry = this.#ready.pop();
    if (!entry) return undefined;
    const now = this.#clock.monotonic();
    this.#queued.delete(entry.key);
    this.#processing.set(entry.key, now);
    this.#readyCount--;
    this.#idleSince = now;
    this.#metrics?.depth.set(this.#labels, this.#readyCount);
    this.#metrics?.queueDuration.observe(this.#labels, (now - (entry.readySince ?? now)) / 1_000);
    return { key: entry.key, priority: entry.priority };
  }

  #dispatch(): void {
    this.#wake();
    for (const settle of this.#waiters) {
      const item = this.#take();
      if (!item) return;
      settle(item);
    }
  }

  /** Wakes the waiting workers for the next delayed key. Without any there is no timer, which would hold the process. */
  #setAlarm(): void {
    const next = this.#delayed.peek();
    if (this.#waiters.size === 0 || !next || (this.#alarm && this.#alarm.at <= next.readyAt)) return;
    this.#alarm?.cancel();
    const cancel = this.#clock.schedule(next.readyAt - this.#clock.monotonic(), () => {
      this.#alarm = undefined;
      this.#dispatch();
      this.#setAlarm();
    });
    this.#alarm = { at: next.readyAt, cancel };
  }

  #clearAlarm(): void {
    this.#alarm?.cancel();
    this.#alarm = undefined;
  }

  #sample(): void {
    this.#wake();
    const now = this.#clock.monotonic();
    const ages = [...this.#processing.values()].map((since) => (now - since) / 1_000);
    this.#metrics?.unfinishedWork.set(
      this.#labels,
      ages.reduce((sum, age) => sum + age, 0),
    );
    this.#metrics?.longestRunning.set(this.#labels, Math.max(0, ...ages));
  }
}
