import { GeneratorProvider } from '../gen/generator/v1/generator_pb.js';
import { Health } from '../gen/grpc/health/v1/health_pb.js';
import { StoreExtensionService } from '../gen/provider/ext/v1alpha1/ext_pb.js';
import { SecretStoreProvider } from '../gen/provider/v1/provider_pb.js';
import { ApiCallCounter } from './backends/api-call-metrics.ts';
import { BackendPool } from './backends/backend-pool.ts';
import type { CallRuntime } from './calls/call.ts';
import { ClientGate } from './transport/client-gate.ts';
import { ConfigReader } from './stores/config-reader.ts';
import { CredentialCache } from './credentials/credential-cache.ts';
import { HeavyCalls } from './calls/heavy-calls.ts';
import { RecentReads } from './calls/recent-reads.ts';
import { checkDefinition } from './definition-check.ts';
import { healthService } from './transport/health-service.ts';
import { extensionService } from './ext/extension-service.ts';
import { GeneratorAccess } from './generators/generator-access.ts';
import { generatorService } from './generators/generator-service.ts';
import { Dispatcher, type Routes } from './transport/dispatcher.ts';
import { GatedListener } from './transport/listener.ts';
import { type ProviderServerOptions, type ResolvedOptions, resolveOptions } from './options.ts';
import { ServerMetrics } from './transport/server-metrics.ts';
import { ServingState } from './transport/serving-state.ts';
import { Sessions } from './transport/sessions.ts';
import { StoreAccess } from './stores/store-access.ts';
import { StoreReader } from './stores/store-reader.ts';
import { storeService } from './calls/store-service.ts';

/** A provider's gRPC side. */
export interface ProviderServer {
  /**
   * Starts to listen. Certificates may come later: handshakes fail until then.
   * @throws RuntimeError LISTEN_FAILED
   */
  listen(): Promise<{ readonly host: string; readonly port: number }>;
  /** Why this process cannot serve now, or undefined: the readiness check. */
  problem(): string | undefined;
  /**
   * Stops in order: NOT_SERVING, a delay in which endpoints forget this process, no new connections, time for running
   * calls, the end. Resolves when everything is closed.
   */
  stop(): Promise<void>;
}

/** Running calls get this long when a connection reaches its age. */
const AGE_GRACE_MS = 5 * 60_000;

/** Backends are closed in what calls have left of the stop timeout, within these bounds, milliseconds. */
const MIN_CLOSE_MS = 2_000;
const MAX_CLOSE_MS = 10_000;

/**
 * Puts a provider together; `runProvider` and tests start it.
 * @throws TypeError for a definition that cannot be served; RangeError for a limit above its cap.
 */
export function createProviderServer(given: ProviderServerOptions): ProviderServer {
  checkDefinition(given.definition);
  const options = resolveOptions(given);
  const { certificates, clock, logger, registry, limits } = options;
  const metrics = new ServerMetrics(registry);
  const sessions = new Sessions({
    clock,
    maxAgeMs: options.connectionMaxAgeMs,
    graceMs: AGE_GRACE_MS,
  });
  const state = new ServingState({ certificates, kube: options.kube, clock, logger });
  const stopping = new AbortController();
  const runtime: CallRuntime = { metrics, logger, clock };
  const stores = openStores(options);
  const dispatcher = new Dispatcher({
    routes: routesOf(options, runtime, stores, state, stopping.signal),
    limits,
    clock,
    metrics,
    logger,
  });
  const listener = new GatedListener({
    gate: new ClientGate({ acceptedClient: options.acceptedClient, clock }),
    sessions,
    metrics,
    limits,
    clock,
    logger,
    connected: () => dispatcher.connected(),
  });

  const unsubscribe = [
    certificates.onChange((material, previous) => {
      listener.use(material);
      if (!previous) return;
      metrics.certificateReloaded(material);
      // Connections of clients that are trusted no longer must not live on until their age.
      if (material.ca !== previous.ca || material.crl !== previous.crl) sessions.retireAll();
    }),
    certificates.onRefused((_problem, current) => metrics.certificateReloadFailed(current)),
  ];
  const loaded = certificates.current();
  if (loaded) listener.use(loaded);

  return {
    problem: () => state.problem(),
    listen: async () => {
      const at = await listener.listen(options.address);
      logger.info(at, 'listening');
      state.start();
      return at;
    },
    stop: async () => {
      state.stop();
      await clock.sleep(options.drainDelayMs);
      listener.stopAccepting();
      stopping.abort();
      sessions.drain();
      const patience = new AbortController();
      const endMs = clock.monotonic() + options.stopTimeoutMs;
      await Promise.race([
        sessions.whenEmpty(),
        clock.sleep(options.stopTimeoutMs, patience.signal).catch(() => undefined),
      ]);
      patience.abort();
      await listener.close();
      for (const end of unsubscribe) end();
      state.close();
      const leftMs = Math.max(endMs - clock.monotonic(), Math.min(options.stopTimeoutMs, MIN_CLOSE_MS));
      await stores.close(Math.min(leftMs, MAX_CLOSE_MS));
    },
  };
}

interface Stores {
  readonly access: StoreAccess;
  readonly generators: GeneratorAccess;
  close(timeoutMs: number): Promise<void>;
}

function openStores(options: ResolvedOptions): Stores {
  const { kube, clock, logger, registry, definition, limits } = options;
  const inlineKeys = new Set(definition.kinds.flatMap(({ place }) => (place.tag === 'inline' ? [place.key] : [])));
  const stores = new StoreReader({ kube, clock, inlineKeys });
  const configs = new ConfigReader({ kube, clock });
  const credentials = new CredentialCache({ kube, clock });
  const backends = new BackendPool({
    credentials,
    apiCalls: new ApiCallCounter(registry),
    registry,
    clock,
    logger,
    limits: { backends: limits.openBackends },
    flags: options.flags,
    ambient: options.ambientCredentials,
  });
  const heavy = new HeavyCalls({ clock, logger, registry });
  const reads = new RecentReads({ clock });
  const policy = {
    adminNamespaces: new Set(options.adminNamespaces),
    allowUnnamedStores: options.allowUnnamedStores,
  };
  return {
    access: new StoreAccess({ kinds: definition.kinds, policy, stores, configs, backends, heavy, reads, logger }),
    generators: new GeneratorAccess({ generators: definition.generators ?? [], configs, backends, heavy }),
    close: async (timeoutMs) => {
      await backends.close(timeoutMs);
      reads.close();
      credentials.close();
      configs.close();
      stores.close();
      await heavy.close();
    },
  };
}

/** The services that are served, to accepted clients alone. */
function routesOf(
  { limits, definition }: ResolvedOptions,
  runtime: CallRuntime,
  { access, generators }: Stores,
  state: ServingState,
  stopping: AbortSignal,
): (routes: Routes) => void {
  const hasKinds = definition.kinds.length > 0;
  const hasGenerators = (definition.generators ?? []).length > 0;
  const hasExtensions = definition.kinds.some(
    ({ features }) => features.includes('batch') || features.includes('watch'),
  );
  const services = [
    ...(hasKinds ? [SecretStoreProvider] : []),
    ...(hasExtensions ? [StoreExtensionService] : []),
    ...(hasGenerators ? [GeneratorProvider] : []),
  ];
  return (routes) => {
    if (hasKinds) routes.service(SecretStoreProvider, storeService({ runtime, access, limits }));
    if (hasExtensions) routes.service(StoreExtensionService, extensionService({ runtime, access, limits, stopping }));
    if (hasGenerators) routes.service(GeneratorProvider, generatorService({ runtime, access: generators, limits }));
    const names = services.map(({ typeName }) => typeName);
    routes.service(Health, healthService({ state, services: names, runtime, stopping }));
  };
}
