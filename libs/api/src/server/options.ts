import {
  type Clock,
  createRegistry,
  type ListenAddress,
  type Logger,
  type Registry,
  silentLogger,
  systemClock,
} from '@eso/runtime';
import { limits } from '../contract/limits.ts';
import type { CertificateDirectory } from '../tls/certificate-directory.ts';
import { coreIdentity } from '../tls/identity.ts';
import { DEFAULT_BACKEND_LIMITS } from './backends/backend-capacity.ts';
import type { ProviderDefinition } from './provider-definition.ts';
import type { AmbientPolicy } from './stores/ambient-credentials.ts';
import { withFlagDefaults } from './own-flags.ts';
import type { KubeReader } from './stores/kube-reader.ts';

/** Limits of one provider process. */
export interface ServerLimits {
  /** Largest request message, bytes. Default 4 MiB, at most 64 MiB. */
  readonly requestBytes: number;
  /** Largest response message, bytes. Default 4 MiB, at most 64 MiB. */
  readonly responseBytes: number;
  /** Most keys in one answer. Default 10,000, at most 100,000. */
  readonly responseKeys: number;
  /** Calls one connection may have in flight. Default 256. */
  readonly concurrentStreams: number;
  /** Connections of accepted clients; the oldest one without a call gives its place to a new one. Default 512. */
  readonly connections: number;
  /** Longest one call may take, milliseconds, until its answer has been read. Default 60,000. */
  readonly deadlineMs: number;
  /** Watches at a time; one namespace has half of them at most. Default 64. */
  readonly watches: number;
  /** Backends open at once; one config object has half of them at most. Default 1,000. */
  readonly openBackends: number;
}

/** How a provider process serves. */
export interface ProviderServerOptions {
  readonly definition: ProviderDefinition;
  readonly certificates: CertificateDirectory;
  readonly kube: KubeReader;
  /** Where to listen. Default 127.0.0.1 with a port that the system chooses. */
  readonly address?: ListenAddress;
  /** URI identity of the one client that is accepted. Default: core of the default trust domain. */
  readonly acceptedClient?: string;
  /** Namespaces whose config objects may use credentials of other namespaces. Default none. */
  readonly adminNamespaces?: readonly string[];
  /** Whether a core may ask without naming its store, so that its word is taken for what the store says. Default false. */
  readonly allowUnnamedStores?: boolean;
  /** Whose configs may log in as the provider's own pod. Default nobody's. */
  readonly ambientCredentials?: Partial<AmbientPolicy>;
  readonly limits?: Partial<ServerLimits>;
  /** Values of the definition's own flags; those that are not given have their defaults. */
  readonly flags?: Readonly<Record<string, unknown>>;
  /** Time between NOT_SERVING and the end of accepting, milliseconds, in which endpoints forget this process. Default 2,000. */
  readonly drainDelayMs?: number;
  /** How long running calls may go on at shutdown, milliseconds. Default 25,000. */
  readonly stopTimeoutMs?: number;
  /** Age at which a connection is asked to go, milliseconds. Default 30 min. */
  readonly connectionMaxAgeMs?: number;
  readonly clock?: Clock;
  readonly logger?: Logger;
  readonly registry?: Registry;
}

/** The options with every default in place. */
export type ResolvedOptions = Omit<Required<ProviderServerOptions>, 'limits' | 'ambientCredentials'> & {
  readonly limits: ServerLimits;
  readonly ambientCredentials: AmbientPolicy;
};

/** @throws RangeError when a limit is above its cap. */
export function resolveOptions(options: ProviderServerOptions): ResolvedOptions {
  const resolved: ResolvedOptions = {
    address: { host: '127.0.0.1', port: 0 },
    acceptedClient: coreIdentity(),
    adminNamespaces: [],
    allowUnnamedStores: false,
    drainDelayMs: 2_000,
    stopTimeoutMs: 25_000,
    connectionMaxAgeMs: 30 * 60_000,
    clock: systemClock,
    logger: silentLogger,
    registry: options.registry ?? createRegistry({ processMetrics: false }),
    ...options,
    flags: withFlagDefaults(options.definition, options.flags),
    ambientCredentials: { clusterStores: false, stores: false, ...options.ambientCredentials },
    limits: {
      requestBytes: limits.requestBytes,
      responseBytes: limits.responseBytes,
      responseKeys: limits.responseKeys,
      concurrentStreams: limits.concurrentStreams,
      connections: limits.connections,
      deadlineMs: limits.serverDeadlineMs,
      watches: limits.watches,
      openBackends: DEFAULT_BACKEND_LIMITS.backends,
      ...options.limits,
    },
  };
  for (const name of ['requestBytes', 'responseBytes'] as const)
    if (resolved.limits[name] > limits.messageBytesCap)
      throw new RangeError(`${name} is above the cap of ${limits.messageBytesCap} bytes`);
  if (resolved.limits.responseKeys > limits.responseKeysCap)
    throw new RangeError(`responseKeys is above the cap of ${limits.responseKeysCap} keys`);
  return resolved;
}
