import { createHash } from 'node:crypto';
import {
  type Clock,
  HeavyWork,
  type Logger,
  type Registry,
  WorkerError,
  workerEntry,
  type WorkerTask,
} from '@eso/runtime';
import { ProviderError } from '../../contract/provider-error.ts';
import { type TaskOutcome, valueOf } from './heavy-tasks.ts';

/** Part of a call whose length a tenant decides. */
export interface HeavyPart<Input, Output> {
  readonly task: WorkerTask<Input, TaskOutcome<Output>>;
  readonly input: Input;
  /** The text that the user wrote, which makes it long or short. */
  readonly source: string;
  /** Field that it stands in. */
  readonly field: string;
  /** What is done, for texts: `reading the property`. */
  readonly what: string;
}

/** Does such parts for one call: on the main thread as long as it is little, else in a worker that is ended past its time. */
export interface CallWork {
  /** @throws ProviderError of the part itself; LIMIT_EXCEEDED with the bound; PROVIDER_BUSY. */
  run<Input, Output>(part: HeavyPart<Input, Output>): Promise<Output>;
}

/** The bounds of heavy parts of calls, and what they are counted and logged with. */
export interface HeavyCallsOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly registry: Registry;
  /** Steps of one part on the main thread. Default 20 million, about 20 ms. */
  readonly loopSteps?: number;
  /** How long one part may take in the worker, milliseconds. Default 2,000. */
  readonly timeoutMs?: number;
}

/** The heavy work of one provider process, for all of its calls. */
export class HeavyCalls {
  readonly #work: HeavyWork;

  constructor(options: HeavyCallsOptions) {
    // Few wait: each holds one of the calls that core has under way at this process.
    const queue = { perTenant: 4, total: 64 };
    this.#work = new HeavyWork({ ...options, queue, entry: workerEntry(import.meta.url, '../provider-worker') });
  }

  /** @param tenant namespace of whoever asks. */
  forCall({ tenant, signal }: { readonly tenant: string; readonly signal: AbortSignal }): CallWork {
    return {
      run: async ({ task, input, source, field, what }) => {
        try {
          const owner = { tenant, key: `${tenant}/${digest(source)}` };
          return valueOf(await this.#work.run(task, input, { owner, signal }), field);
        } catch (error) {
          throw error instanceof WorkerError ? fromWorker(error, field, what) : error;
        }
      },
    };
  }

  close(): Promise<void> {
    return this.#work.close();
  }
}

function digest(source: string): string {
  return createHash('sha256').update(source).digest('base64');
}

/** What failed in the worker itself stays as it is: unexpected. */
function fromWorker(error: WorkerError, field: string, what: string): Error {
  switch (error.code) {
    case 'TIMEOUT':
    case 'MEMORY':
      return new ProviderError('LIMIT_EXCEEDED', `${what}: ${error.message}`, {
        field,
        nextStep: 'use a simpler expression, or select less',
        cause: error,
      });
    case 'BUSY':
      return new ProviderError('PROVIDER_BUSY', `${what}: ${error.message}`, { field, cause: error });
    case 'FAILED':
    case 'CLOSED':
      return error;
  }
}
