import type { ExternalSecret } from '@eso/api/resources';
import { Priority, type ReconcileResult } from '@eso/controller';
import { eventMessage, refreshTimeMs, requeueAfter, retryAfter } from '@eso/sync';
import type { StatusWriter } from '../reconcile/status-writer.ts';
import type { ExternalSecretMetrics } from './metrics.ts';
import type { Observation } from './observe.ts';
import type { RefreshTimes } from './refresh-times.ts';
import { externalSecretStatusAfter, readyOf, type SyncVerdict } from './status.ts';
import type { SyncEvents } from './sync-events.ts';

/** Between the end of a pass and the next refresh, where a pass takes longer than `refreshInterval`, in milliseconds. */
const LEAST_PAUSE_MS = 1_000;

/** What the outcome of a pass over an ExternalSecret is written to. */
export interface ExternalSecretConcluderOptions {
  readonly status: StatusWriter<ExternalSecret>;
  readonly events: SyncEvents;
  readonly metrics: ExternalSecretMetrics;
  /** Those that are not written each time. */
  readonly refreshTimes: RefreshTimes;
  /** Wall clock, milliseconds since the epoch. */
  readonly now: () => number;
}

/** Turns verdicts into what can be seen: the status, an event where it changes, and when to look again. */
export class ExternalSecretConcluder {
  readonly #options: ExternalSecretConcluderOptions;

  constructor(options: ExternalSecretConcluderOptions) {
    this.#options = options;
  }

  /** @throws KubeError when the status cannot be written */
  async conclude(observation: Observation, verdict: SyncVerdict, signal: AbortSignal): Promise<ReconcileResult> {
    const { key, es, words, now: startedAt } = observation;
    const status = externalSecretStatusAfter(es, { verdict, words, startedAt, now: this.#options.now() });
    const heldBack =
      verdict.kind === 'synced' && verdict.unchanged && this.#options.refreshTimes.holdBack(key, es, status);
    const write = heldBack ? 'unchanged' : await this.#options.status.write(key, es, status, signal);
    if (write === 'conflict') return { kind: 'requeue' };
    if (write === 'gone') return { kind: 'done' };
    if (write === 'written' && verdict.kind === 'failed') this.#options.events.failed(es, verdict.problem);
    this.reportCondition(es, status);
    if (verdict.kind === 'failed') {
      const { problem } = verdict;
      return { kind: 'failed', text: eventMessage(problem), again: retryAfter(problem.code, es) };
    }
    return this.requeueForRefresh(es, status);
  }

  /** Nothing is left to do before the next refresh. */
  requeueForRefresh(es: ExternalSecret, status: ExternalSecret['status']): ReconcileResult {
    const requeue = requeueAfter(es, refreshTimeMs(status), this.#options.now());
    switch (requeue.kind) {
      case 'none':
        return { kind: 'done' };
      case 'now':
        // It is late, and has not failed: a backoff would make it later with each pass.
        return { kind: 'requeueAfter', ms: LEAST_PAUSE_MS, priority: Priority.refresh };
      case 'after':
        return { kind: 'requeueAfter', ms: requeue.ms, priority: Priority.refresh };
    }
  }

  /** Shows the Ready condition as a metric. */
  reportCondition({ metadata }: ExternalSecret, status: ExternalSecret['status']): void {
    const ready = readyOf(status);
    if (ready) this.#options.metrics.setCondition(metadata, ready);
  }
}
