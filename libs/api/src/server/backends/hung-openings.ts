import type { Clock } from '@eso/runtime';
import { ProviderError } from '../../contract/provider-error.ts';

/** One opening, from its start to its end. */
export interface HungOpening {
  /** Nobody waits for it any more. */
  givenUp(): void;
  ended(): void;
}

/** Openings of one config object that may hang at once. */
const MAX_PER_CONFIG = 3;
/** An opening that was given up gets this long to heed its signal, milliseconds. */
const GRACE_MS = 5_000;
/** After this long, milliseconds, one is taken for lost, so that a store is not refused until the process restarts. */
const WRITTEN_OFF_MS = 600_000;

/** Openings that were given up and go on: an author's code that hangs holds memory, and perhaps a connection, for each. */
export class HungOpenings {
  readonly #clock: Clock;
  readonly #hanging = new Map<string, Set<() => void>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get size(): number {
    return [...this.#hanging.values()].reduce((sum, { size }) => sum + size, 0);
  }

  /** @throws ProviderError PROVIDER_BUSY when too many of this config object hang already. */
  check(configId: string): void {
    if ((this.#hanging.get(configId)?.size ?? 0) < MAX_PER_CONFIG) return;
    throw new ProviderError('PROVIDER_BUSY', `${MAX_PER_CONFIG} earlier attempts to open this backend have not ended`, {
      nextStep:
        'check that the provider reaches its backend, and that the backend answers; the next attempt follows when one has ended, after ten minutes at the latest',
    });
  }

  /** @param onHung it was given up and does not end. */
  start(configId: string, onHung: () => void): HungOpening {
    let forget: (() => void) | undefined;
    let isEnded = false;
    return {
      givenUp: () => {
        if (!isEnded) forget = this.#add(configId, onHung);
      },
      ended: () => {
        isEnded = true;
        forget?.();
      },
    };
  }

  close(): void {
    for (const hanging of [...this.#hanging.values()]) for (const forget of [...hanging]) forget();
  }

  #add(configId: string, onHung: () => void): () => void {
    const hanging = this.#hanging.get(configId) ?? new Set();
    this.#hanging.set(configId, hanging);
    const cancelGrace = this.#clock.schedule(GRACE_MS, onHung);
    const cancelEnd = this.#clock.schedule(WRITTEN_OFF_MS, () => forget());
    const forget = (): void => {
      cancelGrace();
      cancelEnd();
      hanging.delete(forget);
      if (hanging.size === 0 && this.#hanging.get(configId) === hanging) this.#hanging.delete(configId);
    };
    hanging.add(forget);
    return forget;
  }
}
