import type { Logger } from '@eso/runtime';
import { ProviderError } from '../../contract/provider-error.ts';
import type { ProviderReference } from '../../gen/provider/v1/provider_pb.js';
import type { Backend, CallContext } from '../backend.ts';
import type { BackendPool } from '../backends/backend-pool.ts';
import type { ConfigReader, Freshness } from './config-reader.ts';
import type { KindDefinition } from '../definition.ts';
import type { HeavyCalls } from '../calls/heavy-calls.ts';
import type { NamespacePolicy } from './namespace-rule.ts';
import { resolveTarget, type Target } from './target.ts';

export interface StoreAccessOptions {
  readonly kinds: readonly KindDefinition[];
  readonly policy: NamespacePolicy;
  readonly configs: ConfigReader;
  readonly backends: BackendPool;
  readonly heavy: HeavyCalls;
  readonly logger: Logger;
}

/** The way from a request's reference to a backend: namespace rules, config object, open backend. */
export class StoreAccess {
  readonly #options: StoreAccessOptions;

  constructor(options: StoreAccessOptions) {
    this.#options = options;
  }

  /** @throws ProviderError INVALID_REQUEST, UNSUPPORTED, NAMESPACE_NOT_ALLOWED. */
  target(request: { readonly providerRef?: ProviderReference; readonly sourceNamespace: string }): Target {
    return resolveTarget(request.providerRef, request.sourceNamespace, this.#options);
  }

  /**
   * Runs `use` with the backend of a target. `use` calls `discard` when a later call should open the backend anew.
   * @throws ProviderError CONFIG_NOT_FOUND, CONFIG_NOT_READABLE, CONFIG_INVALID, BACKEND_UNAVAILABLE, or what `use` throws.
   */
  async use<T>(
    target: Target,
    { freshness, signal }: { readonly freshness: Freshness; readonly signal: AbortSignal },
    use: (backend: Backend, call: CallContext, discard: () => void) => Promise<T>,
  ): Promise<T> {
    const { kind, name, grant, store, requester } = target;
    if (!grant)
      throw new ProviderError('INVALID_REQUEST', 'source_namespace is required', { field: 'source_namespace' });
    const { configs, backends, heavy, logger } = this.#options;
    const config = await configs.read(kind, { namespace: grant.configNamespace, name }, { freshness, signal });
    const lease = await backends.lease({ kind, config, credentials: grant.credentials }, signal);
    try {
      const work = heavy.forCall({ tenant: requester.namespace, signal });
      return await use(lease.backend, { signal, requester, store, work, logger: logger.child({ requester }) }, () =>
        lease.discard(),
      );
    } catch (error) {
      lease.failed(error);
      throw error;
    } finally {
      lease.release();
    }
  }
}
