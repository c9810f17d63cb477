import { CertificateDirectory } from '@eso/api/tls';
import { whileLeading } from '@eso/controller';
import { KubeClient, loadConnection } from '@eso/kube';
import {
  createRegistry,
  eventLoopCheck,
  listenProbes,
  type Logger,
  Readiness,
  runMain,
  systemClock,
} from '@eso/runtime';
import { GONE_COMMANDS, ignoredFlags } from './accepted-flags.ts';
import { runCore } from './core.ts';
import { ALL_FLAGS, checkFlags, type CoreFlags } from './flags.ts';
import { serveMetrics } from './metrics-server/metrics-server.ts';

runMain({
  name: 'external-secrets',
  flags: ALL_FLAGS,
  goneCommands: GONE_COMMANDS,
  main: ({ flags, logger, signal }) => main(flags, logger, signal),
});

/** Core: watches ExternalSecrets and Providers, and reconciles them while it holds the Lease. */
async function main(flags: CoreFlags, logger: Logger, signal: AbortSignal): Promise<void> {
  const { namespaces, templateDelimiters } = checkFlags(flags);
  for (const line of ignoredFlags(flags)) logger.warn(`flag ${line}`);
  const clock = systemClock;
  const registry = createRegistry();
  const ready = new Readiness();
  const live = new Readiness();
  live.add('event-loop', eventLoopCheck());
  ready.add('caches', () => 'starting');
  const probes = await listenProbes({ address: flags['live-addr'], live, ready, registry, logger });
  const connection = await loadConnection({ signal });
  const client = new KubeClient({ connection, logger, registry, clock, userAgent: 'external-secrets' });
  const closeMetrics = await serveMetrics({ flags, client, clock, registry, logger, signal });
  const certificates = await CertificateDirectory.open({ dir: flags['client-cert-dir'], clock, logger });
  const lease = { namespace: flags['pod-namespace'], name: flags['leader-election-id'] };
  await runCore(
    {
      client,
      certificates,
      namespaces,
      genericTargets: flags['unsafe-allow-generic-targets'],
      clusterStores: flags['enable-cluster-store-reconciler'],
      templateDelimiters,
      controllerClass: flags['controller-class'],
      workers: flags.concurrent,
      storeRequeueMs: flags['store-requeue-interval'],
      providerDeadlineMs: flags['provider-deadline'],
      maxResponseBytes: flags['max-response-bytes'],
      clusterDomain: flags['cluster-domain'],
      refreshStatusEvery: flags['refresh-status-every'],
      metrics: {
        perObject: flags['per-object-metrics'],
        extendedLabels: flags['enable-extended-metric-labels'],
      },
      ...(flags['endpoint-overrides'] === '' ? {} : { endpointOverrides: flags['endpoint-overrides'] }),
      live,
      ready,
      lead: (until, work) =>
        whileLeading({ flags, client, connection, ...lease, ready, clock, logger, registry }, until, work),
      clock,
      logger,
      registry,
    },
    signal,
  );
  await Promise.all([probes.close(), closeMetrics()]);
  certificates.close();
  await client.close();
}
