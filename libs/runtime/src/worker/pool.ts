import { Worker } from 'node:worker_threads';
import { type Clock, systemClock } from '../clock.ts';
import { WorkerError } from './error.ts';
import { FairQueue, type FairQueueLimits } from './fair-queue.ts';
import {
  type Job,
  type JobOptions,
  type JobOutcome,
  type JobTime,
  processorMs,
  RunningJob,
  type RunOutcome,
  terminate,
} from './running-job.ts';
import type { WorkerTask } from './task.ts';

/** How many workers a {@link WorkerPool} has, how large they are, and how much may wait for them. */
export interface WorkerPoolOptions {
  /** The workers' program, which calls `serveTasks`; see `workerEntry`. Without one every job fails. */
  readonly entry: URL | undefined;
  /** Workers at a time. Default 1: the rest of the process needs processors too. */
  readonly workers?: number;
  /** JavaScript heap of one worker, MiB. Default 256. */
  readonly memoryMb?: number;
  /** Jobs that may wait. Default 8 of one tenant, 64 in all. */
  readonly queue?: FairQueueLimits;
  /** How long an unused worker is kept, milliseconds: it costs some megabytes. Default 30,000. */
  readonly idleMs?: number;
  /** Default: the machine's clock. */
  readonly clock?: Clock;
  /** Default: what this process has used. */
  readonly usedMs?: JobTime['usedMs'];
  /** Told of every job that ended, for metrics. */
  readonly onJob?: (outcome: JobOutcome) => void;
}

/** A worker that waits for work, and what makes it forgotten. */
interface IdleWorker {
  readonly worker: Worker;
  readonly forget: () => void;
}

/**
 * Runs tasks in worker threads that are ended when they take too long: the only way to stop code that does not look at a clock.
 * A worker does one job at a time; one that dies is a failure of its job and of nothing else.
 */
export class WorkerPool {
  readonly #options: Required<Omit<WorkerPoolOptions, 'entry' | 'onJob'>> & Pick<WorkerPoolOptions, 'entry' | 'onJob'>;
  readonly #waiting: FairQueue<Job>;
  readonly #running = new Set<RunningJob>();
  readonly #idle: IdleWorker[] = [];
  #closed = false;

  constructor(options: WorkerPoolOptions) {
    this.#options = {
      workers: 1,
      memoryMb: 256,
      queue: { perTenant: 8, total: 64 },
      idleMs: 30_000,
      clock: systemClock,
      usedMs: processorMs,
      ...options,
    };
    this.#waiting = new FairQueue(this.#options.queue);
  }

  /**
   * Runs a task in a worker.
   * @throws WorkerError; the reason of the signal
   */
  run<Input, Output>(task: WorkerTask<Input, Output>, input: Input, options: JobOptions): Promise<Output> {
    return new Promise<unknown>((resolve, reject) => {
      const { signal } = options;
      if (signal?.aborted) {
        reject(signal.reason as Error);
        return;
      }
      if (this.#closed) {
        reject(new WorkerError('CLOSED', 'the worker was closed'));
        return;
      }
      const job: Job = { message: { task: task.name, input }, options, resolve, reject, release: () => undefined };
      const abort = (): void => this.#abort(job);
      signal?.addEventListener('abort', abort, { once: true });
      job.release = () => signal?.removeEventListener('abort', abort);
      const dropped = this.#waiting.push(options.tenant, job);
      if (dropped) this.#end(dropped, 'busy', 0, busy(this.#options.queue));
      this.#startNext();
    }) as Promise<Output>;
  }

  /** Ends all workers; jobs that run or wait fail. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.closeIdle();
    for (const job of this.#waiting.drain()) this.#end(job, 'failed', 0, closed());
    await Promise.all([...this.#running].map((running) => running.stop(closed(), 'failed')));
  }

  /** Ends the workers that have nothing to do. */
  async closeIdle(): Promise<void> {
    const ending = [...this.#idle].map(({ worker, forget }) => {
      forget();
      return terminate(worker);
    });
    await Promise.all(ending);
  }

  #abort(job: Job): void {
    const reason = job.options.signal?.reason as unknown;
    const running = [...this.#running].find((one) => one.job === job);
    if (running) {
      void running.stop(reason, 'aborted');
    } else {
      this.#waiting.remove(job);
      this.#end(job, 'aborted', 0, reason);
    }
  }

  #startNext(): void {
    while (!this.#closed && this.#running.size < this.#options.workers) {
      const job = this.#waiting.shift();
      if (!job) return;
      this.#start(job);
    }
  }

  #start(job: Job): void {
    let taken: { readonly worker: Worker; readonly ready: boolean };
    try {
      taken = this.#takeWorker();
    } catch (error) {
      this.#end(job, 'failed', 0, new WorkerError('FAILED', 'the worker could not be started', { cause: error }));
      return;
    }
    const running: RunningJob = new RunningJob(job, taken.worker, this.#options, (outcome) => {
      this.#running.delete(running);
      this.#waiting.charge(job.options.tenant, outcome.durationMs);
      if (outcome.kind === 'replied') this.#keepWorker(taken.worker);
      this.#settle(job, outcome);
      this.#startNext();
    });
    this.#running.add(running);
    running.start(taken.ready);
  }

  #settle(job: Job, outcome: RunOutcome): void {
    const { durationMs } = outcome;
    if (outcome.kind === 'stopped') {
      this.#end(job, outcome.result, durationMs, outcome.error);
    } else if (outcome.reply.kind === 'threw') {
      const { error } = outcome.reply;
      this.#end(job, 'failed', durationMs, new WorkerError('FAILED', `the task failed with ${error}`));
    } else {
      job.release();
      this.#report(job, 'done', durationMs);
      job.resolve(outcome.reply.output);
    }
  }

  #end(job: Job, result: JobOutcome['result'], durationMs: number, error: unknown): void {
    job.release();
    this.#report(job, result, durationMs);
    job.reject(error);
  }

  #report({ message, options }: Job, result: JobOutcome['result'], durationMs: number): void {
    this.#options.onJob?.({ task: message.task, tenant: options.tenant, result, durationMs });
  }

  #takeWorker(): { readonly worker: Worker; readonly ready: boolean } {
    const spare = this.#idle.at(-1);
    if (spare) {
      spare.forget();
      return { worker: spare.worker, ready: true };
    }
    const { entry, memoryMb } = this.#options;
    if (!entry) throw new Error('the program of the worker (worker.mjs) is missing');
    const worker = new Worker(entry, {
      // A worker inherits neither the environment nor what may stand on the command line.
      env: {},
      argv: [],
      execArgv: entry.pathname.endsWith('.ts') ? ['--conditions=@eso/source'] : [],
      resourceLimits: { maxOldGenerationSizeMb: memoryMb },
    });
    return { worker, ready: false };
  }

  #keepWorker(worker: Worker): void {
    if (this.#closed) {
      void terminate(worker);
      return;
    }
    worker.unref();
    const forget = (): void => {
      const at = this.#idle.findIndex((idle) => idle.worker === worker);
      if (at >= 0) this.#idle.splice(at, 1);
      clearTimeout(timer);
      worker.off('exit', forget);
      worker.off('error', forget);
    };
    const timer = setTimeout(() => {
      forget();
      void terminate(worker);
    }, this.#options.idleMs);
    timer.unref();
    worker.once('exit', forget);
    worker.once('error', forget);
    this.#idle.push({ worker, forget });
  }
}

function busy({ perTenant, total }: FairQueueLimits): WorkerError {
  return new WorkerError(
    'BUSY',
    `more pieces of large work wait for the worker than may: ${perTenant} of one namespace, ${total} of all`,
  );
}

function closed(): WorkerError {
  return new WorkerError('CLOSED', 'the worker was closed');
}
