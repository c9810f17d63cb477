import type { WatchLine, WatchStream } from './watch-stream.ts';

/** Events that a hold is for: of a resource, of one namespace or all, of one object or all. */
export interface EventSelector {
  readonly resource: string;
  readonly namespace?: string;
  /**
   * Events of these objects fall behind those of others: an order that one API server never shows within one watch. The
   * order of each object's own events stays.
   */
  readonly name?: string | ((name: string) => boolean);
}

/** A stretch of time in which the client's view of some objects does not move. Watches stay open, and say nothing. */
export class WatchHold {
  readonly #selector: EventSelector;
  readonly #onEnd: (hold: WatchHold) => void;
  #held: { readonly stream: WatchStream; readonly event: WatchLine }[] = [];
  readonly #streams = new Set<WatchStream>();
  #over = false;

  /** @param onEnd called once, before what was held goes on */
  constructor(selector: EventSelector, onEnd: (hold: WatchHold) => void) {
    this.#selector = selector;
    this.#onEnd = onEnd;
  }

  /** Events of objects held so far. Bookmarks, which come when they come, do not count. */
  get size(): number {
    return this.events.length;
  }

  /** Names of the objects whose events are held, with the type of the event, oldest first. */
  get events(): readonly Pick<WatchLine, 'type' | 'name'>[] {
    return this.#held.flatMap(({ event: { type, name } }) => (type === 'BOOKMARK' ? [] : [{ type, name }]));
  }

  /** Keeps an event that it is for. */
  take(stream: WatchStream, event: WatchLine): boolean {
    if (!this.#isFor(stream, event)) return false;
    this.#held.push({ stream, event });
    this.#streams.add(stream);
    return true;
  }

  /**
   * The client's side of a watch is gone. What was held for it is dropped.
   * @returns whether the client will never ask for it again, because it got later events of other objects
   */
  gone(stream: WatchStream): boolean {
    if (!this.#streams.delete(stream)) return false;
    this.#held = this.#held.filter((held) => held.stream !== stream);
    return this.#selector.name !== undefined;
  }

  /** Hands on what was held, in its order. */
  release(): void {
    if (!this.#end()) return;
    for (const { stream, event } of this.#held) stream.write(event);
  }

  /** Drops what was held and says that history is gone: the client lists again, and finds only what is left. */
  expire(): void {
    if (!this.#end()) return;
    for (const stream of this.#streams) stream.expire();
  }

  /** Drops what was held and ends the watches in peace: the client watches again, from the last event that it got. */
  close(): void {
    if (this.#selector.name !== undefined)
      throw new TypeError('a client that got later events never asks for the held ones: release or expire');
    if (!this.#end()) return;
    for (const stream of this.#streams) stream.end();
  }

  #isFor(stream: WatchStream, event: WatchLine): boolean {
    const { resource, namespace, name } = this.#selector;
    if (stream.request.resource !== resource) return false;
    // A bookmark must not claim what was not handed on; one that ends an initial list must not be lost either.
    if (event.type === 'BOOKMARK') return name === undefined || this.#streams.has(stream);
    if (namespace !== undefined && event.namespace !== namespace) return false;
    return name === undefined || (typeof name === 'string' ? event.name === name : name(event.name));
  }

  #end(): boolean {
    if (this.#over) return false;
    this.#over = true;
    this.#onEnd(this);
    return true;
  }
}
