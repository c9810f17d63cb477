import { Fuel, ManualClock, silentLogger } from '@eso/runtime';
import type { CallContext } from '../server/backend.ts';
import { valueOf } from '../server/calls/heavy-tasks.ts';
import { RecentReads } from '../server/calls/recent-reads.ts';

/** A call for unit tests of a backend: its heavy work is done at once, without a worker. */
export function testCall(changes: Partial<CallContext> = {}): CallContext {
  const signal = changes.signal ?? new AbortController().signal;
  const reads = new RecentReads({ clock: new ManualClock() });
  const scope = { backend: reads, requesterNamespace: 'default', traceId: 'one call is one sync' };
  return {
    signal,
    once: reads.forCall(scope, signal),
    logger: silentLogger,
    requester: { namespace: 'default' },
    store: { kind: 'Provider', name: 'store' },
    work: {
      run: ({ task, input, field }) =>
        Promise.resolve().then(() => valueOf(task.run(input, new Fuel(Infinity)), field)),
    },
    ...changes,
  };
}
