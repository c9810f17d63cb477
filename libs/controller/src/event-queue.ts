import type { Clock } from '@eso/runtime';
import type { EventDrops } from './event-drops.ts';
import { EventLimit } from './event-limit.ts';
import { contentKey, type EventContent, subjectKey } from './event-record.ts';

/** An event that waits to be written; equal ones that come meanwhile raise its count. */
export interface PendingEvent {
  readonly content: EventContent;
  /** By what equal ones are recognised. */
  readonly key: string;
  /** Wall-clock milliseconds of the first and the last occurrence. */
  readonly firstMs: number;
  lastMs: number;
  times: number;
  /** Its name, and how many times it was said to have happened, once it may have been written under that name. */
  named?: { readonly name: string; readonly times: number };
}

/** The bound of an {@link EventQueue}, and whom it notifies. */
export interface EventQueueOptions {
  readonly clock: Clock;
  readonly drops: EventDrops;
  /** How much may wait, in bytes as they are counted here. */
  readonly maxBytes: number;
  /** Called when there is something to write that was not there before. */
  readonly onReady: () => void;
}

/** Objects and references of an event that waits, in bytes; its texts come on top. */
const OVERHEAD_BYTES = 400;
/** How long the newest Warning of an object that causes too many is held back. */
const HOLD_MS = 60_000;

/**
 * What waits to be written, bounded in bytes. Normal events give way to Warnings. A Warning that has no room, or whose object
 * causes too many, is held back, where a newer one of the same object takes its place: what was said last is never lost, and
 * one Warning for each object is all that is kept beyond the bound.
 */
export class EventQueue {
  readonly #options: EventQueueOptions;
  readonly #limit: EventLimit;
  readonly #warnings = new Map<string, PendingEvent>();
  readonly #normals = new Map<string, PendingEvent>();
  /** By object. */
  readonly #held = new Map<string, PendingEvent>();
  #bytes = 0;
  #cancelRelease: (() => void) | undefined;

  constructor(options: EventQueueOptions) {
    this.#options = options;
    this.#limit = new EventLimit(options.clock);
  }

  /** Events that wait, those that are held back included. */
  get size(): number {
    return this.#warnings.size + this.#normals.size + this.#held.size;
  }

  /** Whether more than half of the room is taken. */
  get crowded(): boolean {
    return this.#bytes > this.#options.maxBytes / 2;
  }

  /** Takes in something that has happened. */
  add(content: EventContent): void {
    const now = this.#options.clock.now();
    const key = contentKey(content);
    const object = subjectKey(content.subject);
    const held = this.#held.get(object);
    const waiting = this.#of(content).get(key) ?? (held?.key === key ? held : undefined);
    if (waiting) {
      waiting.times++;
      waiting.lastMs = now;
      return;
    }
    const event: PendingEvent = { content, key, firstMs: now, lastMs: now, times: 1 };
    const allowed = this.#limit.take(object);
    if (content.type === 'Warning') {
      // What is held back is older: it must not come after this one.
      if (!held && allowed && this.#hasRoomFor(event)) this.#put(event);
      else this.#hold(object, event);
    } else if (!allowed) this.#options.drops.add('object_limit');
    else if (this.#hasRoomFor(event)) this.#put(event);
    else this.#options.drops.add('queue_full');
  }

  /** Takes out the next to write, Warnings first, that is none of `busy`. */
  take(busy: ReadonlySet<string>): PendingEvent | undefined {
    for (const events of [this.#warnings, this.#normals]) {
      for (const [key, event] of events) {
        if (busy.has(key)) continue;
        events.delete(key);
        this.#bytes -= bytesOf(event);
        return event;
      }
    }
    return undefined;
  }

  /** Puts a Warning back that could not be written; whatever happened meanwhile is counted with it. */
  putBack(event: PendingEvent): void {
    const newer = this.#warnings.get(event.key);
    this.#remove(newer);
    const both = newer ? { ...event, times: event.times + newer.times, lastMs: newer.lastMs } : event;
    this.#put(both);
  }

  /** Lets go what is held back, whether there is room or not: before the end. */
  releaseAll(): void {
    this.#cancelRelease?.();
    this.#cancelRelease = undefined;
    for (const event of this.#held.values()) this.#put(event);
    this.#held.clear();
  }

  #of({ type }: EventContent): Map<string, PendingEvent> {
    return type === 'Warning' ? this.#warnings : this.#normals;
  }

  #put(event: PendingEvent): void {
    this.#of(event.content).set(event.key, event);
    this.#bytes += bytesOf(event);
    this.#options.onReady();
  }

  #remove(event: PendingEvent | undefined): void {
    if (event && this.#of(event.content).delete(event.key)) this.#bytes -= bytesOf(event);
  }

  /** Makes room at the cost of older Normal events, if that is enough. */
  #hasRoomFor(event: PendingEvent): boolean {
    const { maxBytes, drops } = this.#options;
    for (const oldest of this.#normals.values()) {
      if (this.#bytes + bytesOf(event) <= maxBytes) break;
      this.#remove(oldest);
      drops.add('queue_full');
    }
    return this.#bytes + bytesOf(event) <= maxBytes;
  }

  #hold(object: string, event: PendingEvent): void {
    if (this.#held.has(object)) this.#options.drops.add('replaced');
    this.#held.set(object, event);
    this.#cancelRelease ??= this.#options.clock.schedule(HOLD_MS, () => this.#release());
  }

  #release(): void {
    this.#cancelRelease = undefined;
    for (const [object, event] of this.#held) {
      if (!this.#hasRoomFor(event)) break;
      this.#held.delete(object);
      this.#put(event);
    }
    if (this.#held.size > 0) this.#cancelRelease = this.#options.clock.schedule(HOLD_MS, () => this.#release());
  }
}

function bytesOf({ key, content }: PendingEvent): number {
  // Texts count twice: once in the key, once by themselves.
  return OVERHEAD_BYTES + 2 * key.length + content.message.length;
}
