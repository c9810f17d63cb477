import { isKubeError, secrets } from '@eso/kube';
import type { Clock } from '@eso/runtime';
import { ProviderError } from '../../contract/provider-error.ts';
import { ExpiringCache } from '../backends/expiring-cache.ts';
import { kubeProblem } from '../stores/kube-problem.ts';
import type { KubeReader } from '../stores/kube-reader.ts';
import type { CredentialScope } from '../stores/namespace-rule.ts';

/** Names one key of a Secret, as users write it in config objects. */
export interface SecretKeySelector {
  readonly name?: string | undefined;
  readonly key?: string | undefined;
  readonly namespace?: string | undefined;
}

/** Reads the Secrets that a config object refers to, within the namespace rules. */
export interface CredentialReader {
  /** Namespace in which references without one are looked up. */
  readonly namespace: string;
  /**
   * The value of one key, verbatim.
   * @param field path of the selector in the config object, for the error: `spec.auth.secretRef.accessKeyIDSecretRef`.
   * @throws ProviderError CREDENTIALS_UNUSABLE (Secret or key absent, or not readable by this provider),
   * NAMESPACE_NOT_ALLOWED, BACKEND_UNAVAILABLE (Kubernetes API not reachable).
   */
  secretKey(selector: SecretKeySelector, field: string): Promise<Uint8Array>;
  /** Forgets what was read, so that the next call sees the Secrets as they are. Done by the kit after CREDENTIALS_REJECTED. */
  invalidate(): void;
}

/** Longest a credential stays in memory, and so the longest that a replaced one is still used, milliseconds. */
const MAX_AGE_MS = 30_000;

/** The Secrets that were read lately, of all config objects of one process. */
export class CredentialCache {
  readonly #kube: KubeReader;
  readonly #cache: ExpiringCache<Readonly<Record<string, string>>>;

  constructor(options: { readonly kube: KubeReader; readonly clock: Clock }) {
    this.#kube = options.kube;
    this.#cache = new ExpiringCache({ clock: options.clock, maxAgeMs: MAX_AGE_MS, maxEntries: 1_000 });
  }

  /** A reader bound to what one config object may use. */
  reader(scope: CredentialScope, signal: AbortSignal): CredentialReader {
    const read = new Set<string>();
    return {
      namespace: scope.namespace,
      secretKey: async (selector, field) => {
        const { name, key } = required(selector, field);
        const namespace = allowedNamespace(scope, selector.namespace, field);
        read.add(`${namespace}/${name}`);
        const data = await this.#read(namespace, name, field, signal);
        const value = Object.hasOwn(data, key) ? data[key] : undefined;
        if (value === undefined) {
          // Read again at the next call: somebody is about to add the key.
          this.#cache.delete(`${namespace}/${name}`);
          throw unusable(field, `Secret ${namespace}/${name} has no key ${key}`, `add the key ${key} to the Secret`);
        }
        return Buffer.from(value, 'base64');
      },
      invalidate: () => {
        for (const id of read) this.#cache.delete(id);
        read.clear();
      },
    };
  }

  /** Forgets everything, which also ends all timers. */
  close(): void {
    this.#cache.clear();
  }

  async #read(
    namespace: string,
    name: string,
    field: string,
    signal: AbortSignal,
  ): Promise<Readonly<Record<string, string>>> {
    const what = `Secret ${namespace}/${name}`;
    try {
      return await this.#cache.get(
        `${namespace}/${name}`,
        async (loadSignal) => (await this.#kube.get(secrets, { namespace, name }, { signal: loadSignal })).data ?? {},
        { signal },
      );
    } catch (error) {
      signal.throwIfAborted();
      if (isKubeError(error, 'NOT_FOUND'))
        throw unusable(field, `${what} does not exist`, `create ${what} or correct the reference`);
      if (isKubeError(error, 'FORBIDDEN'))
        throw unusable(
          field,
          `the provider may not read ${what}`,
          `bind the provider's role in namespace ${namespace}`,
        );
      throw kubeProblem(what, error);
    }
  }
}

function required(selector: SecretKeySelector, field: string): { name: string; key: string } {
  const { name, key } = selector;
  if (!name || !key)
    throw unusable(
      field,
      `the credentials reference lacks ${name ? 'key' : 'name'}`,
      'name a Secret and one of its keys',
    );
  return { name, key };
}

function allowedNamespace(scope: CredentialScope, wanted: string | undefined, field: string): string {
  const namespace = wanted || scope.namespace;
  const allowed = scope.kind === 'anyNamespace' || (scope.kind === 'ownNamespace' && namespace === scope.namespace);
  if (allowed) return namespace;
  throw new ProviderError(
    'NAMESPACE_NOT_ALLOWED',
    `this config object may not use credentials of namespace ${namespace}`,
    {
      field,
      nextStep:
        'refer to a Secret of the own namespace, or keep the config object in an administrator namespace of the provider (--admin-namespaces)',
    },
  );
}

function unusable(field: string, problem: string, nextStep: string): ProviderError {
  return new ProviderError('CREDENTIALS_UNUSABLE', problem, { field, nextStep });
}
