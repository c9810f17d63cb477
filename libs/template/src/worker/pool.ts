import { existsSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import type { ExecuteOptions } from '../template.ts';
import { TemplateError } from '../error.ts';
import type { RenderMessage, RenderReply, RenderRequest } from './messages.ts';

const defaultTimeoutMs = 15_000;
/** Renderings at a time: the rest of the process needs processors too. */
const maxWorkers = 2;
/** An unused worker costs some megabytes. */
const idleMs = 30_000;

/** What a rendering in a worker may take. */
export interface ThreadOptions extends ExecuteOptions {
  readonly signal?: AbortSignal;
  /** Milliseconds, counted from when the worker starts. Default 15,000. */
  readonly threadTimeoutMs?: number;
}

interface Job {
  readonly message: RenderMessage;
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
  resolve(output: Uint8Array): void;
  reject(error: TemplateError): void;
}

const waiting: Job[] = [];
/** Workers that wait for work; `forget` takes one out of the list. */
const idle: { readonly worker: Worker; readonly forget: () => void }[] = [];
let running = 0;

/** The worker's program: beside this file as source or built, or as `template-worker.js` beside a bundle. */
function programUrl(): URL {
  const candidates = ['./entry.ts', './entry.js', './template-worker.js'];
  const found = candidates.map((file) => new URL(file, import.meta.url)).find((url) => existsSync(url));
  if (found === undefined) throw new Error('the program of the template worker (template-worker.js) is missing');
  return found;
}

function takeWorker(): Worker {
  const spare = idle.at(-1);
  if (spare === undefined) {
    return new Worker(programUrl(), {
      // A worker inherits neither the environment nor what may stand on the command line.
      env: {},
      argv: [],
      execArgv: process.execArgv.filter((arg) => arg.startsWith('--conditions')),
      resourceLimits: { maxOldGenerationSizeMb: 256 },
    });
  }
  spare.forget();
  spare.worker.off('exit', spare.forget);
  return spare.worker;
}

function keepWorker(worker: Worker): void {
  worker.unref();
  const forget = () => {
    const at = idle.findIndex((entry) => entry.worker === worker);
    if (at >= 0) idle.splice(at, 1);
    clearTimeout(timer);
  };
  const timer = setTimeout(() => {
    forget();
    void worker.terminate();
  }, idleMs);
  timer.unref();
  worker.once('exit', forget);
  idle.push({ worker, forget });
}

/** Starts waiting jobs while there is room. */
function startNext(): void {
  while (running < maxWorkers) {
    const job = waiting.shift();
    if (job === undefined) return;
    if (job.signal?.aborted === true) job.reject(TemplateError.aborted(job.message.name));
    else start(job);
  }
}

function start(job: Job): void {
  const { message } = job;
  let worker: Worker;
  try {
    worker = takeWorker();
  } catch (error) {
    job.reject(TemplateError.from(error, message.name));
    return;
  }
  running++;
  const listeners = {
    message: (reply: RenderReply) => {
      finish();
      keepWorker(worker);
      settle(job, reply);
      startNext();
    },
    error: (error: Error) => fail(TemplateError.from(error, message.name)),
    exit: () => fail(TemplateError.from(new Error('the template worker ended'), message.name)),
  };
  const finish = () => {
    clearTimeout(timer);
    job.signal?.removeEventListener('abort', abort);
    for (const [event, listener] of Object.entries(listeners)) worker.off(event, listener);
    running--;
  };
  const fail = (error: TemplateError) => {
    finish();
    // What a worker says while it ends interests nobody.
    worker.on('error', () => undefined);
    void worker.terminate();
    job.reject(error);
    startNext();
  };
  const abort = () => fail(TemplateError.aborted(message.name));
  const timer = setTimeout(() => fail(TemplateError.timedOut(message.name, job.timeoutMs)), job.timeoutMs);
  job.signal?.addEventListener('abort', abort, { once: true });
  worker.ref();
  for (const [event, listener] of Object.entries(listeners)) worker.on(event, listener);
  worker.postMessage(message);
}

function settle(job: Job, reply: RenderReply): void {
  if (reply.kind === 'output') job.resolve(reply.output);
  else job.reject(new TemplateError(reply.error));
}

/** Renders in a worker, which is ended when it runs over its time or the signal aborts. Throws `TemplateError`. */
export function renderInThread(request: RenderRequest, options: ThreadOptions): Promise<Uint8Array> {
  const { signal, threadTimeoutMs = defaultTimeoutMs, ...run } = options;
  return new Promise((resolve, reject) => {
    waiting.push({ message: { ...request, run }, timeoutMs: threadTimeoutMs, signal, resolve, reject });
    startNext();
  });
}

/** Ends the workers that wait for work: tests call it to leave nothing behind. */
export async function closeIdleWorkers(): Promise<void> {
  const ended = [...idle].map(({ worker, forget }) => {
    forget();
    return worker.terminate();
  });
  await Promise.all(ended);
}
