import { ProviderConditionType, ProviderReason, type ProviderStatus } from '@eso/api/resources';
import type { EventRecorder, ReconcileResult } from '@eso/controller';
import type { StatusWriter } from '../reconcile/status-writer.ts';
import type { StoreObject } from '../store/registry.ts';
import type { StoreObservation } from './check.ts';
import type { ProviderMetrics } from './metrics.ts';
import { conditionOf, storeStatusAfter } from './status.ts';
import type { StoreVerdict } from './verdict.ts';

/** What the outcome of a pass over a store is written to. */
export interface StoreConcluderOptions {
  readonly status: StatusWriter<StoreObject>;
  readonly events: Pick<EventRecorder, 'event'>;
  readonly metrics: ProviderMetrics;
  /** Wall clock, milliseconds since the epoch. */
  readonly now: () => number;
}

/** When a store whose circuit breaker is open is looked at again, in milliseconds: asking the breaker costs nothing. */
const CIRCUIT_OPEN_REQUEUE_MS = 5_000;

/** Turns verdicts into what can be seen: the status, an event where the reason changes, and when to look again. */
export class StoreConcluder {
  readonly #options: StoreConcluderOptions;

  constructor(options: StoreConcluderOptions) {
    this.#options = options;
  }

  /**
   * @param intervalMs how often a store that is well is validated
   * @param priority with which a store whose circuit breaker is open is requeued
   * @throws KubeError when the status cannot be written
   */
  async conclude(
    { key, store }: StoreObservation,
    verdict: StoreVerdict,
    { intervalMs, priority, signal }: { intervalMs: number; priority: number; signal: AbortSignal },
  ): Promise<ReconcileResult> {
    const generation = store.metadata.generation ?? 0;
    const status = storeStatusAfter(store.status, verdict, { generation, now: this.#options.now() });
    const write = await this.#options.status.write(key, store, status, signal);
    if (write === 'conflict') return { kind: 'requeue' };
    if (write === 'gone') return { kind: 'done' };
    this.#reportConditions(store, status);
    if (write === 'written') this.#recordTransition(store, status);
    switch (verdict.kind) {
      case 'valid':
      case 'unknown':
        return { kind: 'requeueAfter', ms: intervalMs };
      case 'circuitOpen':
        return { kind: 'requeueAfter', ms: CIRCUIT_OPEN_REQUEUE_MS, priority };
      case 'invalid':
        return { kind: 'requeue' };
    }
  }

  #reportConditions({ metadata }: StoreObject, status: ProviderStatus | undefined): void {
    this.#options.metrics.setConditions(metadata, status?.conditions ?? []);
  }

  #recordTransition(store: StoreObject, after: ProviderStatus | undefined): void {
    const was = conditionOf(store.status, ProviderConditionType.ready);
    const is = conditionOf(after, ProviderConditionType.ready);
    if (!is || (was?.status === is.status && was.reason === is.reason)) return;
    const type = is.status === 'True' ? 'Normal' : 'Warning';
    this.#options.events.event(store, type, is.reason ?? ProviderReason.invalidProviderConfig, is.message ?? '');
  }
}
