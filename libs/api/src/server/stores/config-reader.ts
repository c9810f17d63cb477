import { isKubeError, type KubeObject, resourceType } from '@eso/kube';
import { type Clock, LoadingCache } from '@eso/runtime';
import { ProviderError } from '../../contract/provider-error.ts';
import type { ConfigPlace, KindDefinition } from '../define-kind.ts';
import type { ConfigSource } from '../open-context.ts';
import type { RetrySettings } from '../retry/retry-settings.ts';
import { type Freshness, NOW_MS, RECENT_MS } from './freshness.ts';
import { jsonBytes, KEPT_BYTES } from './kept-bytes.ts';
import { kubeProblem } from './kube-problem.ts';
import type { KubeReader } from './kube-reader.ts';

/** A config object as a backend needs it. */
export interface ConfigObject {
  readonly source: ConfigSource;
  readonly spec: unknown;
  /** `spec.retrySettings` of the store that the config stands in. */
  readonly retrySettings?: RetrySettings;
}

interface RawConfig extends KubeObject {
  spec?: unknown;
}

/** A kind whose configs are objects of their own. */
export type ObjectKind = Pick<KindDefinition, 'apiVersion' | 'kind'> & {
  readonly place: Extract<ConfigPlace, { tag: 'object' }>;
};

/**
 * Reads config objects by GET, so that a provider needs no list or watch right on its kinds and none at all outside of the
 * namespaces it was given. What was put right is seen after 5 s at the latest; an absent object is never remembered.
 */
export class ConfigReader {
  readonly #kube: KubeReader;
  readonly #cache: LoadingCache<ConfigObject>;

  constructor(options: { readonly kube: KubeReader; readonly clock: Clock }) {
    this.#kube = options.kube;
    this.#cache = new LoadingCache({
      ttl: { clock: options.clock, maxAgeMs: RECENT_MS },
      maxWeight: KEPT_BYTES,
      weigh: ({ spec }) => jsonBytes(spec),
    });
  }

  /**
   * @throws ProviderError CONFIG_NOT_FOUND, CONFIG_NOT_READABLE, CONFIG_INVALID, BACKEND_UNAVAILABLE; the reason of `signal`.
   */
  async read(
    kind: ObjectKind,
    ref: { readonly namespace: string; readonly name: string },
    options: {
      readonly freshness: Freshness;
      readonly signal: AbortSignal;
      /** The user's field that names the object. Default `providerRef`. */
      readonly field?: string;
    },
  ): Promise<ConfigObject> {
    const { field = 'providerRef' } = options;
    return this.#cache.get(
      `${kind.apiVersion}/${kind.kind}/${kind.place.scope === 'Namespaced' ? ref.namespace : ''}/${ref.name}`,
      (signal) => this.#fetch(kind, ref, { field, signal }),
      { maxAgeMs: options.freshness === 'now' ? NOW_MS : RECENT_MS, signal: options.signal },
    );
  }

  /** Forgets everything, which also ends all timers. */
  close(): void {
    this.#cache.clear();
  }

  async #fetch(
    kind: ObjectKind,
    ref: { readonly namespace: string; readonly name: string },
    { field, signal }: { readonly field: string; readonly signal: AbortSignal },
  ): Promise<ConfigObject> {
    const { group, version, plural, scope } = kind.place;
    const type = resourceType<RawConfig>(group, version, plural, kind.kind, scope);
    const own = scope === 'Namespaced' ? ref : { name: ref.name };
    const what = `${kind.kind} ${'namespace' in own ? `${own.namespace}/` : ''}${ref.name}`;
    try {
      const object = await this.#kube.get(type, own, { signal });
      const { uid = '', generation = 0 } = object.metadata;
      const source = { namespace: scope === 'Namespaced' ? ref.namespace : '', name: ref.name, uid, generation };
      return { source, spec: kind.place.decode?.(object.spec ?? {}) ?? object.spec ?? {} };
    } catch (error) {
      if (error instanceof ProviderError) throw error;
      if (isKubeError(error, 'NOT_FOUND'))
        throw new ProviderError('CONFIG_NOT_FOUND', `${what} does not exist`, {
          field,
          nextStep: `create ${what} or correct the reference`,
          cause: error,
        });
      if (isKubeError(error, 'FORBIDDEN'))
        throw new ProviderError('CONFIG_NOT_READABLE', `the provider may not read ${what}`, {
          field,
          nextStep:
            scope === 'Namespaced'
              ? `bind the provider's role in namespace ${ref.namespace}`
              : `grant the provider's ServiceAccount get on ${plural}.${group} in the cluster`,
          cause: error,
        });
      throw kubeProblem(what, error);
    }
  }
}
