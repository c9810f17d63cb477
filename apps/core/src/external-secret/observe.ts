import type { ExternalSecret } from '@eso/api/resources';
import { creationRule, fieldManager, holdsShare, type TargetSnapshot } from '@eso/sync';
import type { ConsumerNamespace, StoreSelector, StoreView } from '../store/store-view.ts';
import type { Damage, Repairs } from './repairs.ts';
import type { SourceState } from './template-requests.ts';
import { targetKey } from './target/target-key.ts';
import type { SyncTarget, TargetProblem } from './target/target.ts';
import type { TargetWords } from './target/words.ts';

/** Everything that a pass knows before it asks anybody, as the caches show it at one moment. */
export interface Observation {
  /** `namespace/name` */
  readonly key: string;
  readonly es: ExternalSecret;
  /** Undefined where there is no target of that name with our label. */
  readonly target: TargetSnapshot | undefined;
  /** Why that kind of target cannot be written, as far as is known. */
  readonly targetProblem: TargetProblem | undefined;
  /** Whether the watch that `target` comes from has listed. */
  readonly isWatched: boolean;
  /** How its kind of target is spoken of. */
  readonly words: TargetWords;
  /** Damage to a target that it shares, and has not mended yet; {@link Repairs}. */
  readonly damage: Damage | undefined;
  /**
   * The target is there, others write it, too, and nothing in it is of this one: it was made anew, and who remembered that is gone. Known
   * without a memory, so that it outlives the process.
   */
  readonly isLeftOut: boolean;
  /** Targets that it made under an earlier name. */
  readonly orphans: readonly TargetSnapshot[];
  /** What became of the objects that its template reads. */
  readonly templateSources: SourceState;
  readonly namespace: ConsumerNamespace;
  /** The store that a reference of this ExternalSecret names, as it is at the time of the call. */
  readonly findStore: (ref: StoreSelector) => StoreView | undefined;
  /** Class that this installation serves; a store without a class is everybody's. */
  readonly controllerClass: string;
  /** Whether cluster-scoped stores are served. */
  readonly clusterStores: boolean;
  /** Wall clock, milliseconds since the epoch. */
  readonly now: number;
  /** Milliseconds since the first pass of this process. */
  readonly sinceStartMs: number;
}

/** Where observations come from; no call asks the API server. */
export interface ObserverOptions {
  readonly externalSecret: (key: string) => ExternalSecret | undefined;
  readonly targetOf: (
    es: ExternalSecret,
  ) => Pick<SyncTarget, 'words' | 'problem' | 'isWatched' | 'observed' | 'orphans'>;
  readonly repairs: Pick<Repairs, 'pending' | 'isShared'>;
  readonly templateSources: (es: ExternalSecret) => SourceState;
  readonly findStore: (ref: StoreSelector, namespace: string) => StoreView | undefined;
  readonly namespace: (name: string) => ConsumerNamespace;
  readonly controllerClass: string;
  readonly clusterStores: boolean;
  readonly now: () => number;
  /** Milliseconds from any moment on; never goes back. */
  readonly monotonic: () => number;
}

/** Looks at one ExternalSecret; undefined where there is none. */
export type Observe = (key: string) => Observation | undefined;

/** Makes the first step of a pass, over these caches. */
export function createObserver(options: ObserverOptions): Observe {
  let startedAt: number | undefined;
  return (key) => {
    startedAt ??= options.monotonic();
    const es = options.externalSecret(key);
    if (!es) return undefined;
    const namespace = es.metadata.namespace ?? '';
    const target = options.targetOf(es);
    // Before anything else is asked of it: a kind is followed from here on.
    const targetProblem = target.problem(es);
    const observed = target.observed(es);
    const { existing, repairs } = creationRule(es);
    const shared = targetKey(es);
    return {
      key,
      es,
      target: observed,
      targetProblem,
      isWatched: target.isWatched(es),
      words: target.words,
      damage: repairs ? options.repairs.pending(key, shared) : undefined,
      isLeftOut:
        existing === 'merge' &&
        observed !== undefined &&
        !holdsShare(observed, fieldManager(es.metadata.name)) &&
        options.repairs.isShared(shared),
      // Only one pass in some asks.
      get orphans() {
        return target.orphans(es);
      },
      templateSources: options.templateSources(es),
      namespace: options.namespace(namespace),
      findStore: (ref) => options.findStore(ref, namespace),
      controllerClass: options.controllerClass,
      clusterStores: options.clusterStores,
      now: options.now(),
      sinceStartMs: options.monotonic() - startedAt,
    };
  };
}
