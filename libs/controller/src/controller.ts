import { type Clock, errorText, type Logger, type Registry, systemClock } from '@eso/runtime';
import {
  type ControllerMetrics,
  controllerMetrics,
  initialiseSeries,
  type ReconcileOutcome,
} from './controller-metrics.ts';
import { ControllerError } from './error.ts';
import { isInterrupted } from './interrupted.ts';
import { Priority } from './priority-levels.ts';
import type { Reconcile, ReconcileResult, RequeuePolicy } from './reconcile.ts';
import { EventLoopYield } from './event-loop-yield.ts';
import { GRACE_MS, ReconcileAttempt } from './reconcile-attempt.ts';
import type { WorkItem, WorkQueue } from './work-queue.ts';

/** What a {@link Controller} works on, and how much of it at a time. */
export interface ControllerOptions {
  /** Label `controller` of the metrics; the kind in lower case. */
  readonly name: string;
  readonly queue: WorkQueue;
  readonly reconcile: Reconcile;
  /** How many keys are processed at once. Default 32. */
  readonly workers?: number;
  /** How many times the free workers one endpoint may hold; see {@link ReconcileContext.enter}. Default 3. */
  readonly share?: number;
  /** How long one reconcile may take before its signal aborts, in milliseconds. Default 120,000. */
  readonly timeoutMs?: number;
  /** How long keys may wait without any worker taking one before {@link Controller.health} complains. Default 60,000. */
  readonly stallMs?: number;
  /**
   * How long keys of a priority may wait without any of them being taken, though others are, before
   * {@link Controller.health} complains, in milliseconds. Default 600,000: longer than a first sync of 10,000 objects.
   */
  readonly starveMs?: number;
  /**
   * How long a reconcile may ignore that its signal aborted, on top of the 5 s after which its worker goes on without it,
   * before {@link Controller.stuck} complains, in milliseconds. Default 60,000.
   */
  readonly stuckMs?: number;
  /** Default: the machine's clock. */
  readonly clock?: Clock;
  readonly logger: Logger;
  readonly registry: Registry;
}

const DEFAULTS = {
  workers: 32,
  share: 3,
  timeoutMs: 120_000,
  stallMs: 60_000,
  starveMs: 600_000,
  stuckMs: 60_000,
  clock: systemClock,
};

/** Made at the first line. */
type LazyLogger = () => Logger;

/** Takes keys from a queue and reconciles them, a limited number at a time, each key by one worker only. */
export class Controller {
  readonly #options: Required<ControllerOptions>;
  readonly #metrics: ControllerMetrics;
  readonly #attempts = new Set<ReconcileAttempt>();
  readonly #yield = new EventLoopYield();
  /** Since when it works, in monotonic milliseconds. */
  #startedAt: number | undefined;

  constructor(options: ControllerOptions) {
    this.#options = { ...DEFAULTS, ...options };
    const { workers, share, queue, name, registry } = this.#options;
    queue.setCapacity({ workers, share });
    this.#metrics = controllerMetrics(registry);
    initialiseSeries(this.#metrics, name, workers);
  }

  /**
   * Works until `signal` aborts; resolves when the reconciles under way have ended or given up. May be started again.
   * @throws ControllerError ALREADY_RUNNING when it runs.
   */
  async start(signal: AbortSignal): Promise<void> {
    const { name, clock, workers } = this.#options;
    if (this.#startedAt !== undefined) throw new ControllerError('ALREADY_RUNNING', `controller ${name} runs already`);
    this.#startedAt = clock.monotonic();
    try {
      await Promise.all(Array.from({ length: workers }, () => this.#work(signal)));
    } finally {
      this.#startedAt = undefined;
    }
  }

  /** Whether it works: between a start and the end of what it started. */
  get isRunning(): boolean {
    return this.#startedAt !== undefined;
  }

  /**
   * For readiness: why the controller is not well. A reconcile past its time, a queue that does not drain, keys of one
   * priority that never get their turn. Keys that wait for room at an endpoint are not among them: that is no fault of
   * this process, and stands in the metrics.
   */
  health(): string | undefined {
    const late = [...this.#attempts].find((run) => run.overdueMs > GRACE_MS);
    if (late) return `reconcile of ${late.key} has run ${seconds(late.overdueMs)} past its time`;
    if (this.#startedAt === undefined) return undefined;
    const { queue, clock, stallMs, starveMs } = this.#options;
    const stalled = queue.stalledMs();
    if (stalled > stallMs) return `${String(queue.depth)} keys wait, none was taken for ${seconds(stalled)}`;
    // What came before the start is no delay of ours: a standby's queue fills while it does nothing.
    const ranMs = clock.monotonic() - this.#startedAt;
    for (const { priority, readyMs, servedMsAgo } of queue.priorityLevels()) {
      const starving = Math.min(readyMs, servedMsAgo ?? readyMs, ranMs);
      if (starving > starveMs)
        return `keys of priority ${String(priority)} wait, none of them was taken for ${seconds(starving)}`;
    }
    return undefined;
  }

  /**
   * For liveness: a reconcile that does not end long after its signal aborted. Its key stays locked, which nothing but a
   * new process can mend.
   */
  stuck(): string | undefined {
    const stuck = [...this.#attempts].find((run) => run.overdueMs > GRACE_MS + this.#options.stuckMs);
    return stuck && `reconcile of ${stuck.key} ignores for ${seconds(stuck.overdueMs)} that its time is over`;
  }

  async #work(signal: AbortSignal): Promise<void> {
    const { queue } = this.#options;
    for (let item = await queue.get(signal); item; item = await queue.get(signal)) {
      if (signal.aborted) {
        queue.putBack(item.key);
        return;
      }
      await this.#process(item, signal);
      await this.#yield.next();
    }
  }

  /** Resolves when the reconcile has ended, or when it ignores that its time is over: the key stays locked then. */
  async #process(item: WorkItem, stop: AbortSignal): Promise<void> {
    const { clock, timeoutMs, name, queue } = this.#options;
    const { key } = item;
    const attempt = new ReconcileAttempt({ key, clock, timeoutMs, stop, onTimeout: () => this.#timedOut(key) });
    this.#attempts.add(attempt);
    this.#metrics.activeWorkers.inc({ controller: name });
    const ended = this.#reconcile(item, attempt).finally(() => {
      this.#attempts.delete(attempt);
      queue.done(key);
    });
    await Promise.race([ended, attempt.abandoned]);
    attempt.dispose();
    // No worker is behind it any more, so it may not hold any of the room that is made of workers.
    if (this.#attempts.has(attempt)) queue.leave(key);
    this.#metrics.activeWorkers.dec({ controller: name });
  }

  #timedOut(key: string): ControllerError {
    const { name, logger, timeoutMs } = this.#options;
    this.#metrics.timeouts.inc({ controller: name });
    logger.error({ controller: name, key, timeoutMs }, 'reconcile exceeded its time');
    return new ControllerError('RECONCILE_TIMEOUT', `reconcile exceeded ${seconds(timeoutMs)}`, { retryable: true });
  }

  async #reconcile(item: WorkItem, attempt: ReconcileAttempt): Promise<void> {
    const { name, queue } = this.#options;
    let child: Logger | undefined;
    // Most passes write no line, and making a logger is among the dearer things they would do.
    const logger: LazyLogger = () => (child ??= this.#options.logger.child({ controller: name, key: item.key }));
    try {
      const result = await this.#attempt(item, attempt, logger);
      if (result.kind === 'wait' && queue.wait(item.key)) return;
      this.#count(this.#requeue(item, result, logger));
    } catch (error) {
      // No attempt, as one without room: whoever works next begins it anew.
      if (isInterrupted(attempt.signal)) {
        queue.addRateLimited(item.key, { priority: item.priority });
        return;
      }
      this.#count('error');
      this.#requeueThrown(item, error, logger);
    }
    this.#metrics.time.observe({ controller: name }, attempt.ranMs / 1_000);
  }

  /** Once it has ended, or its worker went on without it, what it was given has no effect any more. */
  async #attempt({ key, priority }: WorkItem, attempt: ReconcileAttempt, logger: LazyLogger): Promise<ReconcileResult> {
    const { reconcile, queue } = this.#options;
    let over = false;
    const enter = (ids: Iterable<string>): boolean => !over && !attempt.isAbandoned && queue.enter(key, ids);
    const leave = (): void => {
      if (!over) queue.leave(key);
    };
    try {
      return await reconcile(key, {
        signal: attempt.signal,
        get logger() {
          return logger();
        },
        priority,
        enter,
        leave,
      });
    } finally {
      over = true;
    }
  }

  #requeue(item: WorkItem, result: ReconcileResult, logger: LazyLogger): ReconcileOutcome {
    const { queue } = this.#options;
    const { key, priority } = item;
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
      case 'failed':
        this.#requeueFailed(item, result.again, result.text, logger());
        return 'error';
      case 'wait':
        throw new ControllerError('UNEXPECTED', 'reconcile wants to wait, but was not refused any room');
    }
  }

  #requeueFailed({ key, priority }: WorkItem, again: RequeuePolicy, error: string, logger: Logger): void {
    const { name: controller, queue } = this.#options;
    this.#metrics.errors.inc({ controller });
    switch (again.kind) {
      case 'backoff':
        queue.addRateLimited(key, { priority, ...(again.maxMs !== undefined && { maxMs: again.maxMs }) });
        logger.warn({ error, failures: queue.numRequeues(key) }, 'reconcile failed; it is tried again');
        return;
      case 'after':
        queue.forget(key);
        queue.add(key, { afterMs: again.ms, priority: Priority.refresh });
        logger.warn({ error, afterMs: again.ms }, 'reconcile failed; it is tried again');
        return;
      case 'change':
        queue.forget(key);
        this.#metrics.terminalErrors.inc({ controller });
        logger.warn({ error }, 'reconcile failed for good; it waits for a change');
    }
  }

  #requeueThrown(item: WorkItem, error: unknown, logger: LazyLogger): void {
    if (!isDefect(error)) {
      this.#requeueFailed(item, { kind: 'backoff' }, errorText(error), logger());
      return;
    }
    const { name: controller, queue } = this.#options;
    this.#metrics.errors.inc({ controller });
    this.#metrics.panics.inc({ controller });
    queue.addRateLimited(item.key, { priority: item.priority });
    logger().error({ err: error }, 'reconcile ended in a defect');
  }

  #count(result: ReconcileOutcome): void {
    this.#metrics.total.inc({ controller: this.#options.name, result });
  }
}

/** Errors that the language itself throws for wrong code; waiting does not cure them, but the key must not be lost. */
function isDefect(error: unknown): boolean {
  return error instanceof TypeError || error instanceof RangeError || error instanceof ReferenceError;
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(0)} s`;
}
