import { isKubeError, namespaces } from '@eso/kube';
import { type Clock, LoadingCache } from '@eso/runtime';
import { ProviderError } from '../../contract/provider-error.ts';
import { type Freshness, NOW_MS, RECENT_MS } from './freshness.ts';
import { jsonBytes, KEPT_BYTES } from './kept-bytes.ts';
import { kubeProblem } from './kube-problem.ts';
import type { KubeReader } from './kube-reader.ts';
import type { StoreKind } from '../../resources/external-secret.ts';
import { STORE_TYPES } from './store-kinds.ts';
import { storeName, type StoreRecord, storeRecord } from './store-record.ts';

/** The store that a request names, and what core knew of it. */
export interface NamedStore {
  readonly kind: StoreKind;
  /** Absent on cluster-scoped stores. */
  readonly namespace?: string;
  readonly name: string;
  /** Empty where core does not say it. */
  readonly uid: string;
  /** 0 where core does not say it. */
  readonly generation: number;
}

interface ReadOptions {
  readonly freshness: Freshness;
  readonly signal: AbortSignal;
}

/** Reads again whatever there is, unless it is being read. */
const ANEW_MS = -1;

/**
 * Reads stores, and the labels of the namespaces that use them, by GET: a provider needs no right to list or watch them. What
 * core knows already is never judged by something older: a store that core saw in another life or in a later version is read anew.
 */
export class StoreReader {
  readonly #kube: KubeReader;
  readonly #inlineKeys: ReadonlySet<string>;
  readonly #stores: LoadingCache<StoreRecord>;
  readonly #labels: LoadingCache<Readonly<Record<string, string>>>;

  constructor(options: {
    readonly kube: KubeReader;
    readonly clock: Clock;
    /** Keys of `spec.provider` whose config is read. What stands under another key is a tenant's with another provider. Default none. */
    readonly inlineKeys?: ReadonlySet<string>;
  }) {
    this.#kube = options.kube;
    this.#inlineKeys = options.inlineKeys ?? new Set();
    this.#stores = new LoadingCache({
      ttl: { clock: options.clock, maxAgeMs: RECENT_MS },
      maxWeight: KEPT_BYTES,
      weigh: (record) => jsonBytes(record),
    });
    this.#labels = new LoadingCache({ ttl: { clock: options.clock, maxAgeMs: RECENT_MS } });
  }

  /**
   * The store as it is: at least in the version that core knows.
   * @throws ProviderError STORE_NOT_FOUND, STORE_NOT_READABLE, BACKEND_UNAVAILABLE; CONFLICT when it is another one than core
   * knows, for example replaced a moment ago; the reason of `signal`.
   */
  async read(store: NamedStore, { freshness, signal }: ReadOptions): Promise<StoreRecord> {
    const maxAgeMs = freshness === 'now' ? NOW_MS : RECENT_MS;
    const known = await this.#get(store, maxAgeMs, signal);
    if (isAsKnown(store, known)) return known;
    const now = await this.#get(store, ANEW_MS, signal);
    if (isAsKnown(store, now)) return now;
    throw new ProviderError('CONFLICT', `${storeName(store)} is not the one, or not in the version, that was meant`, {
      nextStep: 'nothing if it was replaced a moment ago: it is asked for again',
    });
  }

  /**
   * Labels of a namespace.
   * @param anew whether an answer of a moment ago will not do
   * @throws ProviderError STORE_NOT_READABLE, STORE_NOT_ALLOWED when there is no such namespace, BACKEND_UNAVAILABLE.
   */
  async namespaceLabels(
    name: string,
    { anew, signal }: { readonly anew: boolean; readonly signal: AbortSignal },
  ): Promise<Readonly<Record<string, string>>> {
    const load = async (loading: AbortSignal): Promise<Readonly<Record<string, string>>> =>
      (await this.#kube.get(namespaces, { name }, { signal: loading })).metadata.labels ?? {};
    try {
      return await this.#labels.get(name, load, { ...(anew ? { maxAgeMs: ANEW_MS } : {}), signal });
    } catch (error) {
      signal.throwIfAborted();
      const what = `namespace ${name}`;
      if (isKubeError(error, 'NOT_FOUND'))
        throw new ProviderError('STORE_NOT_ALLOWED', `${what} does not exist`, { cause: error });
      if (isKubeError(error, 'FORBIDDEN'))
        throw new ProviderError(
          'STORE_NOT_READABLE',
          `the provider may not read ${what}, by whose labels a store admits it`,
          {
            nextStep: "grant the provider's ServiceAccount get on namespaces, or name the namespace in spec.conditions",
            cause: error,
          },
        );
      throw kubeProblem(what, error);
    }
  }

  /** Forgets everything, which also ends all timers. */
  close(): void {
    this.#stores.clear();
    this.#labels.clear();
  }

  async #get(store: NamedStore, maxAgeMs: number, signal: AbortSignal): Promise<StoreRecord> {
    const id = `${store.kind}/${store.namespace ?? ''}/${store.name}`;
    try {
      return await this.#stores.get(id, (loading) => this.#load(store, loading), { maxAgeMs, signal });
    } catch (error) {
      signal.throwIfAborted();
      throw readProblem(store, error);
    }
  }

  async #load({ kind, namespace, name }: NamedStore, signal: AbortSignal): Promise<StoreRecord> {
    const ref = namespace === undefined ? { name } : { namespace, name };
    return storeRecord(kind, await this.#kube.get(STORE_TYPES[kind], ref, { signal }), this.#inlineKeys);
  }
}

function isAsKnown(store: NamedStore, record: StoreRecord): boolean {
  return (store.uid === '' || store.uid === record.uid) && store.generation <= record.generation;
}

function readProblem(store: NamedStore, error: unknown): unknown {
  const what = storeName(store);
  const { plural, group } = STORE_TYPES[store.kind];
  if (isKubeError(error, 'NOT_FOUND')) {
    // The API server has no such resource: it says so with a bare 404, without a Status.
    if (error.status === 404 && error.reason === undefined)
      return new ProviderError('STORE_NOT_FOUND', `${what}: the cluster has no resource ${plural}.${group}`, {
        nextStep: `install the CRD of ${store.kind}, or use another kind of store`,
        cause: error,
      });
    return new ProviderError('STORE_NOT_FOUND', `${what} does not exist`, { cause: error });
  }
  if (isKubeError(error, 'FORBIDDEN'))
    return new ProviderError('STORE_NOT_READABLE', `the provider may not read ${what}`, {
      nextStep:
        store.namespace === undefined
          ? `grant the provider's ServiceAccount get on ${plural}.${group} in the cluster`
          : `grant the provider get on ${plural}.${group} in namespace ${store.namespace}: add it to tenantNamespaces of the provider's chart`,
      cause: error,
    });
  return error instanceof ProviderError ? error : kubeProblem(what, error);
}
