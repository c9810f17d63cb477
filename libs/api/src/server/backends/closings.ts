import { abortable, type Clock, type Logger } from '@eso/runtime';
import { ProviderError } from '../../contract/provider-error.ts';
import type { CloseReason } from '../backend.ts';
import type { Account } from './account.ts';
import type { AuthorFaults } from './author-faults.ts';
import type { BackendMetrics } from './backend-metrics.ts';
import type { OpenBackend } from './open-backend.ts';
import type { Opening } from './opening.ts';

/** The clock of its budgets, and where the faults and durations of closing are counted. */
export interface ClosingsOptions {
  readonly clock: Clock;
  readonly faults: AuthorFaults;
  readonly metrics: BackendMetrics;
}

/** A backend that no call uses any more. */
export interface Closing {
  readonly account: Account;
  readonly lifetime: AbortController;
  readonly opening: Opening<OpenBackend>;
  readonly reason: CloseReason;
}

/** Longest one closing may take, milliseconds. */
const CLOSE_MS = 10_000;
/** Most closings that are waited for; the oldest is waited for no longer. A config object that is edited all the time makes many. */
const MAX_CLOSINGS = 256;

/**
 * Closes backends: gives up their logins, waits for the author's `close` as long as there is time, and only then ends the
 * lifetime. Nothing that an author's function does here reaches anybody but the log.
 */
export class Closings {
  readonly #options: ClosingsOptions;
  readonly #budgets = new Set<AbortController>();

  constructor(options: ClosingsOptions) {
    this.#options = options;
  }

  /** How many are under way. */
  get size(): number {
    return this.#budgets.size;
  }

  /** Never rejects. */
  async close({ account, lifetime, opening, reason }: Closing): Promise<void> {
    const { budget, end } = this.#begin();
    try {
      // Of an opening that was given up, the backend is closed like any other, if it still comes in time.
      const opened = await abortable(
        opening.ended.then((backend) => ({ backend })),
        budget,
      ).catch(() => undefined);
      await abortable(account.leave(), budget).catch(() => undefined);
      if (opened?.backend) await this.#closeOne(opened.backend, { account, reason, budget });
      else if (!opened) void this.#closeLate(opening, account);
    } finally {
      end();
      lifetime.abort(new ProviderError('BACKEND_UNAVAILABLE', 'the backend has been closed'));
    }
  }

  /** There is no more time: nothing is waited for any longer. */
  hurry(): void {
    for (const budget of this.#budgets) budget.abort(overdue());
  }

  async #closeLate(opening: Opening<OpenBackend>, account: Account): Promise<void> {
    const backend = await opening.ended;
    if (!backend) return;
    const { budget, end } = this.#begin();
    await this.#closeOne(backend, { account, reason: 'discarded', budget });
    end();
  }

  async #closeOne(
    backend: OpenBackend,
    {
      account: { logger },
      reason,
      budget,
    }: { readonly account: { readonly logger: Logger }; readonly reason: CloseReason; readonly budget: AbortSignal },
  ): Promise<void> {
    const { faults, metrics } = this.#options;
    metrics.closed(reason);
    try {
      await abortable((async () => backend.close({ signal: budget, reason }))(), budget);
    } catch (error) {
      if (budget.aborted) faults.record(logger, 'close', 'hung', { problem: `did not end in its time (${reason})` });
      else faults.record(logger, 'close', 'threw', { problem: `failed (${reason})`, thrown: error });
    }
  }

  #begin(): { readonly budget: AbortSignal; readonly end: () => void } {
    const budget = new AbortController();
    const [oldest] = this.#budgets;
    if (this.#budgets.size >= MAX_CLOSINGS) oldest?.abort(overdue());
    const cancel = this.#options.clock.schedule(CLOSE_MS, () => budget.abort(overdue()));
    this.#budgets.add(budget);
    return {
      budget: budget.signal,
      end: () => {
        cancel();
        this.#budgets.delete(budget);
      },
    };
  }
}

function overdue(): Error {
  return new DOMException('the time for closing has passed', 'TimeoutError');
}
