import { Counter, Gauge, type Registry } from '@eso/runtime';
import type { CloseReason } from '../backend.ts';

/**
 * How an attempt to log in ended:
 * - `rejected`: the backend did not take the credentials
 * - `failed`: anything else
 * - `held_back`: none was made, because a rejection is remembered
 */
export type LoginOutcome = 'success' | 'rejected' | 'failed' | 'held_back';

/** How many backends are in which state now. */
export interface BackendCounts {
  /** Opening or open. */
  readonly open: number;
  readonly closing: number;
  /** Openings that were given up and have not ended. */
  readonly hung: number;
}

/** What a provider process counts about the backends it opens. */
export class BackendMetrics {
  readonly #closed: Counter<'reason'>;
  readonly #logins: Counter<'result'>;

  /** @param counts is asked at each scrape. */
  constructor(registry: Registry, counts: () => BackendCounts) {
    new Gauge({
      name: 'eso_provider_backends',
      help: 'Backends by state: open, closing, and openings that were given up but have not ended (hung)',
      labelNames: ['state'],
      registers: [registry],
      collect() {
        for (const [state, count] of Object.entries(counts())) this.set({ state }, count as number);
      },
    });
    this.#closed = new Counter({
      name: 'eso_provider_backends_closed_total',
      help: 'Backends closed, by reason',
      labelNames: ['reason'],
      registers: [registry],
    });
    this.#logins = new Counter({
      name: 'eso_provider_logins_total',
      help: 'Logins of sessions, by result; held_back: none was made because a rejection is remembered',
      labelNames: ['result'],
      registers: [registry],
    });
  }

  closed(reason: CloseReason): void {
    this.#closed.inc({ reason });
  }

  login(result: LoginOutcome): void {
    this.#logins.inc({ result });
  }
}
