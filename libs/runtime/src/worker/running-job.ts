import type { Worker } from 'node:worker_threads';
import type { Clock } from '../clock.ts';
import { formatDuration } from '../duration.ts';
import { isError } from '../text.ts';
import { WorkerError } from './error.ts';
import type { TaskMessage, TaskReply } from './task.ts';

/** How one job ended, for metrics; holds nothing of its input or output. */
export interface JobOutcome {
  readonly task: string;
  readonly tenant: string;
  readonly result: 'done' | 'timeout' | 'memory' | 'busy' | 'failed' | 'aborted';
  /** Time in the worker, milliseconds. */
  readonly durationMs: number;
}

/** For whom a job is done, and how long it may take. */
export interface JobOptions {
  /** Whom the job is for; tenants share the workers fairly. */
  readonly tenant: string;
  /**
   * How long the job may take in the worker, milliseconds; the start of the worker is not counted. Where this process gets less of the
   * machine than it asks for, that is time on its processors, and five times as much on the clock.
   */
  readonly timeoutMs: number;
  /** Ends the job when nobody waits for it any more. */
  readonly signal?: AbortSignal;
}

/** A job as it waits and runs: what is sent to the worker, and who is told of the answer. */
export interface Job {
  readonly message: TaskMessage;
  readonly options: JobOptions;
  readonly resolve: (output: unknown) => void;
  readonly reject: (error: unknown) => void;
  /** Stops listening to the signal. */
  release: () => void;
}

/** A busy machine needs seconds for it. */
const START_TIMEOUT_MS = 15_000;
/** How much longer than it may take a job is waited for on the clock, where the machine is busy with others. */
const PATIENCE = 5;

/** What time is measured with. */
export interface JobTime {
  readonly clock: Clock;
  /** What the process has used of its processors, milliseconds: a worker can have used no more. */
  readonly usedMs: () => number;
}

/** Of this process, all threads. */
export function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

/** How a run ended. */
export type RunOutcome =
  | { readonly kind: 'replied'; readonly reply: Exclude<TaskReply, { kind: 'ready' }>; readonly durationMs: number }
  | {
      readonly kind: 'stopped';
      readonly result: Exclude<JobOutcome['result'], 'done' | 'busy'>;
      readonly error: unknown;
      readonly durationMs: number;
    };

/** One job in one worker. */
export class RunningJob {
  readonly job: Job;
  readonly #worker: Worker;
  readonly #clock: Clock;
  readonly #usedMs: () => number;
  readonly #ended: (outcome: RunOutcome) => void;
  #startedAt = 0;
  #cancel: () => void = () => undefined;
  #over = false;

  constructor(job: Job, worker: Worker, { clock, usedMs }: JobTime, ended: (outcome: RunOutcome) => void) {
    this.job = job;
    this.#worker = worker;
    this.#clock = clock;
    this.#usedMs = usedMs;
    this.#ended = ended;
  }

  /** @param ready whether the worker has started already; the time that takes is not the job's. */
  start(ready: boolean): void {
    const worker = this.#worker;
    worker.ref();
    worker.on('message', this.#onMessage);
    worker.on('error', this.#onError);
    worker.on('exit', this.#onExit);
    this.#startedAt = this.#clock.monotonic();
    if (ready) this.#begin();
    else {
      const late = new WorkerError('FAILED', 'the worker did not start in time');
      this.#after(START_TIMEOUT_MS, () => void this.stop(late, 'failed'));
    }
  }

  #begin(): void {
    const { timeoutMs } = this.job.options;
    this.#startedAt = this.#clock.monotonic();
    this.#watch(timeoutMs, this.#usedMs());
    try {
      this.#worker.postMessage(this.job.message);
    } catch (error) {
      void this.stop(new WorkerError('FAILED', 'the input cannot be sent to a worker', { cause: error }), 'failed');
    }
  }

  /** Looks again after a while whether the job has had its time. */
  #watch(ms: number, usedBefore: number): void {
    this.#after(ms, () => {
      const { timeoutMs } = this.job.options;
      const unused = timeoutMs - (this.#usedMs() - usedBefore);
      const patience = PATIENCE * timeoutMs - (this.#clock.monotonic() - this.#startedAt);
      const left = Math.ceil(Math.min(unused, patience));
      if (left > 0) this.#watch(left, usedBefore);
      else
        void this.stop(new WorkerError('TIMEOUT', `the work takes more than ${formatDuration(timeoutMs)}`), 'timeout');
    });
  }

  #after(ms: number, then: () => void): void {
    this.#cancel();
    this.#cancel = this.#clock.schedule(ms, then);
  }

  /** Ends the worker and with it the job. */
  async stop(error: unknown, result: (RunOutcome & { kind: 'stopped' })['result']): Promise<void> {
    if (this.#over) return;
    const durationMs = this.#finish();
    const ending = terminate(this.#worker);
    this.#ended({ kind: 'stopped', result, error, durationMs });
    await ending;
  }

  #finish(): number {
    this.#over = true;
    this.#cancel();
    this.#worker.off('message', this.#onMessage);
    this.#worker.off('error', this.#onError);
    this.#worker.off('exit', this.#onExit);
    return this.#clock.monotonic() - this.#startedAt;
  }

  readonly #onMessage = (reply: TaskReply): void => {
    if (reply.kind === 'ready') this.#begin();
    else this.#ended({ kind: 'replied', reply, durationMs: this.#finish() });
  };

  readonly #onError = (error: unknown): void => {
    if (isOutOfMemory(error))
      void this.stop(new WorkerError('MEMORY', 'the work takes more memory than it may', { cause: error }), 'memory');
    else void this.stop(new WorkerError('FAILED', 'the worker failed', { cause: error }), 'failed');
  };

  readonly #onExit = (): void => {
    void this.stop(new WorkerError('FAILED', 'the worker ended by itself'), 'failed');
  };
}

/** Ends a worker. What it says meanwhile interests nobody, and must not end this process. */
export function terminate(worker: Worker): Promise<number> {
  worker.on('error', () => undefined);
  return worker.terminate();
}

function isOutOfMemory(error: unknown): boolean {
  return isError(error) && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
}
