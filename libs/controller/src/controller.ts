import { type Clock, errorText, type Logger, type Registry, systemClock } from '@eso/runtime';
import { type ControllerMetrics, controllerMetrics, initialise, type ReconcileOutcome } from './controller-metrics.ts';
import { ControllerError, TerminalError } from './error.ts';
import { Priority } from './priority.ts';
import type { Reconcile, ReconcileResult } from './reconcile.ts';
import type { WorkItem, WorkQueue } from './work-queue.ts';

export interface ControllerOptions {
  /** Label `controller` of the metrics; the kind in lower case. */
  readonly name: string;
  readonly queue: WorkQueue;
  readonly reconcile: Reconcile;
  /** How many keys are processed at once. Default 32. */
  readonly workers?: number;
  /** How long one reconcile may take before its signal aborts, in milliseconds. Default 120,000. */
  readonly timeoutMs?: number;
  /** How long keys may wait without any worker taking one before {@link Controller.health} complains. Default 60,000. */
  readonly stallMs?: number;
  readonly clock?: Clock;
  readonly logger: Logger;
  readonly registry: Registry;
}

/** How long a reconcile has after its signal aborted, before its worker goes on without it. */
const GRACE_MS = 5_000;

/** A reconcile that runs. */
interface Run {
  readonly key: string;
  /** Monotonic time in milliseconds after which it is late. */
  readonly deadline: number;
}

/** Takes keys from a queue and reconciles them, a limited number at a time, each key by one worker only. */
export class Controller {
  readonly #options: Required<ControllerOptions>;
  readonly #metrics: ControllerMetrics;
  readonly #runs = new Set<Run>();
  #running = false;

  constructor(options: ControllerOptions) {
    const defaults = { workers: 32, timeoutMs: 120_000, stallMs: 60_000, clock: systemClock };
    this.#options = { ...defaults, ...options };
    this.#metrics = controllerMetrics(options.registry);
    initialise(this.#metrics, options.name, this.#options.workers);
  }

  /**
   * Works until `signal` aborts; resolves when the reconciles under way have ended or given up. May be started again.
   * @throws ControllerError ALREADY_RUNNING when it runs.
   */
  async start(signal: AbortSignal): Promise<void> {
    if (this.#running) throw new ControllerError('ALREADY_RUNNING', `controller ${this.#options.name} runs already`);
    this.#running = true;
    try {
      await Promise.all(Array.from({ length: this.#options.workers }, () => this.#work(signal)));
    } finally {
      this.#running = false;
    }
  }

  /** Why the controller is not well: a queue that does not drain, or a reconcile past its time. */
  health(): string | undefined {
    const now = this.#options.clock.monotonic();
    const late = [...this.#runs].find((run) => run.deadline + GRACE_MS < now);
    if (late) return `reconcile of ${late.key} has run ${seconds(now - late.deadline)} past its time`;
    const stalled = this.#running ? this.#options.queue.stalledMs() : 0;
    if (stalled > this.#options.stallMs)
      return `${String(this.#options.queue.depth)} keys wait, none was taken for ${seconds(stalled)}`;
    return undefined;
  }

  async #work(signal: AbortSignal): Promise<void> {
    for (let item = await this.#options.queue.get(signal); item; item = await this.#options.queue.get(signal))
      await this.#process(item, signal);
  }

  /** Resolves when the reconcile has ended, or when it ignores that its time is over: the key stays locked then. */
  async #process(item: WorkItem, signal: AbortSignal): Promise<void> {
    const { clock, timeoutMs, name } = this.#options;
    const started = clock.monotonic();
    const run: Run = { key: item.key, deadline: started + timeoutMs };
    const limit = new AbortController();
    const onAbort = (): void => limit.abort(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    this.#runs.add(run);
    this.#metrics.activeWorkers.inc({ controller: name });

    const ended = this.#reconcile(item, limit.signal).finally(() => {
      this.#runs.delete(run);
      this.#metrics.time.observe({ controller: name }, (clock.monotonic() - started) / 1_000);
      this.#options.queue.done(item.key);
    });
    const cancelTimeout = clock.schedule(timeoutMs, () => {
      this.#metrics.timeouts.inc({ controller: name });
      this.#options.logger.error({ controller: name, key: item.key, timeoutMs }, 'reconcile exceeded its time');
      limit.abort(new ControllerError('UNEXPECTED', `reconcile exceeded ${seconds(timeoutMs)}`, { retryable: true }));
    });
    const watch = graceAfterAbort(limit.signal, clock);
    await Promise.race([ended, watch.over]);
    watch.cancel();
    cancelTimeout();
    signal.removeEventListener('abort', onAbort);
    this.#metrics.activeWorkers.dec({ controller: name });
  }

  async #reconcile(item: WorkItem, signal: AbortSignal): Promise<void> {
    const { name, reconcile } = this.#options;
    const logger = this.#options.logger.child({ controller: name, key: item.key });
    try {
      const result = await reconcile(item.key, { signal, logger, priority: item.priority });
      this.#count(this.#requeue(item, result));
    } catch (error) {
      this.#failed(item, error, logger);
    }
  }

  #requeue({ key, priority }: WorkItem, result: ReconcileResult): ReconcileOutcome {
    const { queue } = this.#options;
    switch (result.kind) {
      case 'done':
        queue.forget(key);
        return 'success';
      case 'requeueAfter':
        queue.forget(key);
        queue.add(key, { afterMs: result.ms, priority: result.priority ?? Priority.refresh });
        return 'requeue_after';
      case 'requeue':
        queue.addRateLimited(key, { priority });
        return 'requeue';
    }
  }

  #failed({ key, priority }: WorkItem, error: unknown, logger: Logger): void {
    const { name: controller, queue } = this.#options;
    this.#count('error');
    this.#metrics.errors.inc({ controller });
    if (error instanceof TerminalError) {
      this.#metrics.terminalErrors.inc({ controller });
      queue.forget(key);
      logger.warn({ error: errorText(error) }, 'reconcile failed for good; it waits for a change');
      return;
    }
    queue.addRateLimited(key, { priority });
    if (isDefect(error)) {
      this.#metrics.panics.inc({ controller });
      logger.error({ err: error }, 'reconcile ended in a defect');
    } else {
      logger.warn({ error: errorText(error), failures: queue.numRequeues(key) }, 'reconcile failed; it is tried again');
    }
  }

  #count(result: ReconcileOutcome): void {
    this.#metrics.total.inc({ controller: this.#options.name, result });
  }
}

/** Errors that the language itself throws for wrong code; waiting does not cure them, but the key must not be lost. */
function isDefect(error: unknown): boolean {
  return error instanceof TypeError || error instanceof RangeError || error instanceof ReferenceError;
}

/** `over` resolves when `signal` has been aborted for the grace time. */
function graceAfterAbort(signal: AbortSignal, clock: Clock): { over: Promise<void>; cancel: () => void } {
  let cancelTimer = (): unknown => undefined;
  let onAbort = (): void => undefined;
  const over = new Promise<void>((resolve) => {
    onAbort = () => {
      cancelTimer = clock.schedule(GRACE_MS, resolve);
    };
  });
  if (signal.aborted) onAbort();
  else signal.addEventListener('abort', onAbort, { once: true });
  return {
    over,
    cancel: () => {
      signal.removeEventListener('abort', onAbort);
      cancelTimer();
    },
  };
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(0)} s`;
}
