import { ProviderConditionType } from '@eso/api/resources';
import type { EventRecorder, ReconcileResult } from '@eso/controller';
import type { StatusWriter } from '../reconcile/status-writer.ts';
import type { ValidationMetrics } from './metrics.ts';
import { conditionOf, storeStatusAfter, type ValidationStatus } from './status.ts';
import type { StatusWords } from './status-words.ts';
import type { ValidatedObject } from './validated-kind.ts';
import type { StoreVerdict } from './verdict.ts';

/** What the outcome of a pass is written to. */
export interface StoreConcluderOptions {
  readonly status: StatusWriter<ValidatedObject>;
  readonly words: StatusWords;
  readonly events: Pick<EventRecorder, 'event'>;
  readonly metrics: ValidationMetrics;
  /** Wall clock, milliseconds since the epoch. */
  readonly now: () => number;
}

interface ConcludeOptions {
  /** How often a store that is well is validated. */
  readonly intervalMs: number;
  /** With which a store whose circuit breaker is open is requeued. */
  readonly priority: number;
  /** What core itself warns about. */
  readonly notes: readonly string[];
  readonly signal: AbortSignal;
}

/** When a store whose circuit breaker is open is looked at again, in milliseconds: asking the breaker costs nothing. */
const CIRCUIT_OPEN_REQUEUE_MS = 5_000;

const LASTING: ReadonlySet<string> = new Set([
  'STORE_INVALID',
  'REFERENCE_NOT_ALLOWED',
  'KEY_NOT_SERVED',
  'CLASS_NOT_FOUND',
  'CLASS_NOT_ALLOWED',
  'CLASS_NOT_READY',
  'CLAIM_TAKEN',
]);

/** Turns verdicts into what can be seen: the status, an event where the reason changes, and when to look again. */
export class StoreConcluder {
  readonly #options: StoreConcluderOptions;

  constructor(options: StoreConcluderOptions) {
    this.#options = options;
  }

  /** @throws KubeError when the status cannot be written */
  async conclude(
    key: string,
    store: ValidatedObject,
    verdict: StoreVerdict,
    options: ConcludeOptions,
  ): Promise<ReconcileResult> {
    const { intervalMs, priority, notes, signal } = options;
    const generation = store.metadata.generation ?? 0;
    const { words, now } = this.#options;
    const status = storeStatusAfter(store.status, verdict, { words, notes, generation, now: now() });
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
        // What only a change of something that is watched can mend comes back with that change.
        return LASTING.has(verdict.problem.code) ? { kind: 'requeueAfter', ms: intervalMs } : { kind: 'requeue' };
    }
  }

  #reportConditions({ metadata }: ValidatedObject, status: ValidationStatus | undefined): void {
    this.#options.metrics.setConditions(metadata, status?.conditions ?? []);
  }

  #recordTransition(store: ValidatedObject, after: ValidationStatus | undefined): void {
    const was = conditionOf(store.status, ProviderConditionType.ready);
    const is = conditionOf(after, ProviderConditionType.ready);
    if (!is || (was?.status === is.status && was.reason === is.reason)) return;
    const type = is.status === 'True' ? 'Normal' : 'Warning';
    this.#options.events.event(store, type, is.reason ?? this.#options.words.reasonOf(''), is.message ?? '');
  }
}
