import type { ProviderClient, ProviderEndpoint } from '@eso/client';
import { Priority, type Reconcile, type ReconcileContext, type ReconcileResult } from '@eso/controller';
import { isKubeError, type KubeClient, objectKey, parseKey } from '@eso/kube';
import type { Clock } from '@eso/runtime';
import type { StoreConcluder } from './conclude.ts';
import type { EndpointUse } from './endpoint-use.ts';
import type { ValidationMetrics } from './metrics.ts';
import type { ServiceInquiry } from './service-inquiry.ts';
import type { Checked, Look, ValidatedKind, ValidatedObject } from './validated-kind.ts';
import { refusedVerdict, type StoreVerdict } from './verdict.ts';

/** An object as the caches and our own writes show it. */
export interface ValidationObservation {
  /** `namespace/name`; of cluster-scoped ones the name alone. */
  readonly key: string;
  readonly object: ValidatedObject;
  readonly look: Look;
}

/** What the validation of one kind stands on. */
export interface ValidationOptions {
  readonly kind: Pick<ValidatedKind, 'kind' | 'type' | 'oldFinalizers'>;
  readonly observe: (key: string) => ValidationObservation | undefined;
  readonly client: Pick<KubeClient, 'patch'>;
  readonly inquiry: ServiceInquiry;
  readonly provider: (endpoint: ProviderEndpoint) => ProviderClient;
  readonly concluder: StoreConcluder;
  readonly metrics: ValidationMetrics;
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
 * Finds out whether a store, or the class of a provider, can be used and writes it into its status: observe → check → ask its process →
 * conclude. One that is not ready is looked at again after its backoff, a ready one after its interval.
 */
export function validationReconcile(options: ValidationOptions): Reconcile {
  return async (key, context) => {
    const { clock, controllerClass, metrics, endpoints } = options;
    const started = clock.monotonic();
    const observation = options.observe(key);
    if (!observation || (observation.look.controllerClass ?? controllerClass) !== controllerClass) {
      metrics.remove(parseKey(key));
      endpoints.release(ownerOf(options, key));
      return { kind: 'done' };
    }
    await removeFinalizers(options, observation, context.signal);
    let counts = true;
    try {
      const result = await pass(options, context, observation);
      // A pass that found no room was none.
      counts = result.kind !== 'wait';
      return result;
    } finally {
      if (counts) metrics.observePass(observation.object.metadata, clock.monotonic() - started);
    }
  };
}

async function pass(
  options: ValidationOptions,
  context: ReconcileContext,
  observation: ValidationObservation,
): Promise<ReconcileResult> {
  const { concluder, inquiry, endpoints } = options;
  const { object, look, key } = observation;
  const owner = ownerOf(options, key);
  const checked = look.check(options.defaultIntervalMs);
  const conclude = (verdict: StoreVerdict, intervalMs: number): Promise<ReconcileResult> =>
    concluder.conclude(key, object, verdict, {
      intervalMs,
      priority: context.priority,
      notes: look.notes(),
      signal: context.signal,
    });
  if (checked.kind === 'refused') {
    endpoints.release(owner);
    const refusal = await inquiry.explain(checked, look.dialler, context.signal);
    return conclude(refusedVerdict(refusal), options.defaultIntervalMs);
  }
  endpoints.use(owner, checked.endpoint.id);
  if (!context.enter([checked.endpoint.id])) return { kind: 'wait' };
  const verdict = await checked.ask(options.provider(checked.endpoint), context.signal);
  context.leave();
  return isCurrent(observation, options.observe(key), checked) ? conclude(verdict, checked.intervalMs) : OUTDATED;
}

/** Whether it is the same object with the same spec that was asked about, still at the same place. */
function isCurrent(
  { object: before }: ValidationObservation,
  now: ValidationObservation | undefined,
  asked: Checked,
): boolean {
  if (!now) return false;
  const [was, is] = [before.metadata, now.object.metadata];
  const endpoint = now.look.resolveEndpoint();
  return (
    was.uid === is.uid &&
    was.generation === is.generation &&
    was.deletionTimestamp === is.deletionTimestamp &&
    // A process whose endpoints are gone for the moment was asked all the same.
    (endpoint.kind === 'refused' || endpoint.endpoint.id === asked.endpoint.id)
  );
}

/** Lets go of an object that is being deleted, where an earlier installation held it for a cleanup that is not ours. */
async function removeFinalizers(
  { client, kind: { type, oldFinalizers } }: ValidationOptions,
  { object: { metadata } }: ValidationObservation,
  signal: AbortSignal,
): Promise<void> {
  const { finalizers = [], resourceVersion } = metadata;
  const kept = finalizers.filter((finalizer) => !oldFinalizers.includes(finalizer));
  if (metadata.deletionTimestamp === undefined || kept.length === finalizers.length) return;
  try {
    await client.patch(type, metadata, { metadata: { finalizers: kept, resourceVersion } }, { type: 'merge', signal });
  } catch (error) {
    // Somebody else changed it: its event brings it back.
    if (!isKubeError(error, 'NOT_FOUND', 'CONFLICT')) throw error;
  }
}

/** Who uses an endpoint: objects of several kinds may share one. */
function ownerOf({ kind: { kind } }: Pick<ValidationOptions, 'kind'>, key: string): string {
  return `${kind}/${objectKey(parseKey(key))}`;
}
