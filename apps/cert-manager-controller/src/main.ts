import { hostname } from 'node:os';
import { randomUUID } from 'node:crypto';
import { LeaderElector } from '@eso/controller';
import { KubeClient, loadConnection } from '@eso/kube';
import { readKeyEncryptionKey, wrappedKeySource } from '@eso/pki';
import {
  createRegistry,
  eventLoopCheck,
  listenMetrics,
  listenProbes,
  type Logger,
  type Registry,
  Readiness,
  runMain,
} from '@eso/runtime';
import { CertificateController } from './certificate-controller.ts';
import { FLAGS, type Flags, keyEncryptionKeyFile, readSettings } from './flags.ts';

runMain({ name: 'cert-manager-controller', flags: FLAGS, main });

interface Context {
  flags: Flags;
  logger: Logger;
  signal: AbortSignal;
}

async function main({ flags, logger, signal }: Context): Promise<void> {
  const settings = readSettings(flags);
  const keyFile = keyEncryptionKeyFile(flags);
  // Said at once and by every replica, not by the one that happens to lead one day.
  (await readKeyEncryptionKey(keyFile, signal)).fill(0);

  const registry = createRegistry();
  const client = new KubeClient({
    connection: await loadConnection({ signal }),
    logger,
    registry,
    userAgent: 'external-secrets-cert-manager-controller',
  });
  let term: CertificateController | undefined;
  const live = new Readiness();
  live.add('event-loop', eventLoopCheck());
  const ready = new Readiness();
  ready.add('kubernetes-api', () => (client.isReachable() ? undefined : 'the API server cannot be reached'));
  // A replica that does not lead is ready to.
  ready.add('certificates', () => term?.health());
  const listeners = [
    await listenProbes({ address: flags['health-addr'], live, ready, logger }),
    await listenMetrics({ address: flags['metrics-addr'], registry, logger }),
  ];

  const lead = async (elected: AbortSignal): Promise<void> => {
    term = new CertificateController({ client, settings, source: wrappedKeySource(keyFile), logger, registry });
    await term.run(elected).finally(() => (term = undefined));
  };
  try {
    if (flags['enable-leader-election']) await elector({ flags, client, logger, registry }).run(signal, lead);
    else await lead(signal);
  } finally {
    await Promise.all(listeners.map((listener) => listener.close()));
    await client.close();
  }
}

interface ElectorContext {
  flags: Flags;
  client: KubeClient;
  logger: Logger;
  registry: Registry;
}

function elector({ flags, client, logger, registry }: ElectorContext): LeaderElector {
  return new LeaderElector({
    client,
    namespace: flags.namespace,
    name: flags['leader-election-id'],
    // Two starts of one pod are two candidates.
    identity: `${flags['pod-name'] || hostname()}_${randomUUID()}`,
    leaseDurationMs: flags['leader-election-lease-duration'],
    renewDeadlineMs: flags['leader-election-renew-deadline'],
    retryPeriodMs: flags['leader-election-retry-period'],
    logger,
    registry,
  });
}
