import { once } from 'node:events';
import { connect } from 'node:tls';
import { setTimeout as delay } from 'node:timers/promises';
import { runHook } from '../config/hooks.ts';
import { demand, BrokenRule, NothingToCheck } from '../broken-rule.ts';
import type { Lab } from '../lab.ts';
import type { ReloadSeen } from '../observations.ts';
import { tlsOptions } from '../wire/connection.ts';
import { HEALTH_CHECK } from '../wire/raw-session.ts';
import { knownCall } from './calls.ts';
import type { Check } from './check.ts';

/** A kubelet mounts a changed Secret within about a minute; other ways are quicker. Milliseconds. */
const PATIENCE_MS = 120_000;
const BETWEEN_LOOKS_MS = 50;

/** Certificates that are replaced while the provider runs. */
export const reloadChecks = {
  'reload.1': async (lab) => {
    const { replaced } = await reload(lab);
    demand(replaced, 'new connections still get the old certificate');
  },
  'reload.2': async (lab) => {
    const { calls, failures } = await reload(lab);
    const [first = ''] = failures;
    demand(failures.length === 0, `${failures.length} of ${calls} calls meanwhile failed, the first because ${first}`);
  },
} as const satisfies Readonly<Record<string, Check>>;

function reload(lab: Lab): Promise<ReloadSeen> {
  return (lab.observations.reload ??= observe(lab));
}

/** Replaces certificates once, with calls on an old connection and on new ones from before until after. */
async function observe(lab: Lab): Promise<ReloadSeen> {
  const hook = lab.config.hooks?.replaceCertificates;
  if (!hook) throw new NothingToCheck('the config has no hook replaceCertificates');
  const before = await fingerprint(lab);
  const failures: string[] = [];
  let calls = 0;
  const attempt = async (call: () => Promise<void>): Promise<void> => {
    calls += 1;
    try {
      await call();
    } catch (error) {
      failures.push(error instanceof Error ? error.message : String(error));
    }
  };
  const round = async (): Promise<void> => {
    await attempt(() => oldConnection(lab, calls));
    await attempt(() => newConnection(lab, calls));
  };

  await round();
  const replacing = runHook(hook);
  const endMs = performance.now() + (lab.config.reloadWithinMs ?? PATIENCE_MS);
  let replaced = false;
  while (!replaced && performance.now() < endMs) {
    await round();
    replaced = (await fingerprint(lab).catch(() => before)) !== before;
    if (!replaced) await delay(BETWEEN_LOOKS_MS);
  }
  await replacing;
  await round();
  return { replaced, calls, failures };
}

/** Without known secrets, health is asked. */
async function oldConnection(lab: Lab, index: number): Promise<void> {
  if (lab.config.secrets && lab.features.has('get')) await knownCall(lab, lab.connection, index);
  else await lab.connection.health.check({});
}

async function newConnection(lab: Lab, index: number): Promise<void> {
  if (lab.config.secrets && lab.features.has('get')) {
    const connection = lab.connect();
    await knownCall(lab, connection, index).finally(() => connection.close());
    return;
  }
  const session = await lab.raw();
  const { status } = await session.call(HEALTH_CHECK).ended;
  session.destroy();
  if (status !== 0) throw new BrokenRule(`Check ended with gRPC status ${String(status)}`);
}

/** Of the certificate that a new connection gets. */
async function fingerprint(lab: Lab): Promise<string> {
  const { host, port } = lab.address;
  const socket = connect({ host, port, ...tlsOptions(lab.address, lab.credentials), ALPNProtocols: ['h2'] });
  try {
    await once(socket, 'secureConnect');
    return socket.getPeerCertificate().fingerprint256;
  } finally {
    socket.destroy();
  }
}
