import { BoundedCache } from '../async/bounded-cache.ts';
import type { Clock } from '../clock.ts';
import { Fuel, FuelSpent } from '../fuel.ts';
import type { Logger } from '../logger.ts';
import { counterOf, type Registry } from '../metrics.ts';
import { TenantBudget } from './tenant-budget.ts';
import { WorkerError } from './error.ts';
import type { FairQueueLimits } from './fair-queue.ts';
import { WorkerPool } from './pool.ts';
import { type JobOptions, type JobOutcome, processorMs } from './running-job.ts';
import type { WorkerTask } from './task.ts';

/** Where work is done, and how much of it. */
export interface HeavyWorkOptions {
  /** Program of the workers; see `workerEntry`. */
  readonly entry: URL | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly registry: Registry;
  /** Jobs that may wait for the worker. Default 4 of one tenant, 16 in all. */
  readonly queue?: FairQueueLimits;
  /** Steps of one piece of work on this thread. Default 20 million, about 20 ms. */
  readonly loopSteps?: number;
  /** How long one piece of work may take in the worker, milliseconds; see {@link JobOptions}. Default 2,000. */
  readonly timeoutMs?: number;
  /** What the process has used of its processors, milliseconds. Default: as the system says. */
  readonly usedMs?: () => number;
}

/** Whom a piece of work is for. */
export interface WorkOwner {
  /** Who shares the process with others: a namespace. */
  readonly tenant: string;
  /** What the same work will come again under, such as UID and generation of an object. */
  readonly key: string;
}

/** For whom one piece of work is done, and how. */
export interface WorkOptions {
  readonly owner: WorkOwner;
  readonly signal: AbortSignal;
  /** How long it may take in the worker, milliseconds, asked where it needs one. Default: as for all. */
  readonly timeoutMs?: () => number;
}

/** Steps that are everybody's: only what is above them is put down to a tenant. */
const FREE_STEPS = 1_000_000;
/** A tenant's share of this thread for work of more than that: 5 %, after half a second. */
const LOOP_BUDGET = { capacity: 500_000_000, perSecond: 50_000_000 };
/** A tenant's share of the worker, milliseconds: a quarter of it, after ten seconds. */
const WORKER_BUDGET = { capacity: 10_000, perSecond: 250 };
const SHARE_USED = `the namespace has used its share of the worker for large work, ${WORKER_BUDGET.perSecond} ms a second`;
/** Keys of which something is remembered. */
const MAX_KNOWN = 10_000;
/** How long work that came to no end in the worker is not begun again, milliseconds: it answers as it did. */
const REFUSED_MS = 60_000;

/**
 * Does work whose length a tenant decides: on this thread as long as it is little, else once more in a worker. Work that needed
 * the worker goes there at once when it comes again, work that came to no end there is not begun again for a minute, and a tenant
 * whose work was long for a while gets less of this thread.
 */
export class HeavyWork {
  readonly #pool: WorkerPool;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #loopSteps: number;
  readonly #timeoutMs: number;
  readonly #loopBudget: TenantBudget;
  readonly #workerBudget: TenantBudget;
  /** Key → the field that was too much for this thread. */
  readonly #needsWorker = new BoundedCache<string | undefined>({ capacity: MAX_KNOWN });
  readonly #refused = new BoundedCache<{ readonly error: WorkerError; readonly untilMs: number }>({
    capacity: MAX_KNOWN,
  });

  constructor(options: HeavyWorkOptions) {
    const { entry, clock, logger, registry, queue, loopSteps = 20_000_000, timeoutMs = 2_000 } = options;
    const jobs = counterOf(registry, {
      name: 'worker_jobs_total',
      help: 'Pieces of work that were too long for the main thread, by task and result',
      labelNames: ['task', 'result'],
    });
    const seconds = counterOf(registry, {
      name: 'worker_job_seconds_total',
      help: 'Time that workers spent on such work',
      labelNames: ['task'],
    });
    const onJob = ({ task, tenant, result, durationMs }: JobOutcome): void => {
      this.#workerBudget.take(tenant, durationMs);
      jobs.inc({ task, result });
      seconds.inc({ task }, durationMs / 1_000);
    };
    const { usedMs = processorMs } = options;
    this.#pool = new WorkerPool({ entry, clock, usedMs, queue: queue ?? { perTenant: 4, total: 16 }, onJob });
    this.#clock = clock;
    this.#logger = logger;
    this.#loopSteps = loopSteps;
    this.#timeoutMs = timeoutMs;
    this.#loopBudget = new TenantBudget({ ...LOOP_BUDGET, clock });
    this.#workerBudget = new TenantBudget({ ...WORKER_BUDGET, clock });
  }

  /**
   * Runs a task.
   * @throws whatever the task throws on this thread; WorkerError, with the field where it is known; the reason of the signal
   */
  async run<Input, Output>(
    task: WorkerTask<Input, Output>,
    input: Input,
    { owner, signal, timeoutMs = () => this.#timeoutMs }: WorkOptions,
  ): Promise<Output> {
    signal.throwIfAborted();
    const key = JSON.stringify([task.name, owner.key]);
    if (!this.#needsWorker.has(key) && this.#loopBudget.hasLeft(owner.tenant)) {
      const here = this.#runOnEventLoop(task, input, owner.tenant);
      if (here.kind === 'done') return here.output;
      this.#needsWorker.set(key, here.field);
    }
    return this.#runInWorker(task, input, { key, tenant: owner.tenant, timeoutMs: timeoutMs(), signal });
  }

  /** Ends the worker; what waits for it fails. */
  close(): Promise<void> {
    return this.#pool.close();
  }

  #runOnEventLoop<Input, Output>(
    task: WorkerTask<Input, Output>,
    input: Input,
    tenant: string,
  ): EventLoopResult<Output> {
    const fuel = new Fuel(this.#loopSteps);
    try {
      return { kind: 'done', output: task.run(input, fuel) };
    } catch (error) {
      if (error instanceof FuelSpent) return { kind: 'spent', field: error.field };
      throw error;
    } finally {
      const steps = Math.min(fuel.spent, this.#loopSteps);
      if (steps > FREE_STEPS) this.#loopBudget.take(tenant, steps);
    }
  }

  async #runInWorker<Input, Output>(
    task: WorkerTask<Input, Output>,
    input: Input,
    { key, tenant, timeoutMs, signal }: { readonly key: string } & Required<JobOptions>,
  ): Promise<Output> {
    const field = this.#needsWorker.get(key);
    const refused = this.#refused.get(key);
    if (refused && refused.untilMs > this.#clock.monotonic()) throw refused.error;
    if (!this.#workerBudget.hasLeft(tenant)) throw new WorkerError('BUSY', SHARE_USED, { field });
    try {
      return await this.#pool.run(task, input, { tenant, timeoutMs, signal });
    } catch (error) {
      if (!(error instanceof WorkerError)) throw error;
      if (error.code === 'FAILED') this.#logger.error({ task: task.name, problem: error.message }, 'worker failed');
      const failure = new WorkerError(error.code, error.message, { cause: error.cause, field });
      if (error.code === 'TIMEOUT' || error.code === 'MEMORY')
        this.#refused.set(key, { error: failure, untilMs: this.#clock.monotonic() + REFUSED_MS });
      throw failure;
    }
  }
}

type EventLoopResult<Output> =
  { readonly kind: 'done'; readonly output: Output } | { readonly kind: 'spent'; readonly field: string | undefined };
