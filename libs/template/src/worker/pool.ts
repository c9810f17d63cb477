import { WorkerError, WorkerPool, workerEntry } from '@eso/runtime';
import type { ExecuteOptions } from '../template.ts';
import { TemplateError } from '../error.ts';
import { type RenderRequest, renderTask } from './render-task.ts';

const defaultTimeoutMs = 15_000;

/** What a rendering in a worker may take. */
export interface ThreadOptions extends ExecuteOptions {
  readonly signal?: AbortSignal;
  /** Milliseconds, counted from when the worker begins with it. Default 15,000. */
  readonly threadTimeoutMs?: number;
  /** Whom it is for: tenants share the workers fairly. Default: all are one. */
  readonly tenant?: string;
}

const pool = new WorkerPool({
  entry: workerEntry(import.meta.url, 'template-worker'),
  // The rest of the process needs processors too.
  workers: 2,
  queue: { perTenant: 1_000, total: 10_000 },
});

/** Renders in a worker, which is ended when it runs over its time or the signal aborts. Throws `TemplateError`. */
export async function renderInThread(request: RenderRequest, options: ThreadOptions): Promise<Uint8Array> {
  const { signal, threadTimeoutMs: timeoutMs = defaultTimeoutMs, tenant = '', ...run } = options;
  try {
    const reply = await pool.run(
      renderTask,
      { ...request, run },
      { tenant, timeoutMs, ...(signal === undefined ? {} : { signal }) },
    );
    if (reply.kind === 'output') return reply.output;
    throw new TemplateError(reply.error);
  } catch (error) {
    if (error instanceof TemplateError) throw error;
    if (signal?.aborted === true) throw TemplateError.aborted(request.name);
    if (error instanceof WorkerError && error.code === 'TIMEOUT') throw TemplateError.timedOut(request.name, timeoutMs);
    throw TemplateError.from(error, request.name);
  }
}

/** Ends the workers that wait for work: tests call it to leave nothing behind. */
export function closeIdleWorkers(): Promise<void> {
  return pool.closeIdle();
}
