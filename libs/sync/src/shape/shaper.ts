import { type Clock, HeavyWork, type Logger, type Registry, WorkerError, workerEntry } from '@eso/runtime';
import { ByteCount } from '../bounds/check-growth.ts';
import { shapeLimits } from '../bounds/limits.ts';
import { SyncError } from '../error.ts';
import type { ShapedContent, ShapeRequest } from './shape-request.ts';
import { namesBlocking } from '../template/blocking.ts';
import { shapeTask } from './shape-task.ts';

/** How much is shaped on this thread before a worker takes over. */
export interface ShaperOptions {
  readonly logger: Logger;
  readonly registry: Registry;
  readonly clock: Clock;
  /** Steps that shaping what one target is to hold may take on this thread. Default 20 million, about 20 ms. */
  readonly loopSteps?: number;
  /** How long it may take in the worker, milliseconds. Default 2,000. */
  readonly timeoutMs?: number;
  /** The same where a template generates keys or hashes passwords, which takes long by its nature. Default 15,000. */
  readonly blockingTimeoutMs?: number;
}

/** For which object something is shaped. */
export interface ShapedObject {
  /** Namespaces share the worker fairly, whatever each of them asks of it. */
  readonly namespace: string;
  /** UID of the ExternalSecret. */
  readonly uid: string;
  readonly generation: number;
}

/** Makes the content of targets without holding up the process, whatever a tenant wrote. */
export interface Shaper {
  /**
   * Puts answers together and renders templates over them: here, if it is little work, otherwise in a worker.
   * @throws SyncError; one with `retryable` may go away by itself, another only by a change of the input. The signal's reason
   */
  shape(request: ShapeRequest, signal: AbortSignal, object: ShapedObject): Promise<ShapedContent>;
  /** Ends the worker. What still waits fails. */
  close(): Promise<void>;
}

/** A shaper for one process. */
export function createShaper(options: ShaperOptions): Shaper {
  const { timeoutMs: usualMs = 2_000, blockingTimeoutMs = 15_000 } = options;
  // Few wait: each holds one of the workers that reconcile.
  const queue = { perTenant: 3, total: 10 };
  const work = new HeavyWork({ ...options, queue, entry: workerEntry(import.meta.url, 'shape-worker') });
  return {
    shape: async (request, signal, { namespace, uid, generation }) => {
      checkInput(request);
      try {
        const owner = { tenant: namespace, key: `${uid}/${generation}` };
        const input = { ...request, nowMs: options.clock.now() };
        const timeoutMs = () => (namesBlocking(request) ? blockingTimeoutMs : usualMs);
        const shaped = await work.run(shapeTask, input, { owner, signal, timeoutMs });
        if (shaped.kind === 'error') throw new SyncError(shaped.error);
        return shaped.content;
      } catch (error) {
        throw error instanceof WorkerError ? fromWorker(error) : error;
      }
    },
    close: () => work.close(),
  };
}

/** What is too large to be worked on is too large to be sent to a worker, too. */
function checkInput({ answers, template }: ShapeRequest): void {
  let bytes = 0;
  for (const answer of answers) {
    if (!('values' in answer)) bytes += answer.value.length;
    else for (const [key, value] of answer.values) bytes += key.length + value.length;
    if (bytes > shapeLimits.dataBytes)
      throw new SyncError({
        code: 'DATA_TOO_LARGE',
        field: answer.source.field,
        what: `up to here the sources brought more than ${shapeLimits.dataBytes} bytes of keys and values`,
        nextStep: 'Select fewer secrets.',
      });
  }
  const texts = new ByteCount('spec.target.template.templateFrom');
  for (const { key, text } of template?.texts ?? []) texts.add(key, text);
}

function fromWorker(error: WorkerError): SyncError {
  const { code, message: what, field = 'spec', cause } = error;
  switch (code) {
    case 'TIMEOUT':
    case 'MEMORY':
      return new SyncError({
        code: 'TOO_EXPENSIVE',
        field,
        what,
        nextStep: 'Use simpler expressions, templates and fewer operations here, or select fewer secrets.',
      });
    case 'BUSY':
      return new SyncError({
        code: 'SHAPING_BUSY',
        field,
        what,
        nextStep:
          'It is tried again; if it lasts, use simpler expressions or a longer refreshInterval in this namespace.',
      });
    case 'FAILED':
    case 'CLOSED':
      return new SyncError({
        code: 'WORKER_FAILED',
        field,
        what,
        nextStep: "It is tried again; if it lasts, see core's log.",
        cause,
      });
  }
}
