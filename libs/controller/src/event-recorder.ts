import { randomInt } from 'node:crypto';
import { events, isKubeError, KubeError, type KubeClient, type ObjectRef } from '@eso/kube';
import { BoundedCache, type Clock, type Logger, type Registry, systemClock } from '@eso/runtime';
import { EventDrops } from './event-drops.ts';
import { EventQueue, type PendingEvent } from './event-queue.ts';
import { eventContent, type EventSubject, newEvent, repeatPatch } from './event-record.ts';

/** What is asked of the API server. */
export type EventApi = Pick<KubeClient, 'create' | 'patch'>;

/** Where an {@link EventRecorder} writes, in whose name, and how much may wait. */
export interface EventRecorderOptions {
  readonly client: EventApi;
  /** Who reports: `source.component` of the events. */
  readonly component: string;
  /** Default: the machine's clock. */
  readonly clock?: Clock;
  readonly logger: Logger;
  /** Where events that are left out are counted. Default: nowhere. */
  readonly registry?: Registry;
  /** How much may wait to be written, in bytes. Default 16 MiB: the events of more than 10,000 first syncs. */
  readonly maxPendingBytes?: number;
}

/** An event that was written and may be counted up. */
interface Written {
  readonly ref: ObjectRef;
  readonly count: number;
}

/**
 * How many events are written at once. Few: what waits costs little, while the requests of a first sync of thousands of objects
 * should not stand behind their events.
 */
const SENDERS = 4;
/** And when so much waits that some may have to go. */
const CROWDED_SENDERS = 16;
const MAX_WRITTEN = 4_096;
const SERIALS = 1_000_000;
/** Delays before an event is written again that could not be; after the last one it makes way for others. */
const RETRY_MS = [500, 1_000, 2_000, 4_000, 8_000];

/**
 * Writes v1 Events in the background: nothing waits for them, and no failure of theirs reaches the caller. Equal events of
 * an object become one with a count, and each object may cause only so many. The newest Warning of an object is written however
 * long that takes, unless the API server rejects it.
 */
export class EventRecorder {
  readonly #client: EventApi;
  readonly #component: string;
  readonly #clock: Clock;
  readonly #drops: EventDrops;
  readonly #queue: EventQueue;
  /** Contents that a sender has in hand: a second one would write a second event instead of a count. */
  readonly #sending = new Set<string>();
  readonly #written = new BoundedCache<Written>({ capacity: MAX_WRITTEN });
  readonly #idle = new Set<() => void>();
  #senders = 0;
  /** Starts anywhere, so that a process started again in the same millisecond chooses other names. */
  #serial = randomInt(SERIALS);

  constructor(options: EventRecorderOptions) {
    const { client, component, clock = systemClock, logger, registry, maxPendingBytes = 16 * 1024 * 1024 } = options;
    this.#client = client;
    this.#component = component;
    this.#clock = clock;
    this.#drops = new EventDrops({ clock, logger, registry });
    this.#queue = new EventQueue({
      clock,
      drops: this.#drops,
      maxBytes: maxPendingBytes,
      onReady: () => this.#startSender(),
    });
  }

  /** Reports that something happened to `object`. Returns at once. The message is cut at 1,024 bytes. */
  event(object: EventSubject, type: 'Normal' | 'Warning', reason: string, message: string): void {
    this.#queue.add(eventContent(object, type, reason, message));
  }

  /** Resolves when everything reported so far is written or given up, or when `signal` aborts. */
  flush(signal: AbortSignal): Promise<void> {
    this.#queue.releaseAll();
    if (this.#senders === 0 || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const settle = (): void => {
        this.#idle.delete(settle);
        signal.removeEventListener('abort', settle);
        resolve();
      };
      this.#idle.add(settle);
      signal.addEventListener('abort', settle, { once: true });
    });
  }

  #startSender(): void {
    if (this.#senders < (this.#queue.crowded ? CROWDED_SENDERS : SENDERS)) void this.#send();
  }

  /** Writes what waits, one after the other, until nothing waits or there are enough others. */
  async #send(): Promise<void> {
    this.#senders++;
    while (this.#senders <= (this.#queue.crowded ? CROWDED_SENDERS : SENDERS)) {
      const event = this.#queue.take(this.#sending);
      if (!event) break;
      this.#sending.add(event.key);
      await this.#deliver(event);
      this.#sending.delete(event.key);
    }
    this.#senders--;
    if (this.#senders === 0) for (const settle of [...this.#idle]) settle();
  }

  async #deliver(event: PendingEvent): Promise<void> {
    for (const delay of [...RETRY_MS, undefined]) {
      try {
        this.#written.set(event.key, await this.#write(event, this.#written.get(event.key)));
        return;
      } catch (thrown) {
        const error = KubeError.from(thrown);
        if (!error.retryable && error.code !== 'ALREADY_EXISTS') {
          this.#drops.add('rejected', error.publicMessage);
          return;
        }
        if (delay !== undefined) await this.#clock.sleep(delay);
        else if (event.content.type === 'Warning') this.#queue.putBack(event);
        else this.#drops.add('unwritable', error.publicMessage);
      }
    }
  }

  async #write(event: PendingEvent, written: Written | undefined): Promise<Written> {
    if (!written) return this.#create(event);
    const count = written.count + event.times;
    try {
      await this.#patch(written.ref, count, event.lastMs);
      return { ref: written.ref, count };
    } catch (error) {
      if (!isKubeError(error, 'NOT_FOUND')) throw error;
      // It has expired (events live an hour), so this is the first again.
      this.#written.delete(event.key);
      return this.#create(event);
    }
  }

  /** The name is chosen once: a create whose answer got lost finds its own event there, instead of making a second one. */
  async #create(event: PendingEvent): Promise<Written> {
    this.#serial = (this.#serial + 1) % SERIALS;
    const { firstMs, lastMs, times } = event;
    const created = newEvent(event.content, this.#component, { firstMs, lastMs, count: times, serial: this.#serial });
    const known = event.named;
    event.named ??= { name: created.metadata.name, times };
    const metadata = { ...created.metadata, name: event.named.name };
    const ref = { namespace: metadata.namespace ?? 'default', name: metadata.name };
    try {
      await this.#client.create(events, { ...created, metadata });
    } catch (error) {
      if (!isKubeError(error, 'ALREADY_EXISTS')) throw error;
      if (!known) {
        // Somebody else's: another name, at the next attempt.
        delete event.named;
        throw error;
      }
      if (known.times !== times) await this.#patch(ref, times, lastMs);
    }
    return { ref, count: times };
  }

  async #patch(ref: ObjectRef, count: number, lastMs: number): Promise<void> {
    await this.#client.patch(events, ref, repeatPatch({ count, lastMs }), { type: 'merge' });
  }
}
