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
  TerminalError,
} from '@eso/controller';
import { type KubeClient, KubeError } from '@eso/kube';
import type { Clock } from '@eso/runtime';
import {
  eventMessage,
  invalidSpec,
  isDue,
  isIntact,
  notBuiltYet,
  refreshTimeMs,
  requeueAfter,
  type SecretData,
  type Shaper,
  SyncError,
  targetName,
  tooMuch,
} from '@eso/sync';
import type { MutationCache } from '../mutation-cache.ts';
import type { ConsumerNamespace, StoreSelector, StoreView } from '../store/store-view.ts';
import { applyTarget, cachedTarget, deleteOrphans, leavesTarget, type SecretsView } from './apply.ts';
import type { EndpointGate } from '../endpoint-gate.ts';
import { FetchError, type Fetcher } from './fetch.ts';
import { type Call, gather } from './gather.ts';
import type { ExternalSecretMetrics } from './metrics.ts';
import { type Failure, readyOf, statusAfter, type Success } from './status.ts';

/** What the reconcile of an ExternalSecret stands on. */
export interface ReconcilerOptions {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly events: Pick<EventRecorder, 'event'>;
  readonly metrics: ExternalSecretMetrics;
  /** The informer's view of an ExternalSecret by `namespace/name`. */
  readonly externalSecret: (key: string) => ExternalSecret | undefined;
  readonly written: MutationCache<ExternalSecret>;
  readonly secrets: SecretsView;
  readonly findStore: (ref: StoreSelector, namespace: string) => StoreView | undefined;
  readonly namespace: (name: string) => ConsumerNamespace;
  readonly controllerClass: string;
  readonly gate: EndpointGate;
  readonly fetcher: Fetcher;
  readonly shaper: Shaper;
  /** Told that a call failed because of its store, so that the store is looked at again. */
  readonly doubt: (call: Call) => void;
}

/** How long a new ExternalSecret waits for a new store before it complains. */
const PATIENCE_MS = 10_000;

/** The sync of one ExternalSecret failed; the condition says why. Thrown so that the key is tried again after its backoff. */
class SyncFailed extends Error {
  override readonly name = 'SyncFailed';
}

/**
 * Brings the Secret of one ExternalSecret in line with its stores: gather → fetch → assemble → apply → status. Everything
 * up to the fetch reads caches only; a pass with nothing to do sends no request.
 */
export function externalSecretReconcile(options: ReconcilerOptions): Reconcile {
  return async (key, context) => {
    const { clock, metrics, written } = options;
    const started = clock.monotonic();
    const [namespace = '', name = ''] = key.split('/');
    const es = written.newest(key, options.externalSecret(key));
    if (!es) {
      metrics.gone({ namespace, name });
      return { kind: 'done' };
    }
    let failed = true;
    try {
      const result = await (es.metadata.deletionTimestamp === undefined
        ? new Pass(options, context, key, es).run()
        : release(options, es, context.signal));
      failed = false;
      return result;
    } finally {
      metrics.reconciled({ namespace, name }, clock.monotonic() - started, failed);
    }
  };
}

/** Lets an ExternalSecret go that an earlier installation of External Secrets put a finalizer on. */
async function release(
  { client }: ReconcilerOptions,
  es: ExternalSecret,
  signal: AbortSignal,
): Promise<ReconcileResult> {
  const { namespace = '', name, resourceVersion, finalizers = [] } = es.metadata;
  if (!finalizers.includes(FINALIZER_EXTERNAL_SECRET)) return { kind: 'done' };
  const others = finalizers.filter((finalizer) => finalizer !== FINALIZER_EXTERNAL_SECRET);
  try {
    const body = { metadata: { resourceVersion, finalizers: others } };
    await client.patch(externalSecrets, { namespace, name }, body, { type: 'merge', signal });
  } catch (error) {
    const { code } = KubeError.from(error);
    if (code === 'CONFLICT') return { kind: 'requeue' };
    if (code !== 'NOT_FOUND') throw error;
  }
  return { kind: 'done' };
}

/** One pass over one ExternalSecret. */
class Pass {
  readonly #options: ReconcilerOptions;
  readonly #context: ReconcileContext;
  readonly #key: string;
  readonly #es: ExternalSecret;
  readonly #startedAt: number;

  constructor(options: ReconcilerOptions, context: ReconcileContext, key: string, es: ExternalSecret) {
    this.#options = options;
    this.#context = context;
    this.#key = key;
    this.#es = es;
    this.#startedAt = options.clock.now();
  }

  async run(): Promise<ReconcileResult> {
    const es = this.#es;
    const invalid = tooMuch(es) ?? invalidSpec(es) ?? notBuiltYet(es);
    // Only a change of the spec can mend these, and that change comes as an event.
    if (invalid) {
      const conflict = await this.#report({
        kind: 'failure',
        prefix: ExternalSecretMessage.updateFailed,
        problem: invalid,
      });
      if (conflict) return conflict;
      throw new TerminalError(eventMessage(invalid));
    }
    if (!isDue(es, this.#startedAt).due && isIntact(cachedTarget(es, this.#options.secrets))) {
      this.#showCondition();
      return this.#again(refreshTimeMs(es));
    }
    const gathered = gather(es, {
      findStore: this.#options.findStore,
      namespace: this.#options.namespace(es.metadata.namespace ?? ''),
      controllerClass: this.#options.controllerClass,
    });
    switch (gathered.kind) {
      case 'foreign':
        return { kind: 'done' };
      case 'pending':
        // Applied together with its store: the store's turning ready puts it on the queue.
        if (this.#isNew()) return { kind: 'requeueAfter', ms: PATIENCE_MS, priority: Priority.neverSynced };
        return this.#fail(ExternalSecretMessage.fetchFailed, gathered.problem);
      case 'refused':
        return this.#fail(ExternalSecretMessage.fetchFailed, gathered.problem);
      case 'calls':
        return this.#throughGate(gathered.calls);
    }
  }

  #isNew(): boolean {
    const age = this.#startedAt - Date.parse(this.#es.metadata.creationTimestamp ?? '');
    return readyOf(this.#es.status) === undefined && age < PATIENCE_MS;
  }

  /** Waits outside, holding no worker, while too many are inside calls to the same process. */
  async #throughGate(calls: readonly Call[]): Promise<ReconcileResult> {
    const { gate } = this.#options;
    const entry = gate.enter(calls.map(({ endpoint }) => endpoint.id), this.#key, this.#context.priority); // prettier-ignore
    if (entry.kind === 'parked') return { kind: 'done' };
    try {
      const fetched = await this.#options.fetcher.fetchAll(calls);
      entry.leave();
      const { namespace = '', uid = '', generation = 0 } = this.#es.metadata;
      const object = { namespace, uid, generation };
      return await this.#write(await this.#options.shaper.assemble(fetched, this.#context.signal, object));
    } catch (error) {
      if (error instanceof FetchError) {
        if (error.concernsStore) this.#options.doubt(error.call);
        return await this.#fail(ExternalSecretMessage.fetchFailed, error.problem);
      }
      if (error instanceof SyncError) return await this.#fail(ExternalSecretMessage.fetchFailed, error);
      throw error;
    } finally {
      entry.leave();
    }
  }

  async #write(data: SecretData): Promise<ReconcileResult> {
    const { client, secrets } = this.#options;
    const { signal } = this.#context;
    const es = this.#es;
    let applied;
    try {
      applied = await applyTarget(client, secrets, { es, data, signal });
      // Only then: a Secret under an earlier name is good until there is one under the new name.
      if (leavesTarget(applied)) {
        const { deleted, event } = await deleteOrphans(client, secrets, { es, signal });
        if (deleted > 0) this.#event('Normal', ExternalSecretEventReason.deleted, event);
      }
    } catch (error) {
      return this.#failedWrite(KubeError.from(error));
    }
    switch (applied.kind) {
      case 'refused':
        return this.#fail(applied.message, applied.error);
      case 'created':
        this.#event('Normal', ExternalSecretEventReason.created, ExternalSecretEventMessage.created);
        return this.#succeed(ExternalSecretMessage.synced);
      case 'updated':
        this.#event('Normal', ExternalSecretEventReason.updated, ExternalSecretEventMessage.updated);
        return this.#succeed(ExternalSecretMessage.synced);
      case 'unchanged':
        return this.#succeed(applied.message);
    }
  }

  async #failedWrite(error: KubeError): Promise<ReconcileResult> {
    this.#options.secrets.written.forget(`${this.#es.metadata.namespace ?? ''}/${targetName(this.#es)}`);
    // Somebody wrote the Secret between our read and our write: look again.
    if (error.code === 'CONFLICT') return { kind: 'requeue' };
    const nextStep =
      error.code === 'FORBIDDEN'
        ? 'Give core the rights on Secrets of this namespace.'
        : 'This is tried again; if it lasts, see the log of core.';
    const problem = { code: error.code, field: 'spec.target', publicMessage: error.publicMessage, nextStep };
    return this.#fail(ExternalSecretMessage.updateFailed, problem);
  }

  async #succeed(message: string): Promise<ReconcileResult> {
    const bound = message !== ExternalSecretMessage.retained;
    const conflict = await this.#report({ kind: 'success', message, startedAt: this.#startedAt, bound });
    return conflict ?? this.#again(this.#startedAt);
  }

  async #fail(prefix: string, problem: Failure['problem']): Promise<ReconcileResult> {
    const conflict = await this.#report({ kind: 'failure', prefix, problem });
    if (conflict) return conflict;
    throw new SyncFailed(eventMessage(problem));
  }

  /** Writes the status where it changes, with an event where the condition does; a conflict means: start over. */
  async #report(outcome: Success | Failure): Promise<ReconcileResult | undefined> {
    const { client, clock, written } = this.#options;
    const before = this.#es.status;
    const status = statusAfter(this.#es, outcome, clock.now());
    if (status === before) {
      this.#showCondition();
      return undefined;
    }
    try {
      const updated = await client.updateStatus(
        externalSecrets,
        { ...this.#es, status },
        { signal: this.#context.signal },
      );
      written.wrote(this.#key, updated);
    } catch (error) {
      const { code } = KubeError.from(error);
      if (code === 'NOT_FOUND') return { kind: 'done' };
      if (code !== 'CONFLICT') throw error;
      written.forget(this.#key);
      return { kind: 'requeue' };
    }
    this.#showCondition(status);
    if (outcome.kind === 'failure')
      this.#event('Warning', ExternalSecretEventReason.updateFailed, eventMessage(outcome.problem));
    return undefined;
  }

  #again(refreshedAt: number | undefined): ReconcileResult {
    const requeue = requeueAfter(this.#es, refreshedAt, this.#options.clock.now());
    switch (requeue.kind) {
      case 'none':
        return { kind: 'done' };
      case 'now':
        return { kind: 'requeue' };
      case 'after':
        return { kind: 'requeueAfter', ms: requeue.ms, priority: Priority.refresh };
    }
  }

  #showCondition(status = this.#es.status): void {
    const { namespace = '', name } = this.#es.metadata;
    const ready = readyOf(status);
    if (ready) this.#options.metrics.condition({ namespace, name }, ready);
  }

  #event(type: 'Normal' | 'Warning', reason: string, message: string): void {
    this.#options.events.event(this.#es, type, reason, message);
  }
}
