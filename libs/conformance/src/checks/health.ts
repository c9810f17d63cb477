import { Code } from '@connectrpc/connect';
import { HealthCheckResponse_ServingStatus as Status, SecretStoreProvider, GeneratorProvider } from '@eso/api/stubs';
import { expectAnswer, expectRefusal } from '../expect.ts';
import { demand, BrokenRule } from '../broken-rule.ts';
import type { Lab } from '../lab.ts';
import { firstOf } from '../wire/first-of.ts';
import { HEALTH_WATCH } from '../wire/raw-session.ts';
import type { Check } from './check.ts';

/** A watch that ends at once ends within this time, milliseconds. */
const STAYS_MS = 300;

/** `grpc.health.v1.Health`. */
export const healthChecks = {
  'health.1': (lab) => serves(lab, ''),
  'health.2': async (lab) => {
    const { store, generator } = lab.config;
    if (store || !generator) await serves(lab, SecretStoreProvider.typeName);
    if (generator) await serves(lab, GeneratorProvider.typeName);
  },
  'health.3': async (lab) => {
    const call = lab.connection.health.check({ service: 'conformance.v1.Unknown' });
    await expectRefusal(call, [Code.NotFound], 'an unknown service');
  },
  'health.4': async (lab) => {
    const first = await watched(lab, '');
    demand(first === Status.SERVING, `the watch begins with ${first === undefined ? 'nothing' : Status[first]}`);
    const session = await lab.raw();
    const { ended, cancel } = session.call(HEALTH_WATCH);
    const stays = new Promise<true>((resolve) => setTimeout(() => resolve(true), STAYS_MS));
    const answer = await Promise.race([ended, stays]);
    cancel();
    session.destroy();
    if (answer !== true) throw new BrokenRule(`the watch ended by itself, with gRPC status ${String(answer.status)}`);
  },
  'health.5': async (lab) => {
    const first = await watched(lab, 'conformance.v1.Unknown');
    demand(
      first === Status.SERVICE_UNKNOWN,
      `the watch begins with ${first === undefined ? 'nothing' : Status[first]}`,
    );
  },
} as const satisfies Readonly<Record<string, Check>>;

async function serves(lab: Lab, service: string): Promise<void> {
  const { status } = await expectAnswer(lab.connection.health.check({ service }), `Check of "${service}"`);
  demand(status === Status.SERVING, `Check of "${service}" says ${Status[status]}`);
}

async function watched(lab: Lab, service: string): Promise<Status | undefined> {
  const first = firstOf((signal) => lab.connection.health.watch({ service }, { signal }));
  return (await expectAnswer(first, `Watch of "${service}"`))?.status;
}
