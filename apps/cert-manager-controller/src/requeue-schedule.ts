import type { ReconcileResult } from '@eso/controller';
import type { Clock } from '@eso/runtime';
import type { CertificateError } from './error.ts';

/** Everything is looked at again after this long, in case a change was not noticed. */
const DEFAULT_RESYNC_MS = 600_000;
/** No pass follows another sooner than this. */
const MIN_WAIT_MS = 1_000;

/** When reconciles happen again. */
export class RequeueSchedule {
  readonly #clock: Clock;
  readonly #resyncMs: number;

  constructor(clock: Clock, resyncMs = DEFAULT_RESYNC_MS) {
    this.#clock = clock;
    this.#resyncMs = resyncMs;
  }

  /** At `instantMs` (milliseconds since the epoch), or at the next resync if that is sooner. */
  requeueAt(instantMs: number): ReconcileResult {
    const ms = Math.min(instantMs - this.#clock.now(), this.#resyncMs);
    return { kind: 'requeueAfter', ms: Math.max(ms, MIN_WAIT_MS) };
  }

  /** For what waits for a human: its change is noticed by a watch, and by the resync otherwise. */
  requeueAtResync(): ReconcileResult {
    return { kind: 'requeueAfter', ms: this.#resyncMs };
  }

  /** Whether waiting a little may help: the fault is passing, or is cured where no watch looks (rights, mounted files). */
  isWorthRetrying({ code, retryable }: CertificateError): boolean {
    return retryable || code === 'FORBIDDEN';
  }
}
