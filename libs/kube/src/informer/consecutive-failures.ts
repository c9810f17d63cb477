import type { Clock, Logger } from '@eso/runtime';
import type { KubeError, KubeErrorCode } from '../error.ts';

/** What fails, and where that is logged. */
export interface ConsecutiveFailuresOptions {
  /** What fails, for texts: `watching secrets in namespace a`. */
  what: string;
  /** `list` or `watch`, which a missing right is named by. */
  verb: string;
  clock: Clock;
  logger: Logger;
}

/** One failure happens to anybody. */
const MIN_ATTEMPTS = 2;
/** What may end by itself gets this long before it is called trouble, in milliseconds. */
const PATIENCE_MS = 10_000;
/** What lasts is said again after this long, in milliseconds. */
const REPEAT_MS = 600_000;

interface Streak {
  readonly since: number;
  attempts: number;
  last: KubeError;
  readonly said: Map<KubeErrorCode, number>;
}

/**
 * Failures of one kind that follow each other: says once per cause what is wrong and what to do, again every ten minutes while it lasts,
 * and once that it is over.
 */
export class ConsecutiveFailures {
  readonly #options: ConsecutiveFailuresOptions;
  #streak: Streak | undefined;

  constructor(options: ConsecutiveFailuresOptions) {
    this.#options = options;
  }

  record(error: KubeError): void {
    const { clock, logger, what } = this.#options;
    const now = clock.monotonic();
    this.#streak ??= { since: now, attempts: 0, last: error, said: new Map() };
    const run = this.#streak;
    run.attempts += 1;
    run.last = error;
    const saidAt = run.said.get(error.code);
    const reason = this.reason();
    if (reason === undefined || (saidAt !== undefined && now - saidAt < REPEAT_MS)) return;
    run.said.set(error.code, now);
    logger.warn({ code: error.code, attempts: run.attempts, what }, reason);
  }

  /** The last failure, where nothing has succeeded since. */
  get last(): KubeError | undefined {
    return this.#streak?.last;
  }

  /** What failed has succeeded. */
  recovered(): void {
    const run = this.#streak;
    // It may have become a reason after the last attempt, without having been said.
    const known = this.reason() !== undefined || (run !== undefined && run.said.size > 0);
    this.#streak = undefined;
    if (!run || !known) return;
    const { clock, logger, what } = this.#options;
    const seconds = Math.round((clock.monotonic() - run.since) / 1_000);
    logger.info({ attempts: run.attempts, seconds, code: run.last.code, what }, `${what} works again`);
  }

  /** What is wrong, once it has lasted: two attempts for what a human has to mend, ten seconds for what may mend itself. */
  reason(): string | undefined {
    const run = this.#streak;
    if (!run || run.attempts < MIN_ATTEMPTS) return undefined;
    const lastedMs = this.#options.clock.monotonic() - run.since;
    if (run.last.retryable && lastedMs < PATIENCE_MS) return undefined;
    const { what } = this.#options;
    const since = `${what} has failed for ${Math.round(lastedMs / 1_000)} s (${run.attempts} attempts)`;
    return `${since}: ${run.last.publicMessage} [${run.last.code}]. ${this.#nextStep(run.last.code)}`;
  }

  #nextStep(code: KubeErrorCode): string {
    switch (code) {
      case 'FORBIDDEN':
        return `Grant this process the right "${this.#options.verb}" on it, with the rules of its chart`;
      case 'UNAUTHORIZED':
        return 'Check the ServiceAccount and its token, or the credentials of the kubeconfig';
      case 'NOT_FOUND':
        return 'Install the CustomResourceDefinitions of the chart';
      case 'CONNECTION_CONFIG':
        return 'Check the mounted token, or the kubeconfig';
      default:
        return 'It is tried again; if it lasts, look at the API server and at what stands before it';
    }
  }
}
