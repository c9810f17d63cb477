import type { Logger } from '@eso/runtime';
import { ProviderError } from '../../contract/provider-error.ts';
import type { ProviderReference } from '../../gen/provider/v1/provider_pb.js';
import type { Backend, CallContext } from '../backend.ts';
import type { BackendPool } from '../backends/backend-pool.ts';
import { RequesterNeeded } from '../backends/requester-needed.ts';
import { parseRetrySettings } from '../retry/retry-settings.ts';
import type { HeavyCalls } from '../calls/heavy-calls.ts';
import type { RecentReads } from '../calls/recent-reads.ts';
import type { ConfigPlace, KindDefinition } from '../define-kind.ts';
import type { ConfigObject, ConfigReader } from './config-reader.ts';
import type { NamespacePolicy } from './namespace-rule.ts';
import { UNASKED_GRANT } from './store-grant.ts';
import type { StoreReader } from './store-reader.ts';
import type { StoreRecord } from './store-record.ts';
import { type TargetLookup, resolveStoreTarget, type StoreTarget } from './store-target.ts';

/** What the way from a reference to a backend is made of. */
export interface StoreAccessOptions {
  readonly kinds: readonly KindDefinition[];
  readonly policy: NamespacePolicy;
  readonly stores: StoreReader;
  readonly configs: ConfigReader;
  readonly backends: BackendPool;
  readonly heavy: HeavyCalls;
  readonly reads: RecentReads;
  readonly logger: Logger;
}

/** What a use of a backend has at hand. */
export interface BackendUse {
  readonly backend: Backend;
  readonly call: CallContext;
  /** What the config's own check warns about. */
  readonly warnings: () => readonly string[];
  /** Aborts when later calls get another backend: long uses have to end. */
  readonly retired: AbortSignal;
  /** Tells of a failure that is not the whole call's: see BackendLease.failed. */
  readonly failed: (error: unknown) => void;
  /** Something was written: what was read before is read anew. */
  readonly written: () => void;
  /** Makes a later call open the backend anew. */
  readonly discard: () => void;
}

/** The way from a request's reference to a backend: store, namespace rules, config object, open backend. */
export class StoreAccess {
  readonly #options: StoreAccessOptions;
  /** Configs of stores, or what is wrong with them: decoded once for each version that was read. */
  readonly #inline = new WeakMap<StoreRecord, ConfigObject | ProviderError>();

  constructor(options: StoreAccessOptions) {
    this.#options = options;
  }

  /** @throws ProviderError: see resolveStoreTarget. */
  target(
    request: { readonly providerRef?: ProviderReference | undefined; readonly sourceNamespace: string },
    look: TargetLookup,
  ): Promise<StoreTarget> {
    return resolveStoreTarget(request.providerRef, request.sourceNamespace, this.#options, look);
  }

  /**
   * Looks at the config of a target as far as it is one config whoever asks, without opening a backend.
   * @returns its warnings
   * @throws ProviderError CONFIG_NOT_FOUND, CONFIG_NOT_READABLE, CONFIG_INVALID, BACKEND_UNAVAILABLE.
   */
  async check(target: StoreTarget, look: Omit<TargetLookup, 'about'>): Promise<readonly string[]> {
    const { kind, record } = target;
    const namespace = record?.providerRef?.namespace;
    if (kind.place.tag === 'object' && kind.place.scope === 'Namespaced' && namespace === undefined) return [];
    const config = await this.#config(target, namespace ?? '', look);
    const [problem] = kind.checkConfig(config.spec);
    if (problem) throw new ProviderError(problem.code ?? 'CONFIG_INVALID', problem.problem, { ...problem });
    return kind.configWarnings(config.spec);
  }

  /**
   * Runs `use` with the backend of a cluster-scoped store whose config stands in it, while nobody asks.
   * @throws ProviderError as `use`; RequesterNeeded where the config leaves a namespace to whoever asks
   */
  async useUnasked<T>(
    target: StoreTarget,
    look: Omit<TargetLookup, 'about'>,
    use: (use: BackendUse) => Promise<T>,
  ): Promise<T> {
    if (target.kind.place.tag !== 'inline') throw new RequesterNeeded();
    return this.use({ ...target, grant: UNASKED_GRANT }, look, use);
  }

  /**
   * Runs `use` with the backend of a target.
   * @throws ProviderError CONFIG_NOT_FOUND, CONFIG_NOT_READABLE, CONFIG_INVALID, BACKEND_UNAVAILABLE, or what `use` throws.
   */
  async use<T>(
    target: StoreTarget,
    look: Omit<TargetLookup, 'about'>,
    use: (use: BackendUse) => Promise<T>,
  ): Promise<T> {
    const { kind, grant, store, requester, traceId } = target;
    const { signal } = look;
    if (!grant)
      throw new ProviderError('INVALID_REQUEST', 'source_namespace is required', { field: 'source_namespace' });
    const { backends, heavy, reads, logger } = this.#options;
    // What is wrong with it is named where it stands already.
    const config = await this.#config(target, grant.configNamespace, look);
    return backends.use({ kind, config, credentials: grant.credentials }, signal, (lease) => {
      const work = heavy.forCall({ tenant: requester.namespace, signal });
      const { backend } = lease;
      const once = reads.forCall({ backend, requesterNamespace: requester.namespace, traceId }, signal);
      return use({
        backend,
        call: { signal, requester, store, work, once, logger: logger.child({ requester }) },
        written: () => reads.forget(backend),
        warnings: () => kind.configWarnings(config.spec),
        retired: lease.retired,
        failed: (error) => lease.failed(error),
        discard: () => lease.discard(),
      });
    });
  }

  async #config(
    { kind, name, record }: StoreTarget,
    namespace: string,
    { freshness, signal }: Omit<TargetLookup, 'about'>,
  ): Promise<ConfigObject> {
    const { place } = kind;
    if (place.tag === 'object')
      return this.#options.configs.read({ ...kind, place }, { namespace, name }, { freshness, signal });
    if (!record) throw new TypeError('a config in a store comes with the store');
    const config = this.#inline.get(record) ?? inlineObject(record, name, place);
    this.#inline.set(record, config);
    if (config instanceof ProviderError) throw config;
    return config;
  }
}

function inlineObject(
  record: StoreRecord,
  name: string,
  place: Extract<ConfigPlace, { tag: 'inline' }>,
): ConfigObject | ProviderError {
  try {
    const retrySettings = parseRetrySettings(record.retrySettings ?? {});
    return {
      source: { namespace: record.namespace ?? '', name, uid: record.uid, generation: record.generation },
      spec: place.decode(record.inline?.config),
      ...(retrySettings && { retrySettings }),
    };
  } catch (error) {
    return ProviderError.from(error);
  }
}
