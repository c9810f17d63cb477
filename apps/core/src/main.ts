import { ProviderConnections } from '@eso/api/client';
import { EVENT_SOURCE } from '@eso/api/resources';
import { CertificateDirectory } from '@eso/api/tls';
import { type Controller, EventRecorder, whileLeading } from '@eso/controller';
import { KubeClient, loadConnection } from '@eso/kube';
import {
  createRegistry,
  eventLoopCheck,
  listenMetrics,
  listenProbes,
  type Logger,
  Readiness,
  runMain,
  systemClock,
} from '@eso/runtime';
import { externalSecretController } from './external-secret/controller.ts';
import { ALL_FLAGS, checkFlags, type CoreFlags } from './flags.ts';
import { createInformers, startInformers, watchHealth } from './informers.ts';
import { providerControllers } from './provider/controllers.ts';
import { EndpointOverrides } from './store/endpoint-overrides.ts';
import { Stores } from './store/stores.ts';

runMain({
  name: 'external-secrets',
  flags: ALL_FLAGS,
  main: ({ flags, logger, signal }) => main(flags, logger, signal),
});

/** Core: watches ExternalSecrets and Providers, and reconciles them while it holds the Lease. */
async function main(flags: CoreFlags, logger: Logger, signal: AbortSignal): Promise<void> {
  const { namespaces } = checkFlags(flags);
  const clock = systemClock;
  const registry = createRegistry();
  const ready = new Readiness();
  const live = new Readiness();
  live.add('event-loop', eventLoopCheck());
  ready.add('start', () => (started ? undefined : 'starting'));
  let started = false;
  const probes = await listenProbes({ address: flags['live-addr'], live, ready, registry, logger });
  const metrics = await listenMetrics({ address: flags['metrics-addr'], registry, logger });

  const connection = await loadConnection({ signal });
  const client = new KubeClient({ connection, logger, registry, clock, userAgent: 'external-secrets' });
  ready.add('api-server', () => (client.isReachable() ? undefined : 'the API server does not answer'));
  const certificates = await CertificateDirectory.open({ dir: flags['client-cert-dir'], clock, logger });
  ready.add('client-certificate', () => certificates.problem());
  const connections = new ProviderConnections({
    certificates,
    clock,
    logger,
    registry,
    deadlineMs: flags['provider-deadline'],
    limits: { responseBytes: flags['max-response-bytes'] },
  });
  const events = new EventRecorder({ client, component: EVENT_SOURCE, clock, logger, registry });

  const informers = createInformers({
    client,
    tenants: namespaces,
    clusterStores: flags['enable-cluster-store-reconciler'],
    logger,
    registry,
  });
  const overridesPath = flags['endpoint-overrides'];
  const overrides = overridesPath === '' ? undefined : new EndpointOverrides({ path: overridesPath, logger, clock });
  overrides?.start(signal);
  const stores = new Stores({
    providers: informers.providers,
    ...(informers.clusterProviders ? { clusterProviders: informers.clusterProviders } : {}),
    services: informers.services.store,
    endpointSlices: informers.endpointSlices.store,
    ...(overrides ? { overrides } : {}),
    clusterDomain: flags['cluster-domain'],
  });
  const common = {
    client,
    informers,
    stores,
    connections,
    events,
    clock,
    logger,
    registry,
    workers: flags.concurrent,
    controllerClass: flags['controller-class'],
    lifetime: signal,
  };
  const providers = providerControllers({ ...common, overrides, requeueMs: flags['store-requeue-interval'] });
  const controllers: readonly Controller[] = [
    ...providers.controllers,
    externalSecretController({ ...common, doubt: ({ providerRef }) => providers.doubt(providerRef) }),
  ];
  for (const [index, controller] of controllers.entries()) {
    ready.add(`queue-${index}`, () => controller.health());
    live.add(`queue-${index}`, () => controller.stuck());
  }
  watchHealth(informers, ready);

  await startInformers(informers, signal);
  started = true;
  logger.info({ namespaces: namespaces ?? 'all' }, 'caches are filled');
  const work = async (lead: AbortSignal): Promise<void> => {
    await Promise.all(controllers.map((controller) => controller.start(lead)));
  };
  const lease = { namespace: flags['pod-namespace'], name: flags['leader-election-id'] };
  await whileLeading({ flags, client, connection, ...lease, ready, clock, logger, registry }, signal, work);
  await events
    .flush(AbortSignal.timeout(2_000))
    .catch(() => logger.warn('some events could not be sent before the end'));
  await Promise.all([connections.close(), probes.close(), metrics.close()]);
  certificates.close();
  await client.close();
}
