import { whileLeading } from '@eso/controller';
import { KubeClient, loadConnection } from '@eso/kube';
import { readKeyEncryptionKey, wrappedKeySource } from '@eso/pki';
import {
  createRegistry,
  eventLoopCheck,
  listenMetrics,
  listenProbes,
  type Logger,
  Readiness,
  runMain,
} from '@eso/runtime';
import { CertificateController } from './certificate-controller.ts';
import { type CertManagerFlags, FLAGS, keyEncryptionKeyFile, readSettings } from './flags.ts';

runMain({ name: 'cert-manager-controller', flags: FLAGS, main });

interface Context {
  flags: CertManagerFlags;
  logger: Logger;
  signal: AbortSignal;
}

async function main({ flags, logger, signal }: Context): Promise<void> {
  const settings = readSettings(flags);
  const keyFile = keyEncryptionKeyFile(flags);
  // Said at once and by every replica, not by the one that happens to lead one day.
  (await readKeyEncryptionKey(keyFile, signal)).fill(0);

  const registry = createRegistry();
  const connection = await loadConnection({ signal });
  const client = new KubeClient({
    connection,
    logger,
    registry,
    userAgent: 'external-secrets-cert-manager-controller',
  });
  let term: CertificateController | undefined;
  const live = new Readiness();
  live.add('event-loop', eventLoopCheck());
  live.add('certificates', () => term?.stuck());
  const ready = new Readiness();
  ready.add('kubernetes-api', () => (client.isReachable() ? undefined : 'the API server cannot be reached'));
  // A replica that does not lead is ready to.
  ready.add('certificates', () => term?.health());
  const listeners = [
    await listenProbes({ address: flags['health-addr'], live, ready, registry, logger }),
    await listenMetrics({ address: flags['metrics-addr'], registry, logger }),
  ];

  const lead = async (elected: AbortSignal): Promise<void> => {
    term = new CertificateController({ client, settings, source: wrappedKeySource(keyFile), logger, registry });
    await term.run(elected).finally(() => (term = undefined));
  };
  try {
    const lease = { namespace: flags.namespace, name: settings.leaseName };
    await whileLeading({ flags, client, connection, ...lease, ready, logger, registry }, signal, lead);
  } finally {
    await Promise.all(listeners.map((listener) => listener.close()));
    await client.close();
  }
}
