import type { Clock } from '@eso/runtime';

/** Whether a call may be made. An admitted one must be released exactly once. */
export type CircuitPermit =
  | { readonly kind: 'admitted'; readonly release: () => void }
  | { readonly kind: 'rejected'; readonly retryAfterMs: number };

/** When the circuit opens, and for how long. */
export interface CircuitBreakerOptions {
  readonly clock: Clock;
  /** Failures in a row that open the circuit. Default 5. */
  readonly failureThreshold?: number;
  /**
   * Failures within this of the one before are the same failure, milliseconds: many calls that connect at once while a provider is
   * started again say no more than one. Default 250.
   */
  readonly spacingMs?: number;
  /**
   * How long an open circuit lets nothing through, milliseconds: at first, and at most, once it has doubled with each probe that
   * failed. Default 1,000 and 30,000.
   */
  readonly openMs?: number;
  readonly maxOpenMs?: number;
  /** Called after each change of the state. */
  readonly onChange?: (state: CircuitState) => void;
}

/** `closed`: calls go through. `open`: none does. `halfOpen`: one is under way to find out. */
export type CircuitState = 'closed' | 'open' | 'halfOpen';

/** When to ask again while another call finds out whether the provider is back, milliseconds. */
const PROBE_RETRY_MS = 1_000;

type State =
  | { readonly kind: 'closed'; failures: number; lastMs: number }
  | { readonly kind: 'open'; readonly untilMs: number; readonly lastedMs: number }
  | { readonly kind: 'halfOpen'; readonly lastedMs: number };

/**
 * Leaves a provider alone that cannot be reached, so that its callers fail at once instead of one deadline later. After a while one
 * call is let through to see whether it is back. Evidence is what happens to connections, never what becomes of a call: a tenant who
 * has a say in the answers would otherwise take the provider from all others.
 */
export class CircuitBreaker {
  readonly #options: Required<CircuitBreakerOptions>;
  #state: State = { kind: 'closed', failures: 0, lastMs: -Infinity };

  constructor(options: CircuitBreakerOptions) {
    this.#options = {
      failureThreshold: 5,
      spacingMs: 250,
      openMs: 1_000,
      maxOpenMs: 30_000,
      onChange: () => undefined,
      ...options,
    };
  }

  get state(): CircuitState {
    return this.#state.kind;
  }

  /** Asks for one call. */
  admit(): CircuitPermit {
    const state = this.#state;
    switch (state.kind) {
      case 'closed':
        return { kind: 'admitted', release: () => undefined };
      case 'halfOpen':
        return { kind: 'rejected', retryAfterMs: PROBE_RETRY_MS };
      case 'open': {
        const retryAfterMs = state.untilMs - this.#options.clock.monotonic();
        return retryAfterMs > 0 ? { kind: 'rejected', retryAfterMs } : this.#probe(state.lastedMs);
      }
    }
  }

  /** The provider is there: a connection came about, or an answer came over one. */
  up(): void {
    if (this.#state.kind === 'closed') this.#state.failures = 0;
    else this.#transition({ kind: 'closed', failures: 0, lastMs: -Infinity });
  }

  /** A connection did not come about, or nothing answered on it any more. */
  down(): void {
    const { openMs, maxOpenMs, failureThreshold, spacingMs, clock } = this.#options;
    const state = this.#state;
    switch (state.kind) {
      case 'closed':
        if (clock.monotonic() - state.lastMs < spacingMs) return;
        state.lastMs = clock.monotonic();
        if (++state.failures >= failureThreshold) this.#open(openMs);
        return;
      case 'halfOpen':
        this.#open(Math.min(2 * state.lastedMs, maxOpenMs));
        return;
      case 'open':
    }
  }

  /** Ends the waiting of an open circuit, because something changed at the provider: the next call is the probe. */
  reconsider(): void {
    if (this.#state.kind === 'open') this.#transition({ ...this.#state, untilMs: this.#options.clock.monotonic() });
  }

  #probe(lastedMs: number): CircuitPermit {
    const probe: State = { kind: 'halfOpen', lastedMs };
    this.#transition(probe);
    return {
      kind: 'admitted',
      release: () => {
        // It ended without telling anything: the next call finds out.
        if (this.#state === probe)
          this.#transition({ kind: 'open', untilMs: this.#options.clock.monotonic(), lastedMs });
      },
    };
  }

  #open(ms: number): void {
    this.#transition({ kind: 'open', untilMs: this.#options.clock.monotonic() + ms, lastedMs: ms });
  }

  #transition(state: State): void {
    this.#state = state;
    this.#options.onChange(state.kind);
  }
}
