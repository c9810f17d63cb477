import { type Clock, type Counter, counterOf, type Logger, LogThrottle, type Registry } from '@eso/runtime';

/**
 * Why an event was not written:
 * - `queue_full`: a Normal one, for which there was no room
 * - `object_limit`: a Normal one of an object that causes too many
 * - `replaced`: a Warning for which there was no room or whose object causes too many; a newer one of that object took its place
 * - `unwritable`: a Normal one that could not be written for a while
 * - `rejected`: the API server does not want it, now or later
 */
export type DropReason = 'queue_full' | 'object_limit' | 'replaced' | 'unwritable' | 'rejected';

/** Where left out events are counted and logged; no registry: they are logged alone. */
export interface EventDropsOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Default: counted nowhere. */
  readonly registry?: Registry | undefined;
}

/** Counts the events that are not written, and says so once and then each minute at most. */
export class EventDrops {
  readonly #logger: Logger;
  readonly #counter: Counter<'reason'> | undefined;
  readonly #throttle: LogThrottle;
  #unlogged = 0;

  constructor({ clock, logger, registry }: EventDropsOptions) {
    this.#logger = logger;
    this.#throttle = new LogThrottle({ clock });
    const help =
      'Events that were not written, by reason; the newest Warning of an object is never left out for lack of room';
    this.#counter = registry && counterOf(registry, { name: 'events_dropped_total', help, labelNames: ['reason'] });
  }

  /** @param cause what the API server said, where it was asked */
  add(reason: DropReason, cause?: string): void {
    this.#counter?.inc({ reason });
    this.#unlogged++;
    if (!this.#throttle.isDue('dropped')) return;
    const fields = { dropped: this.#unlogged, reason, ...(cause === undefined ? {} : { error: cause }) };
    this.#logger.warn(fields, 'events are left out; events_dropped_total counts them');
    this.#unlogged = 0;
  }
}
