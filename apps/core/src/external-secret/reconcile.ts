import {
  type ExternalSecret,
  ExternalSecretEventMessage,
  ExternalSecretEventReason,
  ExternalSecretMessage,
  externalSecrets,
  FINALIZER_EXTERNAL_SECRET,
} from '@eso/api/resources';
import {
  type EventRecorder,
  Priority,
  type Reconcile,
  type ReconcileContext,
  type ReconcileResult,
} from '@eso/controller';
import { isKubeError, type KubeClient, KubeError } from '@eso/kube';
import type { Clock } from '@eso/runtime';
import { type Answer, type SecretData, type SecretSnapshot, type Shaper, SyncError } from '@eso/sync';
import type { StoreRevalidation } from '../provider/store-revalidation.ts';
import { type Decision, decideReconcile } from './checks.ts';
import type { Collector, SourceOutcome } from './collect.ts';
import type { ExternalSecretConcluder } from './conclude.ts';
import { isCurrent } from './current.ts';
import type { Call } from './gather.ts';
import type { ExternalSecretMetrics } from './metrics.ts';
import type { Observation, Observe } from './observe.ts';
import type { SyncVerdict } from './status.ts';
import { leavesTarget } from './target/secret-target.ts';
import type { SyncTarget, TargetWriteResult } from './target/target.ts';
import { writeProblem } from './target/write-problem.ts';

/** The steps of a sync, and what they stand on. */
export interface ReconcileOptions {
  readonly observe: Observe;
  readonly collector: Collector;
  readonly shaper: Shaper;
  readonly target: SyncTarget<SecretSnapshot>;
  readonly concluder: ExternalSecretConcluder;
  /** Asked for stores that a call failed because of. */
  readonly revalidation: Pick<StoreRevalidation, 'request'>;
  readonly client: Pick<KubeClient, 'patch'>;
  readonly events: Pick<EventRecorder, 'event'>;
  readonly metrics: ExternalSecretMetrics;
  readonly clock: Clock;
}

/** What was observed is not so any more, so nothing that was found out counts: start over at once. */
const OUTDATED: ReconcileResult = { kind: 'requeueAfter', ms: 0, priority: Priority.changed };

/**
 * Brings the target of one ExternalSecret in line with its stores: observe → decide → collect → shape → write → conclude.
 * Everything up to the decision reads caches only; a pass with nothing to do sends no request.
 */
export function externalSecretReconcile(options: ReconcileOptions): Reconcile {
  return async (key, context) => {
    const { clock, metrics } = options;
    const started = clock.monotonic();
    const [namespace = '', name = ''] = key.split('/');
    const observation = options.observe(key);
    const decision: Decision = observation ? decideReconcile(observation) : { kind: 'skip' };
    if (!observation || decision.kind === 'skip') {
      metrics.remove({ namespace, name });
      return { kind: 'done' };
    }
    let failed = true;
    try {
      const result = await new Pass(options, context, observation).run(decision);
      failed = result.kind === 'failed';
      return result;
    } finally {
      metrics.observeReconcile({ namespace, name }, clock.monotonic() - started, failed);
    }
  };
}

/** One pass over one ExternalSecret, from the decision on. */
class Pass {
  readonly #options: ReconcileOptions;
  readonly #context: ReconcileContext;
  readonly #observation: Observation;

  constructor(options: ReconcileOptions, context: ReconcileContext, observation: Observation) {
    this.#options = options;
    this.#context = context;
    this.#observation = observation;
  }

  run(decision: Exclude<Decision, { kind: 'skip' }>): Promise<ReconcileResult> {
    const { concluder } = this.#options;
    const { es } = this.#observation;
    switch (decision.kind) {
      case 'removeFinalizer':
        return this.#removeFinalizer();
      case 'upToDate':
        concluder.reportCondition(es, es.status);
        return Promise.resolve(concluder.requeueForRefresh(es, es.status));
      case 'deleteOrphans':
        return this.#deleteOrphans({ kind: 'recovered' });
      case 'wait':
        return Promise.resolve({ kind: 'requeueAfter', ms: decision.ms, priority: Priority.neverSynced });
      case 'report':
        return this.#conclude(decision.verdict);
      case 'sync':
        return this.#sync(decision.calls);
    }
  }

  async #sync(calls: readonly Call[]): Promise<ReconcileResult> {
    const { collector, observe } = this.#options;
    if (!this.#context.enter(calls.map(({ endpoint }) => endpoint.id))) return { kind: 'wait' };
    const outcomes = await collector.collect(calls);
    this.#context.leave();
    const content = await this.#shape(outcomes);
    // Between the two there was time for anything; from here on it is requests about one object.
    if (!isCurrent(this.#observation, observe(this.#observation.key), calls)) return OUTDATED;
    return content.kind === 'failed' ? this.#conclude(content) : this.#write(content.data);
  }

  /** The data that all sources together give, or why there is none. */
  async #shape(outcomes: readonly SourceOutcome[]): Promise<Content> {
    const { shaper, revalidation } = this.#options;
    const { uid = '', namespace = '', generation = 0 } = this.#observation.es.metadata;
    for (const outcome of outcomes) {
      if (outcome.kind === 'failed' && outcome.concernsStore) revalidation.request(outcome.call.providerRef);
    }
    const answers: Answer[] = [];
    for (const outcome of outcomes) {
      // Under deletionPolicy Retain what is absent fails the sync like everything else.
      if (outcome.kind !== 'data')
        return { kind: 'failed', prefix: ExternalSecretMessage.fetchFailed, problem: outcome.problem };
      answers.push(outcome.answer);
    }
    try {
      const data = await shaper.assemble(answers, this.#context.signal, { uid, namespace, generation });
      return { kind: 'content', data };
    } catch (error) {
      if (!(error instanceof SyncError)) throw error;
      return { kind: 'failed', prefix: ExternalSecretMessage.fetchFailed, problem: error };
    }
  }

  async #write(data: SecretData): Promise<ReconcileResult> {
    const { target } = this.#options;
    const { signal } = this.#context;
    const { es } = this.#observation;
    let written;
    try {
      written = await target.write({ es, data, signal });
    } catch (error) {
      return this.#refused(ExternalSecretMessage.updateFailed, error, data);
    }
    this.#recordWrite(written);
    if (written.kind === 'contended') return { kind: 'requeue' };
    if (written.kind === 'refused')
      return this.#conclude({ kind: 'failed', prefix: written.message, problem: written.error });
    const message = written.kind === 'unchanged' ? written.message : ExternalSecretMessage.synced;
    const synced: SyncVerdict = { kind: 'synced', message, bound: leavesTarget(written) };
    // Only then: a Secret under an earlier name is good until there is one under the new name.
    return synced.bound ? this.#deleteOrphans(synced) : this.#conclude(synced);
  }

  async #deleteOrphans(verdict: SyncVerdict): Promise<ReconcileResult> {
    const { es } = this.#observation;
    try {
      if ((await this.#options.target.deleteOrphans({ es, signal: this.#context.signal })) > 0)
        this.#recordEvent(ExternalSecretEventReason.deleted, ExternalSecretEventMessage.orphanDeleted);
    } catch (error) {
      return this.#refused(ExternalSecretMessage.deleteOrphansFailed, error);
    }
    return this.#conclude(verdict);
  }

  /** A request about a target failed. The pass' own end is no failure of the object. */
  #refused(prefix: ExternalSecretMessage, thrown: unknown, data?: SecretData): Promise<ReconcileResult> {
    this.#context.signal.throwIfAborted();
    const { es } = this.#observation;
    const problem = writeProblem(KubeError.from(thrown), { es, ...(data && { data }) });
    return this.#conclude({ kind: 'failed', prefix, problem });
  }

  #recordWrite({ kind }: TargetWriteResult): void {
    if (kind === 'created') this.#recordEvent(ExternalSecretEventReason.created, ExternalSecretEventMessage.created);
    if (kind === 'updated') this.#recordEvent(ExternalSecretEventReason.updated, ExternalSecretEventMessage.updated);
  }

  #recordEvent(reason: string, message: string): void {
    this.#options.events.event(this.#observation.es, 'Normal', reason, message);
  }

  #conclude(verdict: SyncVerdict): Promise<ReconcileResult> {
    return this.#options.concluder.conclude(this.#observation, verdict, this.#context.signal);
  }

  /** Lets an ExternalSecret go that an earlier installation of External Secrets put a finalizer on. */
  async #removeFinalizer(): Promise<ReconcileResult> {
    const { namespace = '', name, resourceVersion, finalizers = [] } = this.#observation.es.metadata;
    if (!finalizers.includes(FINALIZER_EXTERNAL_SECRET)) return { kind: 'done' };
    const others = finalizers.filter((finalizer) => finalizer !== FINALIZER_EXTERNAL_SECRET);
    const body = { metadata: { resourceVersion, finalizers: others } };
    try {
      const { signal } = this.#context;
      await this.#options.client.patch<ExternalSecret>(externalSecrets, { namespace, name }, body, {
        type: 'merge',
        signal,
      });
    } catch (error) {
      if (isKubeError(error, 'CONFLICT')) return { kind: 'requeue' };
      if (!isKubeError(error, 'NOT_FOUND')) throw error;
    }
    return { kind: 'done' };
  }
}

type Content = { readonly kind: 'content'; readonly data: SecretData } | Extract<SyncVerdict, { kind: 'failed' }>;
