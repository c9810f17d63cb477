import type { Clock } from '@eso/runtime';

/** How a call that the breaker let through ended. `neutral` says nothing about the provider: the caller gave up. */
export type Outcome = 'success' | 'failure' | 'neutral';

/** Whether a call may be made. An admitted one must be settled exactly once. */
export type Admission =
  | { readonly kind: 'admitted'; readonly settle: (outcome: Outcome) => void }
  | { readonly kind: 'rejected'; readonly retryAfterMs: number };

export interface CircuitBreakerOptions {
  readonly clock: Clock;
  /** Consecutive failures that open the circuit. Default 5. */
  readonly failureThreshold?: number;
  /** How long an open circuit lets nothing through, milliseconds. Default 30,000. */
  readonly openMs?: number;
}

/** When to ask again while another call finds out whether the provider is back, milliseconds. */
const PROBE_RETRY_MS = 1_000;

type State =
  | { readonly kind: 'closed'; failures: number }
  | { readonly kind: 'open'; readonly untilMs: number }
  | { readonly kind: 'halfOpen' };

/**
 * Leaves a provider alone that cannot be reached, so that its callers fail at once instead of one deadline later. After a while one
 * call is let through to see whether it is back.
 */
export class CircuitBreaker {
  readonly #clock: Clock;
  readonly #failureThreshold: number;
  readonly #openMs: number;
  #state: State = { kind: 'closed', failures: 0 };

  constructor({ clock, failureThreshold = 5, openMs = 30_000 }: CircuitBreakerOptions) {
    this.#clock = clock;
    this.#failureThreshold = failureThreshold;
    this.#openMs = openMs;
  }

  /** `closed`: calls go through. `open`: none does. `halfOpen`: one is under way to find out. */
  get state(): State['kind'] {
    return this.#state.kind;
  }

  /** Asks for one call. */
  admit(): Admission {
    const state = this.#state;
    switch (state.kind) {
      case 'closed':
        return { kind: 'admitted', settle: (outcome) => this.#settleClosed(state, outcome) };
      case 'halfOpen':
        return { kind: 'rejected', retryAfterMs: PROBE_RETRY_MS };
      case 'open': {
        const retryAfterMs = state.untilMs - this.#clock.monotonic();
        return retryAfterMs > 0 ? { kind: 'rejected', retryAfterMs } : this.#probe();
      }
    }
  }

  /** Ends the waiting of an open circuit, because something changed at the provider: the next call is the probe. */
  reconsider(): void {
    if (this.#state.kind === 'open') this.#state = { kind: 'open', untilMs: this.#clock.monotonic() };
  }

  #probe(): Admission {
    const probe: State = { kind: 'halfOpen' };
    this.#state = probe;
    return {
      kind: 'admitted',
      settle: (outcome) => {
        if (this.#state !== probe) return;
        if (outcome === 'success') this.#state = { kind: 'closed', failures: 0 };
        else this.#open(outcome === 'failure' ? this.#openMs : 0);
      },
    };
  }

  /** Calls that began before the circuit opened do not count any more. */
  #settleClosed(state: State & { kind: 'closed' }, outcome: Outcome): void {
    if (this.#state !== state || outcome === 'neutral') return;
    state.failures = outcome === 'success' ? 0 : state.failures + 1;
    if (state.failures >= this.#failureThreshold) this.#open(this.#openMs);
  }

  #open(ms: number): void {
    this.#state = { kind: 'open', untilMs: this.#clock.monotonic() + ms };
  }
}
