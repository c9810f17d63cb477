import { ProviderConditionType, ProviderReason, type ProviderStatus } from '@eso/api/resources';
import type { EventRecorder, ReconcileResult } from '@eso/controller';
import type { StatusWriter } from '../reconcile/status-writer.ts';
import type { StoreObject } from '../store/registry.ts';
import type { ProviderMetrics } from './metrics.ts';
import type { Observation } from './observation.ts';
import { conditionOf, statusAfter } from './status.ts';
import type { Verdict } from './verdict.ts';

export interface ConcluderOptions {
  readonly status: StatusWriter<StoreObject>;
  readonly events: Pick<EventRecorder, 'event'>;
  readonly metrics: ProviderMetrics;
  readonly now: () => number;
}

/** When a process that is left alone for a while is thought of again: asking the circuit breaker costs nothing. */
const NOT_ASKED_MS = 5_000;

/** Turns verdicts into what can be seen: the status, an event where the reason changes, and when to look again. */
export class Concluder {
  readonly #options: ConcluderOptions;

  constructor(options: ConcluderOptions) {
    this.#options = options;
  }

  /**
   * @param intervalMs how often a store that is well is validated
   * @param priority with which a store that was not asked is looked at again
   * @throws KubeError when the status cannot be written
   */
  async conclude(
    { key, store }: Observation,
    verdict: Verdict,
    { intervalMs, priority, signal }: { intervalMs: number; priority: number; signal: AbortSignal },
  ): Promise<ReconcileResult> {
    const generation = store.metadata.generation ?? 0;
    const status = statusAfter(store.status, verdict, { generation, now: this.#options.now() });
    const write = await this.#options.status.write(key, store, status, signal);
    if (write === 'conflict') return { kind: 'requeue' };
    if (write === 'gone') return { kind: 'done' };
    this.#show(store, status);
    if (write === 'written') this.#tell(store, status);
    switch (verdict.kind) {
      case 'valid':
      case 'unknown':
        return { kind: 'requeueAfter', ms: intervalMs };
      case 'notAsked':
        return { kind: 'requeueAfter', ms: NOT_ASKED_MS, priority };
      case 'invalid':
        return { kind: 'requeue' };
    }
  }

  #show({ metadata }: StoreObject, status: ProviderStatus | undefined): void {
    const conditions = status?.conditions ?? [];
    this.#options.metrics.conditions(metadata, conditions);
    if (!conditions.some(({ type }) => type === ProviderConditionType.validated))
      this.#options.metrics.gone(metadata, [ProviderConditionType.validated]);
  }

  #tell(store: StoreObject, after: ProviderStatus | undefined): void {
    const was = conditionOf(store.status, ProviderConditionType.ready);
    const is = conditionOf(after, ProviderConditionType.ready);
    if (!is || (was?.status === is.status && was.reason === is.reason)) return;
    const type = is.status === 'True' ? 'Normal' : 'Warning';
    this.#options.events.event(store, type, is.reason ?? ProviderReason.invalidProviderConfig, is.message ?? '');
  }
}
