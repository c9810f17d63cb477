import { events, isKubeError, KubeError, type KubeClient, type ObjectRef } from '@eso/kube';
import { type Clock, type Logger, systemClock } from '@eso/runtime';
import { EventLimit } from './event-limit.ts';
import { contentKey, type EventContent, type EventSubject, newEvent, repeatPatch, subjectKey } from './event-record.ts';
import { RecentMap } from './recent-map.ts';

export interface EventRecorderOptions {
  readonly client: KubeClient;
  /** Who reports: `source.component` of the events. */
  readonly component: string;
  readonly clock?: Clock;
  readonly logger: Logger;
  /** How many events may wait to be sent; more are dropped and counted in the log. Default 1,000. */
  readonly maxPending?: number;
}

/** An event that waits to be sent; equal ones that come meanwhile raise its count. */
interface Pending {
  readonly content: EventContent;
  readonly firstMs: number;
  lastMs: number;
  times: number;
}

/** An event that was sent and may be counted up. */
interface Sent {
  readonly ref: ObjectRef;
  readonly count: number;
}

/** How many events are sent at once. */
const SENDERS = 4;
const MAX_SENT = 4_096;
/** Delays before an event is sent again that could not be; after the last one it is given up. */
const RETRY_MS = [500, 1_000, 2_000, 4_000, 8_000];

/**
 * Writes v1 Events in the background: nothing waits for them, and no failure of theirs reaches the caller. Equal events of
 * an object become one with a count, and each object may cause only so many.
 */
export class EventRecorder {
  readonly #options: Required<EventRecorderOptions>;
  readonly #limit: EventLimit;
  readonly #pending = new Map<string, Pending>();
  /** Contents that a sender has in hand: a second one would write a second event instead of a count. */
  readonly #sending = new Set<string>();
  readonly #sent = new RecentMap<Sent>(MAX_SENT);
  readonly #idle = new Set<() => void>();
  #senders = 0;
  #serial = 0;
  #dropped = 0;

  constructor(options: EventRecorderOptions) {
    this.#options = { clock: systemClock, maxPending: 1_000, ...options };
    this.#limit = new EventLimit(this.#options.clock);
  }

  /** Reports that something happened to `object`. Returns at once. The message is cut at 1,024 bytes. */
  event(object: EventSubject, type: 'Normal' | 'Warning', reason: string, message: string): void {
    const { apiVersion, kind, metadata } = object;
    const content: EventContent = { subject: { apiVersion, kind, metadata }, type, reason, message };
    const now = this.#options.clock.now();
    const key = contentKey(content);
    const waiting = this.#pending.get(key);
    if (waiting) {
      waiting.times++;
      waiting.lastMs = now;
    } else if (!this.#limit.take(subjectKey(object))) {
      this.#options.logger.debug({ kind, name: metadata.name, reason }, 'event left out: too many for this object');
    } else if (this.#pending.size >= this.#options.maxPending) {
      if (this.#dropped++ === 0) this.#options.logger.warn('events are dropped: they cannot be written fast enough');
    } else {
      this.#pending.set(key, { content, firstMs: now, lastMs: now, times: 1 });
      if (this.#senders < SENDERS) void this.#send();
    }
  }

  /** Resolves when everything reported so far is written or given up, or when `signal` aborts. */
  flush(signal: AbortSignal): Promise<void> {
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

  /** Sends what waits, one after the other, until nothing waits. */
  async #send(): Promise<void> {
    this.#senders++;
    for (let next = this.#next(); next; next = this.#next()) {
      const [key, pending] = next;
      this.#sending.add(key);
      await this.#deliver(key, pending);
      this.#sending.delete(key);
    }
    this.#senders--;
    if (this.#senders > 0) return;
    if (this.#dropped > 0) this.#options.logger.warn({ dropped: this.#dropped }, 'events were dropped');
    this.#dropped = 0;
    for (const settle of [...this.#idle]) settle();
  }

  #next(): [string, Pending] | undefined {
    for (const [key, pending] of this.#pending) {
      if (this.#sending.has(key)) continue;
      this.#pending.delete(key);
      return [key, pending];
    }
    return undefined;
  }

  async #deliver(key: string, pending: Pending): Promise<void> {
    for (const delay of [...RETRY_MS, undefined]) {
      try {
        this.#sent.set(key, await this.#write(pending, this.#sent.get(key)));
        return;
      } catch (thrown) {
        const error = KubeError.from(thrown);
        if (error.code === 'NOT_FOUND' && this.#sent.get(key)) {
          // It has expired (events live an hour), so this is the first again.
          this.#sent.delete(key);
          continue;
        }
        if (!error.retryable || delay === undefined) {
          const { subject, reason } = pending.content;
          const { name, namespace } = subject.metadata;
          this.#options.logger.warn(
            { kind: subject.kind, namespace, name, reason, error: error.publicMessage },
            'event lost',
          );
          return;
        }
        await this.#options.clock.sleep(delay);
      }
    }
  }

  async #write(pending: Pending, sent: Sent | undefined): Promise<Sent> {
    const { client, component } = this.#options;
    if (sent) {
      const count = sent.count + pending.times;
      await client.patch(events, sent.ref, repeatPatch({ count, lastMs: pending.lastMs }), { type: 'merge' });
      return { ref: sent.ref, count };
    }
    this.#serial = (this.#serial + 1) % 1_000_000;
    const stamp = { firstMs: pending.firstMs, lastMs: pending.lastMs, count: pending.times, serial: this.#serial };
    const event = newEvent(pending.content, component, stamp);
    const ref = { namespace: event.metadata.namespace ?? 'default', name: event.metadata.name };
    await client.create(events, event).catch((error: unknown) => {
      // A create whose answer got lost was repeated by this very process: nobody else makes that name.
      if (!isKubeError(error, 'ALREADY_EXISTS')) throw error;
    });
    return { ref, count: pending.times };
  }
}
