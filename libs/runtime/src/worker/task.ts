import { parentPort } from 'node:worker_threads';
import { Fuel } from '../fuel.ts';

/**
 * A function that a worker can run. Both sides import the same task: the one that calls for its name and types, the worker for
 * its code. Input and output cross by structured clone, so they are plain data; class instances lose their class.
 */
export interface WorkerTask<Input, Output> {
  /** Unique in a process. */
  readonly name: string;
  /** @param fuel without bound in a worker, which is ended when it takes too long */
  readonly run: (input: Input, fuel: Fuel) => Output;
}

/** What is sent to a worker. */
export interface TaskMessage {
  readonly task: string;
  readonly input: unknown;
}

/** What a worker says: first that it has started, then one answer to each message. Nothing of what was thrown but the name of its class: its text may hold a value. */
export type TaskReply =
  | { readonly kind: 'ready' }
  | { readonly kind: 'done'; readonly output: unknown }
  | { readonly kind: 'threw'; readonly error: string };

/** The program of a worker: answers one message after the other, and does nothing else. */
export function serveTasks(tasks: readonly WorkerTask<never, unknown>[]): void {
  const port = parentPort;
  if (!port) throw new Error('this program runs in a worker');
  const byName = new Map(tasks.map((task) => [task.name, task.run as Run]));
  port.on('message', ({ task, input }: TaskMessage) => port.postMessage(answer(byName.get(task), input)));
  const ready: TaskReply = { kind: 'ready' };
  port.postMessage(ready);
}

type Run = (input: unknown, fuel: Fuel) => unknown;

function answer(run: Run | undefined, input: unknown): TaskReply {
  try {
    if (!run) return { kind: 'threw', error: 'UnknownTask' };
    return { kind: 'done', output: run(input, new Fuel(Infinity)) };
  } catch (error) {
    return { kind: 'threw', error: error instanceof Error ? error.name : typeof error };
  }
}
