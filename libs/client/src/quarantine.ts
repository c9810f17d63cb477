import type { Clock } from '@eso/runtime';

/** How long a tenant stays apart. */
export interface QuarantineOptions {
  readonly clock: Clock;
  /** How long after the last offence, milliseconds. Default 10 minutes. */
  readonly durationMs?: number;
  /** Tenants that get a lane of their own; further ones share one. Default 16: each is a connection to each instance. */
  readonly maxLanes?: number;
}

/** The lane of all tenants that have none of their own. No namespace is called so. */
const SHARED = '*';

/**
 * Tenants whose calls go over connections of their own for a while, because an answer to one of their calls cost the connection that
 * everybody used. Such a tenant goes on as before, and whatever its answers do, they do it to its own calls alone.
 */
export class Quarantine {
  readonly #clock: Clock;
  readonly #durationMs: number;
  readonly #maxLanes: number;
  readonly #tenants = new Map<string, { readonly lane: string; untilMs: number }>();

  constructor({ clock, durationMs = 10 * 60_000, maxLanes = 16 }: QuarantineOptions) {
    this.#clock = clock;
    this.#durationMs = durationMs;
    this.#maxLanes = maxLanes;
  }

  /** Puts a tenant in, or keeps it for longer. Calls of nobody in particular stay where they are. */
  add(tenant: string): void {
    if (tenant === '') return;
    this.#sweep();
    const untilMs = this.#clock.monotonic() + this.#durationMs;
    const known = this.#tenants.get(tenant);
    if (known) known.untilMs = untilMs;
    else this.#tenants.set(tenant, { lane: this.lanes().size < this.#maxLanes ? tenant : SHARED, untilMs });
  }

  /** The lane of a tenant's calls; undefined where they go with all others. */
  laneOf(tenant: string): string | undefined {
    if (this.#tenants.size === 0) return undefined;
    const known = this.#tenants.get(tenant);
    return known && known.untilMs > this.#clock.monotonic() ? known.lane : undefined;
  }

  /** All lanes that are in use. */
  lanes(): ReadonlySet<string> {
    this.#sweep();
    return new Set([...this.#tenants.values()].map(({ lane }) => lane));
  }

  #sweep(): void {
    const now = this.#clock.monotonic();
    for (const [tenant, { untilMs }] of this.#tenants) if (untilMs <= now) this.#tenants.delete(tenant);
  }
}
