import { type KubeClient, type KubeObject, resourceName } from '@eso/kube';
import { type Clock, gaugeOf, type Logger, Permits, type Registry } from '@eso/runtime';
import { type InformerUse, InformerUser, type PooledInformer, type UsedInformer } from './informer-use.ts';
import { keyOfUse, type PoolEntry, SharedInformer } from './shared-informer.ts';

/** What an {@link InformerPool} follows things with, and how much it may follow. */
export interface InformerPoolOptions {
  readonly client: KubeClient;
  /** Namespaces that this process has rights in; undefined = all. */
  readonly tenants: readonly string[] | undefined;
  /** Ends everything. */
  readonly lifetime: AbortSignal;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly registry: Registry;
  /** How long an informer without users goes on, so that one who comes back need not list again, in milliseconds. Default 30,000. */
  readonly lingerMs?: number;
  /** Watches at once, from 1; whoever comes beyond waits for a place. Default 1,000. */
  readonly maxWatches?: number;
}

const LINGER_MS = 30_000;
const MAX_WATCHES = 1_000;
/** Lists of one kind at a time. */
const LISTS_PER_KIND = 2;

/**
 * Informers that come and go with their users: the first starts one, and some time after the last has gone it ends, with its watch, its
 * objects and its series. One for each kind, namespace (or all) and form.
 *
 * What one of them fails at is told to its users ({@link PooledInformer.problem}), who chose the kind; readiness is about what all depend on.
 */
export class InformerPool {
  readonly #options: InformerPoolOptions;
  readonly #informers = new Map<string, PoolEntry>();
  /** In the order in which they came. */
  readonly #waiting = new Set<PoolEntry>();
  /** The longest without users first; the function cancels its end. */
  readonly #lingering = new Map<PoolEntry, () => void>();
  /** By kind: one whose server hangs keeps nobody waiting, neither another kind nor what core itself stands on. */
  readonly #permits = new Map<string, Permits>();
  #watches = 0;

  constructor(options: InformerPoolOptions) {
    this.#options = options;
    const watches = gaugeOf(options.registry, {
      name: 'informer_pool_watches',
      help: 'Watches on what ExternalSecrets refer to, by what becomes of them: running, lingering (nobody needs it any more), waiting (for a place).',
      labelNames: ['state'],
      collect: () => {
        const lingering = sumOfWatches(this.#lingering.keys());
        watches.set({ state: 'running' }, this.#watches - lingering);
        watches.set({ state: 'lingering' }, lingering);
        watches.set({ state: 'waiting' }, sumOfWatches(this.#waiting));
      },
    });
    options.lifetime.addEventListener('abort', () => this.#endAll(), { once: true });
  }

  /**
   * A use of the informer for this, which begins now or, where there are too many, when there is a place.
   * @throws RangeError for a namespace that is not served, or for another transform than that of those who share it
   */
  acquire<O extends KubeObject, T = O>(use: InformerUse<O, T>): PooledInformer<T> {
    const { tenants } = this.#options;
    if (use.namespace !== undefined && tenants && !tenants.includes(use.namespace))
      throw new RangeError(`namespace ${use.namespace} is not among those served`);
    const shared = this.#shared(use);
    this.#lingering.get(shared)?.();
    this.#lingering.delete(shared);
    return new InformerUser(shared, () => this.#leave(shared));
  }

  /** Why what is kept may be out of date, where that is more than a failure of the kind that somebody chose. */
  health(): string | undefined {
    for (const shared of this.#informers.values()) {
      const reason = shared.health();
      if (reason !== undefined) return reason;
    }
    return undefined;
  }

  #shared<O extends KubeObject, T>(use: InformerUse<O, T>): UsedEntry<T> {
    const known = this.#informers.get(keyOfUse(use));
    if (known) return sharedBy(known, use);
    const { client, tenants, clock, logger, registry, maxWatches = MAX_WATCHES } = this.#options;
    const namespaces = use.namespace === undefined ? tenants : [use.namespace];
    const listPermits = this.#permitsOf(resourceName(use.type));
    const shared = new SharedInformer({ client, use, namespaces, clock, logger, registry, listPermits });
    this.#informers.set(shared.key, shared);
    this.#waiting.add(shared);
    this.#startWaiting();
    if (shared.state === 'waiting')
      logger.warn(
        { resource: use.name, maxWatches },
        'as many watches are open as may be: another one waits for a place',
      );
    return shared;
  }

  #permitsOf(kind: string): Permits {
    const permits = this.#permits.get(kind) ?? new Permits(LISTS_PER_KIND);
    this.#permits.set(kind, permits);
    return permits;
  }

  #leave(shared: PoolEntry): void {
    if (shared.users > 0 || this.#options.lifetime.aborted) return;
    if (shared.state === 'waiting') {
      this.#end(shared);
      return;
    }
    const { clock, lingerMs = LINGER_MS } = this.#options;
    this.#lingering.set(
      shared,
      clock.schedule(lingerMs, () => this.#end(shared)),
    );
    this.#startWaiting();
  }

  /** In the order of arrival, so that nobody waits for ever; what nobody needs makes room. */
  #startWaiting(): void {
    const { lifetime, maxWatches = MAX_WATCHES } = this.#options;
    for (const next of this.#waiting) {
      for (const [idle] of this.#lingering) if (this.#watches + next.watches > maxWatches) this.#stop(idle);
      // One that alone is more than may be has to be let in by itself.
      if (lifetime.aborted || (this.#watches > 0 && this.#watches + next.watches > maxWatches)) return;
      this.#waiting.delete(next);
      this.#watches += next.watches;
      next.start();
    }
  }

  #end(shared: PoolEntry): void {
    this.#stop(shared);
    this.#startWaiting();
  }

  #stop(shared: PoolEntry): void {
    this.#lingering.get(shared)?.();
    this.#lingering.delete(shared);
    this.#informers.delete(shared.key);
    if (!this.#waiting.delete(shared)) this.#watches -= shared.watches;
    shared.stop();
  }

  #endAll(): void {
    for (const shared of this.#informers.values()) this.#stop(shared);
  }
}

/** What has the same key is about the same kind of objects; with the same transform it keeps the same of them. */
function sharedBy<O extends KubeObject, T>(entry: PoolEntry, use: InformerUse<O, T>): UsedEntry<T> {
  if (entry.transform === use.transform) return entry as UsedEntry<T>;
  throw new RangeError(`${use.name}: the same name for another transform of ${resourceName(use.type)}`);
}

type UsedEntry<T> = PoolEntry & UsedInformer<T>;

function sumOfWatches(entries: Iterable<PoolEntry>): number {
  let sum = 0;
  for (const { watches } of entries) sum += watches;
  return sum;
}
