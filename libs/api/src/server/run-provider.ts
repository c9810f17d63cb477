import { KubeClient, loadConnection } from '@eso/kube';
import {
  createRegistry,
  eventLoopCheck,
  type FlagValues,
  listenMetrics,
  listenProbes,
  type Logger,
  Readiness,
  runMain,
} from '@eso/runtime';
import { CertificateDirectory } from '../tls/certificate-directory.ts';
import type { ProviderDefinition } from './provider-definition.ts';
import { checkDefinition } from './definition-check.ts';
import { PROVIDER_FLAGS } from './flags.ts';
import { ownFlags } from './own-flags.ts';
import { createProviderServer } from './provider-server.ts';

/**
 * The whole main program of a provider: flags, Kubernetes client, certificates, gRPC server, probes, metrics, and an orderly
 * stop at SIGTERM. `--help` lists the flags, the provider's own last.
 */
export function runProvider(definition: ProviderDefinition): void {
  runMain({
    name: `provider-${definition.name}`,
    // A name that both have is refused at start.
    flags: { ...PROVIDER_FLAGS, ...definition.flags },
    main: ({ flags, logger, signal }) => serve(definition, flags, logger, signal),
  });
}

async function serve(
  definition: ProviderDefinition,
  flags: FlagValues<typeof PROVIDER_FLAGS>,
  logger: Logger,
  signal: AbortSignal,
): Promise<void> {
  // Before anything else is waited for: the author is there to read it.
  checkDefinition(definition);
  const registry = createRegistry();
  const connection = await loadConnection({ ...(flags.kubeconfig && { kubeconfig: flags.kubeconfig }), signal });
  const kube = new KubeClient({ connection, logger, registry, userAgent: `eso-provider-${definition.name}` });
  const certificates = await CertificateDirectory.open({
    dir: flags['cert-dir'],
    files: { cert: flags['cert-file'], key: flags['key-file'], ca: flags['ca-file'], crl: flags['crl-file'] },
    logger,
  });
  const server = createProviderServer({
    definition,
    certificates,
    kube,
    address: flags.listen,
    acceptedClient: flags['accepted-client'],
    adminNamespaces: flags['admin-namespaces'],
    allowUnnamedStores: flags['allow-unnamed-stores'],
    ambientCredentials: {
      clusterStores: flags['cluster-store-ambient-credentials'],
      stores: flags['store-ambient-credentials'],
    },
    limits: {
      requestBytes: flags['max-request-bytes'],
      responseBytes: flags['max-response-bytes'],
      responseKeys: flags['max-response-keys'],
      concurrentStreams: flags['max-concurrent-streams'],
      connections: flags['max-connections'],
      deadlineMs: flags['call-deadline'],
      watches: flags['max-watches'],
      openBackends: flags['max-open-backends'],
    },
    flags: ownFlags(definition, flags),
    drainDelayMs: flags['drain-delay'],
    stopTimeoutMs: flags['stop-timeout'],
    connectionMaxAgeMs: flags['connection-max-age'],
    logger,
    registry,
  });
  const ready = new Readiness();
  ready.add('serving', () => server.problem());
  const live = new Readiness();
  live.add('event-loop', eventLoopCheck());

  const probes = await listenProbes({ address: flags['health-addr'], live, ready, registry, logger });
  const metrics = await listenMetrics({ address: flags['metrics-addr'], registry, logger });
  await server.listen();
  await aborted(signal);
  await server.stop();
  certificates.close();
  await Promise.all([probes.close(), metrics.close(), kube.close()]);
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
