import type { ProviderClient, ProviderEndpoint } from '@eso/client';
import { Priority, type Reconcile, type ReconcileContext, type ReconcileResult } from '@eso/controller';
import { objectKey, parseKey } from '@eso/kube';
import type { Clock } from '@eso/runtime';
import type { RegisteredKind } from '../store/registry.ts';
import type { StoreRefusal } from '../store/store-view.ts';
import { type CheckedStore, checkStore, type StoreObservation } from './check.ts';
import type { StoreConcluder } from './conclude.ts';
import type { EndpointUse } from './endpoint-use.ts';
import type { ProviderMetrics } from './metrics.ts';
import type { ServiceInquiry } from './service-inquiry.ts';
import { validateStore } from './validate-store.ts';
import { refusedVerdict, type StoreVerdict } from './verdict.ts';

/** What the reconcile of one kind of store stands on. */
export interface ProviderReconcileOptions {
  readonly kind: Pick<RegisteredKind, 'kind'>;
  readonly observe: (key: string) => StoreObservation | undefined;
  readonly inquiry: ServiceInquiry;
  readonly provider: (endpoint: ProviderEndpoint) => ProviderClient;
  readonly concluder: StoreConcluder;
  readonly metrics: ProviderMetrics;
  readonly endpoints: EndpointUse;
  /** The class that this installation serves; a store without a class is everybody's. */
  readonly controllerClass: string;
  /** How often a store without `refreshInterval` is validated again, in milliseconds. */
  readonly defaultIntervalMs: number;
  readonly clock: Clock;
}

/** What was observed is not so any more, so what the process answered counts for nothing: start over at once. */
const OUTDATED: ReconcileResult = { kind: 'requeueAfter', ms: 0, priority: Priority.changed };

/**
 * Finds out whether a store can be used and writes it into its status: observe → check → validate with the process → conclude. A store
 * that is not ready is looked at again after its backoff, a ready one after its interval.
 */
export function providerReconcile(options: ProviderReconcileOptions): Reconcile {
  return async (key, context) => {
    const { clock, controllerClass, metrics, endpoints } = options;
    const started = clock.monotonic();
    const observation = options.observe(key);
    if (!observation || (observation.view.controllerClass ?? controllerClass) !== controllerClass) {
      metrics.remove(parseKey(key));
      endpoints.release(ownerOf(options, key));
      return { kind: 'done' };
    }
    let counts = true;
    try {
      const result = await pass(options, context, observation);
      // A pass that found no room was none.
      counts = result.kind !== 'wait';
      return result;
    } finally {
      if (counts) metrics.observePass(observation.store.metadata, clock.monotonic() - started);
    }
  };
}

async function pass(
  options: ProviderReconcileOptions,
  context: ReconcileContext,
  observation: StoreObservation,
): Promise<ReconcileResult> {
  const { concluder, inquiry, endpoints } = options;
  const { store, view, key } = observation;
  const owner = ownerOf(options, key);
  const checked = checkStore(observation, options.defaultIntervalMs);
  const conclude = (verdict: StoreVerdict, intervalMs: number): Promise<ReconcileResult> =>
    concluder.conclude(observation, verdict, { intervalMs, priority: context.priority, signal: context.signal });
  if (checked.kind === 'refused') {
    endpoints.release(owner);
    const refusal: StoreRefusal = await inquiry.explain(checked, store.spec.address, view, context.signal);
    return conclude(refusedVerdict(refusal), 0);
  }
  endpoints.use(owner, checked.endpoint.id);
  if (!context.enter([checked.endpoint.id])) return { kind: 'wait' };
  const verdict = await validateStore(options.provider(checked.endpoint), checked, context.signal);
  context.leave();
  return isCurrent(observation, options.observe(key), checked) ? conclude(verdict, checked.intervalMs) : OUTDATED;
}

/** Whether it is the same store with the same spec that was asked about, still at the same place. */
function isCurrent(
  { store: before }: StoreObservation,
  now: StoreObservation | undefined,
  asked: CheckedStore,
): boolean {
  if (!now) return false;
  const [was, is] = [before.metadata, now.store.metadata];
  const endpoint = now.view.resolveEndpoint();
  return (
    was.uid === is.uid &&
    was.generation === is.generation &&
    was.deletionTimestamp === is.deletionTimestamp &&
    // A process whose endpoints are gone for the moment was asked all the same.
    (endpoint.kind === 'refused' || endpoint.endpoint.id === asked.endpoint.id)
  );
}

/** Who uses an endpoint: stores of several kinds may share one. */
function ownerOf({ kind: { kind } }: Pick<ProviderReconcileOptions, 'kind'>, key: string): string {
  return `${kind}/${objectKey(parseKey(key))}`;
}
