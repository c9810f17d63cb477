import { Fuel, silentLogger } from '@eso/runtime';
import type { CallContext } from '../server/backend.ts';
import { valueOf } from '../server/calls/heavy-tasks.ts';

/** A call for unit tests of a backend: its heavy work is done at once, without a worker. */
export function testCall(changes: Partial<CallContext> = {}): CallContext {
  return {
    signal: new AbortController().signal,
    logger: silentLogger,
    requester: { namespace: 'default' },
    store: { kind: 'Provider', name: 'store' },
    work: { run: ({ task, input }) => Promise.resolve().then(() => valueOf(task.run(input, new Fuel(Infinity)))) },
    ...changes,
  };
}
