import { type ExternalSecret, externalSecrets, FINALIZER_EXTERNAL_SECRET } from '@eso/api/resources';
import { isInterrupted, Priority, type Reconcile, type ReconcileContext, type ReconcileResult } from '@eso/controller';
import { isKubeError, type KubeClient, KubeError, parseKey } from '@eso/kube';
import type { Clock } from '@eso/runtime';
import {
  type Answer,
  deletionRule,
  eventMessage,
  isAtRest,
  type Problem,
  retryAfter,
  type ShapedContent,
  type Shaper,
  SyncError,
} from '@eso/sync';
import type { StoreRevalidation } from '../validation/store-revalidation.ts';
import { type Decision, decideReconcile } from './checks.ts';
import type { Collector, SourceOutcome } from './collect.ts';
import type { ExternalSecretConcluder } from './conclude.ts';
import { isCurrent } from './current.ts';
import type { Call } from './gather.ts';
import type { ExternalSecretMetrics, PassOutcome } from './metrics.ts';
import type { Observation, Observe } from './observe.ts';
import type { Damage, Repairs } from './repairs.ts';
import { mayWait } from './may-wait.ts';
import type { SyncVerdict } from './status.ts';
import type { SyncEvents } from './sync-events.ts';
import { targetKey } from './target/target-key.ts';
import type { SyncTarget } from './target/target.ts';
import type { SyncFailure } from './target/words.ts';
import type { PreparedTemplate, TemplateRequests } from './template-requests.ts';
import { leavesOrphans, writtenVerdict } from './written-verdict.ts';

/** The steps of a sync, and what they stand on. */
export interface ReconcileOptions {
  readonly observe: Observe;
  readonly collector: Collector;
  readonly shaper: Shaper;
  readonly targetOf: (es: ExternalSecret) => SyncTarget;
  readonly templates: TemplateRequests;
  readonly concluder: ExternalSecretConcluder;
  /** Asked for stores that a call failed because of. */
  readonly revalidation: Pick<StoreRevalidation, 'request'>;
  readonly client: Pick<KubeClient, 'patch'>;
  readonly events: SyncEvents;
  /** Told of targets that are not as they were written, and of those that were mended. */
  readonly repairs: Pick<Repairs, 'damaged' | 'mended'>;
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
    const observation = options.observe(key);
    const decision: Decision = observation ? decideReconcile(observation) : { kind: 'skip' };
    const object = observation?.es.metadata ?? parseKey(key);
    const record = (outcome: PassOutcome): void =>
      metrics.observeReconcile(object, outcome, clock.monotonic() - started);
    if (!observation || decision.kind === 'skip') {
      record(observation ? 'skipped' : 'gone');
      return { kind: 'done' };
    }
    let outcome: PassOutcome | undefined = 'failed';
    try {
      const result = await new Pass(options, context, observation).run(decision);
      // A pass that found no room was none.
      outcome = result.kind === 'wait' ? undefined : result.kind === 'failed' ? 'failed' : 'passed';
      return result;
    } catch (error) {
      if (isInterrupted(context.signal)) outcome = undefined;
      throw error;
    } finally {
      if (outcome) record(outcome);
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
        return Promise.resolve({
          kind: 'requeueAfter',
          ms: decision.ms,
          priority: es.status?.refreshTime === undefined ? Priority.neverSynced : Priority.changed,
        });
      case 'report':
        return this.#conclude(decision.verdict);
      case 'sync':
        return this.#sync(decision.calls);
    }
  }

  async #sync(calls: readonly Call[]): Promise<ReconcileResult> {
    const { collector, observe, repairs } = this.#options;
    const { key, es, target } = this.#observation;
    // Whoever else writes this target finds it whole again after this pass, and has to know that it was not.
    const damage = this.#observation.damage ?? (isAtRest(es, target) ? undefined : repairs.damaged(targetKey(es)));
    if (!this.#context.enter(calls.map(({ endpoint }) => endpoint.id))) return { kind: 'wait' };
    const outcomes = await collector.collect(calls);
    this.#context.leave();
    const content = await this.#shape(outcomes);
    // Between the two there was time for anything; from here on it is requests about one object.
    if (!isCurrent(this.#observation, observe(key), calls)) return OUTDATED;
    if (content.kind === 'content') return this.#write(content, damage);
    const { problem } = content;
    if (mayWait(problem, this.#observation))
      return { kind: 'failed', text: eventMessage(problem), again: retryAfter(problem.code, es) };
    return this.#conclude(content);
  }

  /** What all sources together give, rendered, or why there is none. */
  async #shape(outcomes: readonly SourceOutcome[]): Promise<Shaped> {
    const { shaper, templates } = this.#options;
    const { es } = this.#observation;
    const { uid = '', namespace = '', generation = 0 } = es.metadata;
    const { signal } = this.#context;
    const answers = this.#answersOf(outcomes);
    if ('problem' in answers) return { kind: 'failed', failure: 'fetchFailed', problem: answers.problem };
    // What is not rendered needs nothing of what the template reads: a target goes although a ConfigMap has gone before it.
    const renders = deletionRule(es).nothingFetched === 'write' || !answers.every(isEmpty);
    const prepared = renders ? await templates.requestFor(es, signal) : undefined;
    if (prepared && 'problem' in prepared)
      return { kind: 'failed', failure: 'renderFailed', problem: prepared.problem };
    try {
      const object = { uid, namespace, generation };
      const request = { answers, ...(prepared && { template: prepared.request }) };
      return { kind: 'content', content: await shaper.shape(request, signal, object), prepared };
    } catch (error) {
      if (!(error instanceof SyncError)) throw error;
      // What is wrong with the template is no fault of what was fetched.
      const failure = error.field.startsWith('spec.target') ? 'renderFailed' : 'fetchFailed';
      return { kind: 'failed', failure, problem: error };
    }
  }

  /** The answers of those sources that have one, or the problem of the first one that must not be without. */
  #answersOf(outcomes: readonly SourceOutcome[]): readonly Answer[] | { readonly problem: Problem } {
    const { revalidation, events } = this.#options;
    const { es } = this.#observation;
    for (const outcome of outcomes)
      if (outcome.kind === 'failed' && outcome.concernsStore) revalidation.request(outcome.call.providerRef);
    const skips = deletionRule(es).absentSource === 'skip';
    // Absent and failed are different things: what failed may be there, and must not take anything away.
    const fatal = outcomes.find(({ kind }) => kind === 'failed' || (kind === 'absent' && !skips));
    if (fatal && fatal.kind !== 'data') return fatal;
    const answers: Answer[] = [];
    for (const outcome of outcomes) {
      if (outcome.kind === 'data') answers.push(outcome.answer);
      else events.sourceMissing(es, outcome.call.source);
    }
    return answers;
  }

  async #write({ content, prepared }: ShapedTarget, damage: Damage | undefined): Promise<ReconcileResult> {
    const { targetOf, events, templates } = this.#options;
    const { signal } = this.#context;
    const { key, es, words } = this.#observation;
    let written;
    try {
      written = await targetOf(es).write({ es, content, signal });
    } catch (error) {
      return this.#refused('updateFailed', error, content);
    }
    events.written(es, words, written);
    const verdict = writtenVerdict(es, written);
    if (!verdict) return { kind: 'requeue' };
    if (verdict.kind === 'synced') this.#options.repairs.mended(key, damage);
    if (verdict.kind !== 'failed') templates.rendered(es, prepared);
    return leavesOrphans(verdict) ? this.#deleteOrphans(verdict) : this.#conclude(verdict);
  }

  async #deleteOrphans(verdict: SyncVerdict): Promise<ReconcileResult> {
    const { targetOf, events } = this.#options;
    const { es, words } = this.#observation;
    try {
      const swept = await targetOf(es).deleteOrphans({ es, signal: this.#context.signal });
      if (swept > 0) events.orphansDeleted(es, words);
    } catch (error) {
      return this.#refused('deleteOrphansFailed', error);
    }
    return this.#conclude(verdict);
  }

  /** A request about a target failed. The pass' own end is no failure of the object. */
  async #refused(failure: SyncFailure, thrown: unknown, content?: ShapedContent): Promise<ReconcileResult> {
    const { signal } = this.#context;
    signal.throwIfAborted();
    const { es } = this.#observation;
    const refused = { es, ...(content && { content }) };
    const problem = await this.#options.targetOf(es).writeProblem(KubeError.from(thrown), refused, signal);
    return this.#conclude({ kind: 'failed', failure, problem });
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

interface ShapedTarget {
  readonly kind: 'content';
  readonly content: ShapedContent;
  readonly prepared: PreparedTemplate | undefined;
}

type Shaped = ShapedTarget | Extract<SyncVerdict, { kind: 'failed' }>;

/** A source that is there and has nothing. */
function isEmpty(answer: Answer): boolean {
  return 'values' in answer && answer.values.size === 0;
}
