import { setTimeout as delay } from 'node:timers/promises';
import { HealthCheckResponse_ServingStatus as Status } from '@eso/api/stubs';
import { runHook } from '../config/hooks.ts';
import { demand, NothingToCheck } from '../broken-rule.ts';
import type { Lab } from '../lab.ts';
import type { ShutdownSeen } from '../observations.ts';
import { HEALTH_CHECK } from '../wire/raw-session.ts';
import { slowCall } from './calls.ts';
import type { Check } from './check.ts';

/** A provider has this long to stop, milliseconds: what Kubernetes gives a pod, and a little. */
const PATIENCE_MS = 40_000;

/** The end of a provider, which is the last that happens in a run. */
export const shutdownChecks = {
  'shutdown.1': async (lab) => {
    const { statuses } = await shutdown(lab);
    demand(statuses.includes('NOT_SERVING'), `a watcher of health was told ${statuses.join(', ') || 'nothing'}`);
  },
  'shutdown.2': async (lab) => {
    const { underWay } = await shutdown(lab);
    demand(underWay === 'answered', `the call that was under way: ${underWay ?? 'there was none'}`);
  },
  'shutdown.3': async (lab) => {
    const { askedToGo } = await shutdown(lab);
    demand(askedToGo, 'the connection was closed, or left open, without a GOAWAY');
  },
  'shutdown.4': async (lab) => {
    const { stillServed } = await shutdown(lab);
    demand(!stillServed, 'a new connection was served');
  },
} as const satisfies Readonly<Record<string, Check>>;

function shutdown(lab: Lab): Promise<ShutdownSeen> {
  return (lab.observations.shutdown ??= observe(lab));
}

async function observe(lab: Lab): Promise<ShutdownSeen> {
  const hook = lab.config.hooks?.stop;
  if (!hook) throw new NothingToCheck('the config has no hook stop');
  const statuses: string[] = [];
  const watching = watchHealth(lab, statuses);
  const idle = await lab.raw();
  const slow = lab.config.slow && lab.features.has('get') ? underWay(lab) : undefined;
  // What has been sent on other connections is there when an answer on this one is.
  await idle.call(HEALTH_CHECK).ended;
  await lab.connection.health.check({});

  const stopping = runHook(hook);
  const patience = delay(PATIENCE_MS, undefined, { ref: false });
  await Promise.race([idle.whenAskedToGo(), patience]);
  const { askedToGo } = idle;
  await Promise.race([Promise.all([stopping, slow, watching, idle.closed]), patience]);
  return {
    statuses,
    underWay: await Promise.race([slow, patience.then(() => 'it did not end')]),
    askedToGo,
    stillServed: await isServed(lab),
  };
}

async function watchHealth(lab: Lab, statuses: string[]): Promise<void> {
  const { health } = lab.connect();
  let begun: () => void = () => undefined;
  const first = new Promise<void>((resolve) => (begun = resolve));
  const watching = (async () => {
    try {
      // As long as it takes: the end of the provider ends it.
      for await (const { status } of health.watch({}, { timeoutMs: 0 })) {
        statuses.push(Status[status]);
        begun();
      }
    } catch {
      // So it ends.
    }
    begun();
  })();
  await first;
  void watching;
}

/** A call that is under way on a connection of its own. */
async function underWay(lab: Lab): Promise<string> {
  try {
    await slowCall(lab, lab.connect());
    return 'answered';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function isServed(lab: Lab): Promise<boolean> {
  try {
    const session = await lab.raw();
    const { status } = await session.call(HEALTH_CHECK).ended;
    session.destroy();
    return status === 0;
  } catch {
    return false;
  }
}
