import type { AddressInfo } from 'node:net';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import { connectNodeAdapter } from '@connectrpc/connect-node';
import { errorText, formatAddress, RuntimeError } from '@eso/runtime';
import { Health } from '../gen/grpc/health/v1/health_pb.js';
import { SecretStoreProvider } from '../gen/provider/v1/provider_pb.js';
import { ApiCallCounter } from './backends/api-call-metrics.ts';
import { BackendPool } from './backends/backend-pool.ts';
import type { CallRuntime } from './calls/call.ts';
import { ClientGate } from './transport/client-gate.ts';
import { ConfigReader } from './stores/config-reader.ts';
import { CredentialCache } from './credentials/credential-cache.ts';
import { HeavyCalls } from './calls/heavy-calls.ts';
import { checkDefinition } from './definition-check.ts';
import { healthService } from './transport/health-service.ts';
import { gatedListener, secureContext } from './transport/listener.ts';
import { type ProviderServerOptions, type ResolvedOptions, resolveOptions } from './options.ts';
import { answerWithError, unknownMethod } from './transport/rejection.ts';
import { ServerMetrics } from './transport/server-metrics.ts';
import { ServingState } from './transport/serving-state.ts';
import { RACE_MS, Sessions } from './transport/sessions.ts';
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
    onCount: (count) => metrics.connections(count),
  });
  const state = new ServingState({ certificates, kube: options.kube, clock, logger });
  const stopping = new AbortController();
  const runtime: CallRuntime = { metrics, logger, clock, deadlineMs: limits.deadlineMs };
  const stores = openStores(options);
  const { server, cut } = gatedListener({
    gate: new ClientGate({ acceptedClient: options.acceptedClient, clock }),
    sessions,
    metrics,
    limits,
    logger,
    route: router(options, runtime, stores.access, state, stopping.signal),
  });

  const unsubscribe = [
    certificates.onChange((material, previous) => {
      server.setSecureContext(secureContext(material));
      if (!previous) return;
      metrics.certificateReloaded(material);
      // Connections of clients that are trusted no longer must not live on until their age.
      if (material.ca !== previous.ca || material.crl !== previous.crl) sessions.retireAll();
    }),
    certificates.onRefused((_problem, current) => metrics.certificateReloadFailed(current)),
  ];
  const loaded = certificates.current();
  if (loaded) server.setSecureContext(secureContext(loaded));

  return {
    problem: () => state.problem(),
    listen: () =>
      new Promise((resolve, reject) => {
        const onError = (error: Error): void => {
          const address = formatAddress(options.address);
          reject(new RuntimeError('LISTEN_FAILED', `cannot listen on ${address}: ${error.message}`, { cause: error }));
        };
        server.once('error', onError);
        server.listen(options.address, () => {
          server.off('error', onError);
          server.on('error', (error) => logger.error({ err: error }, 'listener failed'));
          const { address: host, port } = server.address() as AddressInfo;
          logger.info({ host, port }, 'listening');
          state.start();
          resolve({ host, port });
        });
      }),
    stop: async () => {
      state.stop();
      await clock.sleep(options.drainDelayMs);
      stopping.abort();
      sessions.retireAll();
      // Node closes connections at once when a server is closed; calls already under way to us get their moment first.
      if (sessions.count > 0) await clock.sleep(RACE_MS);
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      sessions.retireAll();
      const patience = new AbortController();
      const endMs = clock.monotonic() + options.stopTimeoutMs;
      await Promise.race([
        sessions.whenEmpty(),
        clock.sleep(options.stopTimeoutMs, patience.signal).catch(() => undefined),
      ]);
      patience.abort();
      cut();
      await closed;
      for (const end of unsubscribe) end();
      state.close();
      const leftMs = Math.max(endMs - clock.monotonic(), Math.min(options.stopTimeoutMs, MIN_CLOSE_MS));
      await stores.close(Math.min(leftMs, MAX_CLOSE_MS));
    },
  };
}

function openStores(options: ResolvedOptions): {
  readonly access: StoreAccess;
  close(timeoutMs: number): Promise<void>;
} {
  const { kube, clock, logger, registry, definition, limits } = options;
  const stores = new StoreReader({ kube, clock });
  const configs = new ConfigReader({ kube, clock });
  const credentials = new CredentialCache({ kube, clock });
  const backends = new BackendPool({
    credentials,
    apiCalls: new ApiCallCounter(registry),
    registry,
    clock,
    logger,
    limits: { backends: limits.openBackends },
  });
  const heavy = new HeavyCalls({ clock, logger, registry });
  const policy = {
    adminNamespaces: new Set(options.adminNamespaces),
    allowUnnamedStores: options.allowUnnamedStores,
  };
  return {
    access: new StoreAccess({ kinds: definition.kinds, policy, stores, configs, backends, heavy, logger }),
    close: async (timeoutMs) => {
      await backends.close(timeoutMs);
      credentials.close();
      configs.close();
      stores.close();
      await heavy.close();
    },
  };
}

/** Routes the calls of accepted clients: gRPC alone, uncompressed, and nothing but the methods that are served. */
function router(
  { limits, logger }: ResolvedOptions,
  runtime: CallRuntime,
  access: StoreAccess,
  state: ServingState,
  stopping: AbortSignal,
): (request: Http2ServerRequest, response: Http2ServerResponse) => void {
  const handle = connectNodeAdapter({
    routes: (routes) => {
      routes.service(SecretStoreProvider, storeService({ runtime, access, limits }));
      routes.service(Health, healthService({ state, services: [SecretStoreProvider.typeName], runtime, stopping }));
    },
    grpc: true,
    grpcWeb: false,
    connect: false,
    acceptCompression: [],
    readMaxBytes: limits.requestBytes,
    writeMaxBytes: limits.responseBytes,
    fallback: (request) => {
      runtime.metrics.refused('method');
      answerWithError((request as Http2ServerRequest).stream, unknownMethod());
    },
  });
  return (request, response) => {
    try {
      handle(request, response);
    } catch (error) {
      // A request line that is no URL, for example.
      runtime.metrics.refused('method');
      logger.debug({ problem: errorText(error) }, 'request not understood');
      answerWithError(request.stream, unknownMethod());
    }
  };
}
