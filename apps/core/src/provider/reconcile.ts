import type { ProviderClient, ProviderEndpoint } from '@eso/api/client';
import {
  type ClusterProvider,
  type Provider,
  ProviderConditionType,
  ProviderReason,
  type ProviderStatus,
} from '@eso/api/resources';
import type { EventRecorder, Reconcile, ReconcileContext, ReconcileResult } from '@eso/controller';
import { type KubeClient, KubeError, objectKey, parseKey, type ResourceType } from '@eso/kube';
import type { Clock } from '@eso/runtime';
import type { EndpointGate } from '../endpoint-gate.ts';
import type { MutationCache } from '../mutation-cache.ts';
import type { StoreView } from '../store/store-view.ts';
import { ask } from './ask.ts';
import { check, type Checked } from './check.ts';
import type { EndpointUse } from './endpoint-use.ts';
import type { ProviderMetrics } from './metrics.ts';
import { conditionOf, statusAfter } from './status.ts';
import { refusedVerdict, type Verdict } from './verdict.ts';

/** What the reconcile of one kind of store stands on. */
export interface ProviderReconcileOptions<T extends Provider | ClusterProvider> {
  readonly type: ResourceType<T>;
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly events: Pick<EventRecorder, 'event'>;
  readonly metrics: ProviderMetrics;
  /** The informer's view of a store by key. */
  readonly store: (key: string) => T | undefined;
  readonly viewOf: (store: T) => StoreView;
  readonly written: MutationCache<T>;
  /** The class that this installation serves; a store without a class is everybody's. */
  readonly controllerClass: string;
  /** How often a store without `refreshInterval` is validated again, in milliseconds. */
  readonly defaultIntervalMs: number;
  readonly provider: (endpoint: ProviderEndpoint) => ProviderClient;
  readonly gate: EndpointGate;
  readonly endpoints: EndpointUse;
}

/** When a process that is left alone for a while is thought of again: asking the circuit breaker costs nothing. */
const NOT_ASKED_MS = 5_000;

/**
 * Finds out whether a store can be used and writes it into its status: checks → ask the process → status. A store that is
 * not ready is looked at again after its backoff, a ready one after its interval.
 */
export function providerReconcile<T extends Provider | ClusterProvider>(
  options: ProviderReconcileOptions<T>,
): Reconcile {
  return async (key, context) => {
    const started = options.clock.monotonic();
    const store = options.written.newest(key, options.store(key));
    const view = store && options.viewOf(store);
    if (!store || !view || (view.controllerClass ?? options.controllerClass) !== options.controllerClass) {
      options.metrics.gone(parseKey(key), Object.values(ProviderConditionType));
      options.endpoints.release(ownerOf(options, key));
      return { kind: 'done' };
    }
    const result = await new Pass(options, context, key, store).run(view);
    options.metrics.reconciled(store.metadata, options.clock.monotonic() - started);
    return result;
  };
}

/** One pass over one store. */
class Pass<T extends Provider | ClusterProvider> {
  readonly #options: ProviderReconcileOptions<T>;
  readonly #context: ReconcileContext;
  readonly #key: string;
  readonly #store: T;

  constructor(options: ProviderReconcileOptions<T>, context: ReconcileContext, key: string, store: T) {
    this.#options = options;
    this.#context = context;
    this.#key = key;
    this.#store = store;
  }

  async run(view: StoreView): Promise<ReconcileResult> {
    const checked = check(this.#store, view, this.#options.defaultIntervalMs);
    if (checked.kind === 'refused') {
      this.#options.endpoints.release(ownerOf(this.#options, this.#key));
      return this.#conclude(refusedVerdict(checked), 0);
    }
    return this.#throughGate(checked);
  }

  /** Waits outside, holding no worker, while too many are inside calls to the same process. */
  async #throughGate(checked: Checked): Promise<ReconcileResult> {
    const { endpoint, intervalMs } = checked;
    this.#options.endpoints.use(ownerOf(this.#options, this.#key), endpoint.id);
    const entry = this.#options.gate.enter([endpoint.id], this.#key, this.#context.priority);
    if (entry.kind === 'parked') return { kind: 'done' };
    try {
      const verdict = await ask(this.#options.provider(endpoint), checked, this.#context.signal);
      entry.leave();
      return await this.#conclude(verdict, intervalMs);
    } finally {
      entry.leave();
    }
  }

  async #conclude(verdict: Verdict, intervalMs: number): Promise<ReconcileResult> {
    const again = await this.#report(verdict);
    if (again) return again;
    switch (verdict.kind) {
      case 'valid':
      case 'unknown':
        return { kind: 'requeueAfter', ms: intervalMs };
      case 'notAsked':
        return { kind: 'requeueAfter', ms: NOT_ASKED_MS, priority: this.#context.priority };
      case 'invalid':
        return { kind: 'requeue' };
    }
  }

  /** Writes the status where it changes, with an event where the reason does; returns what to do when it was in vain. */
  async #report(verdict: Verdict): Promise<ReconcileResult | undefined> {
    const { client, clock, type, written } = this.#options;
    const { metadata, status: before } = this.#store;
    const status = statusAfter(before, verdict, { generation: metadata.generation ?? 0, now: clock.now() });
    if (status === before) {
      this.#show(before);
      return undefined;
    }
    try {
      const object = { ...this.#store, status };
      written.wrote(this.#key, await client.updateStatus(type, object, { signal: this.#context.signal }));
    } catch (error) {
      const { code } = KubeError.from(error);
      if (code !== 'NOT_FOUND' && code !== 'CONFLICT') throw error;
      written.forget(this.#key);
      return code === 'NOT_FOUND' ? { kind: 'done' } : { kind: 'requeue' };
    }
    this.#show(status);
    this.#tell(before, status);
    return undefined;
  }

  #show(status: ProviderStatus | undefined): void {
    const { metadata } = this.#store;
    const conditions = status?.conditions ?? [];
    this.#options.metrics.conditions(metadata, conditions);
    if (!conditions.some(({ type }) => type === ProviderConditionType.validated))
      this.#options.metrics.gone(metadata, [ProviderConditionType.validated]);
  }

  #tell(before: ProviderStatus | undefined, after: ProviderStatus | undefined): void {
    const was = conditionOf(before, ProviderConditionType.ready);
    const is = conditionOf(after, ProviderConditionType.ready);
    if (!is || (was?.status === is.status && was.reason === is.reason)) return;
    const kind = is.status === 'True' ? 'Normal' : 'Warning';
    this.#options.events.event(this.#store, kind, is.reason ?? ProviderReason.invalidProviderConfig, is.message ?? '');
  }
}

/** Who uses an endpoint: Providers and ClusterProviders may share one. */
function ownerOf({ type }: { readonly type: { readonly kind: string } }, key: string): string {
  return `${type.kind}/${objectKey(parseKey(key))}`;
}
