import { isKubeError, type KubeObject, resourceType } from '@eso/kube';
import type { Clock } from '@eso/runtime';
import { ProviderError } from '../../contract/provider-error.ts';
import type { KindDefinition } from '../definition.ts';
import type { ConfigSource } from '../open-context.ts';
import { ExpiringCache } from '../backends/expiring-cache.ts';
import { kubeProblem } from './kube-problem.ts';
import type { KubeReader } from './kube-reader.ts';

/** A config object as a backend needs it. */
export interface ConfigObject {
  readonly source: ConfigSource;
  readonly spec: unknown;
}

interface RawConfig extends KubeObject {
  spec?: unknown;
}

/**
 * How old a config object may be: `recent` for reading secrets, so that a thousand of them cost one request, and `now` for
 * Validate, which core calls to learn whether a correction has arrived.
 */
export type Freshness = 'recent' | 'now';

const RECENT_MS = 5_000;
/** Bounds what a burst of Validate calls costs. */
const NOW_MS = 500;

/**
 * Reads config objects by GET, so that a provider needs no list or watch right on its kinds and none at all outside of the
 * namespaces it was given. What was put right is seen after 5 s at the latest; an absent object is never remembered.
 */
export class ConfigReader {
  readonly #kube: KubeReader;
  readonly #cache: ExpiringCache<ConfigObject>;

  constructor(options: { readonly kube: KubeReader; readonly clock: Clock }) {
    this.#kube = options.kube;
    this.#cache = new ExpiringCache({ clock: options.clock, maxAgeMs: RECENT_MS });
  }

  /**
   * @throws ProviderError CONFIG_NOT_FOUND, CONFIG_NOT_READABLE, BACKEND_UNAVAILABLE; the reason of `signal`.
   */
  async read(
    kind: KindDefinition,
    ref: { readonly namespace: string; readonly name: string },
    options: { readonly freshness: Freshness; readonly signal: AbortSignal },
  ): Promise<ConfigObject> {
    return this.#cache.get(
      `${kind.apiVersion}/${kind.kind}/${ref.namespace}/${ref.name}`,
      (signal) => this.#fetch(kind, ref, signal),
      { maxAgeMs: options.freshness === 'now' ? NOW_MS : RECENT_MS, signal: options.signal },
    );
  }

  /** Forgets everything, which also ends all timers. */
  close(): void {
    this.#cache.clear();
  }

  async #fetch(
    kind: KindDefinition,
    ref: { readonly namespace: string; readonly name: string },
    signal: AbortSignal,
  ): Promise<ConfigObject> {
    const type = resourceType<RawConfig>(kind.group, kind.version, kind.plural, kind.kind, 'Namespaced');
    const what = `${kind.kind} ${ref.namespace}/${ref.name}`;
    try {
      const object = await this.#kube.get(type, ref, { signal });
      const { uid = '', generation = 0 } = object.metadata;
      return { source: { ...ref, uid, generation }, spec: object.spec ?? {} };
    } catch (error) {
      if (isKubeError(error, 'NOT_FOUND'))
        throw new ProviderError('CONFIG_NOT_FOUND', `${what} does not exist`, {
          field: 'providerRef',
          nextStep: `create ${what} or correct the reference`,
          cause: error,
        });
      if (isKubeError(error, 'FORBIDDEN'))
        throw new ProviderError('CONFIG_NOT_READABLE', `the provider may not read ${what}`, {
          field: 'providerRef',
          nextStep: `bind the provider's role in namespace ${ref.namespace}`,
          cause: error,
        });
      throw kubeProblem(what, error);
    }
  }
}
