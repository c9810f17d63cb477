import { type ExternalSecret, LABEL_MANAGED } from '@eso/api/resources';
import { type Discovery, type KubeObject, objectKey, resourceName, type ResourceType } from '@eso/kube';
import type { Clock } from '@eso/runtime';
import {
  isIntact,
  type ManifestKind,
  manifestKind,
  type ManifestSnapshot,
  type Problem,
  snapshotManifest,
} from '@eso/sync';
import type { InformerPool } from '../../../informer-pool.ts';
import type { InformerProblem, PooledInformer } from '../../../informer-use.ts';
import { OwnWrites } from '../../../reconcile/own-writes.ts';
import { DriftDamper } from './drift-damper.ts';
import { discoveredProblem, discoveryProblem, followProblem, vanishedKind } from './kind-problem.ts';
import { manifestKey } from '../target-key.ts';

/** A kind whose objects are followed. */
export interface FollowedKind {
  readonly type: ResourceType;
  readonly written: OwnWrites<ManifestSnapshot>;
}

/** What is known of the kind that an ExternalSecret writes. */
export type KindState =
  /** It is being looked for, or listed for the first time; its ExternalSecrets are put on the queue when it is there. */
  | { readonly kind: 'pending' }
  | { readonly kind: 'followed'; readonly followed: FollowedKind }
  | { readonly kind: 'failed'; readonly problem: Problem };

/** What {@link ManifestKinds} stands on. */
export interface ManifestKindsOptions {
  readonly discovery: Pick<Discovery, 'find' | 'forget'>;
  readonly pool: Pick<InformerPool, 'acquire'>;
  /** Follow objects in the namespaces of their ExternalSecrets only, because there are rights in some alone. */
  readonly perNamespace: boolean;
  readonly clock: Clock;
  /** The ExternalSecret with this key (`namespace/name`) has to be looked at. */
  readonly enqueue: (key: string) => void;
  /** Those that write the object with this {@link manifestKey}, after a time in milliseconds. */
  readonly enqueueOwners: (key: string, afterMs: number) => void;
}

/** How long a failure is believed before the kind is looked for again, in milliseconds. */
const RETRY_MS = 5_000;
/** After how long those who wait for a first list are told that it fails, in milliseconds. */
const FIRST_LIST_MS = 1_000;

/**
 * The kinds that ExternalSecrets write: found when the first one names it, followed while any does, and looked for again where they are
 * not there, or not any more.
 */
export class ManifestKinds {
  readonly #options: ManifestKindsOptions;
  readonly #damper: DriftDamper;
  readonly #kinds = new Map<string, WantedKind>();
  /** By key of the ExternalSecret. */
  readonly #wanted = new Map<string, WantedKind>();

  constructor(options: ManifestKindsOptions) {
    this.#options = options;
    this.#damper = new DriftDamper(options.clock);
  }

  /** The kind that an ExternalSecret writes from now on; undefined where it writes a Secret. Looks for it where it is not known. */
  want(es: ExternalSecret): KindState | undefined {
    return this.#want(es)?.state();
  }

  /** The kind that it said to {@link want}, where that is followed. */
  followed(es: ExternalSecret): FollowedKind | undefined {
    const state = this.#wanted.get(objectKey(es.metadata))?.state();
    return state?.kind === 'followed' ? state.followed : undefined;
  }

  /** A request showed that the API server does not have the kind any more. */
  vanished(es: ExternalSecret): void {
    this.#wanted.get(objectKey(es.metadata))?.vanished();
  }

  /** An ExternalSecret writes what it wrote no longer: it is gone, or its target is another. */
  release(key: string): void {
    const wanted = this.#wanted.get(key);
    if (!wanted) return;
    this.#wanted.delete(key);
    wanted.users.delete(key);
    if (wanted.users.size > 0) return;
    this.#kinds.delete(wanted.key);
    wanted.end();
  }

  #want(es: ExternalSecret): WantedKind | undefined {
    const { namespace = '' } = es.metadata;
    const user = objectKey(es.metadata);
    const manifest = manifestKind(es);
    const scope = this.#options.perNamespace ? namespace : undefined;
    const key = manifest && [manifest.apiVersion, manifest.kind, scope ?? ''].join('|');
    const before = this.#wanted.get(user);
    if (before && before.key === key) return before;
    this.release(user);
    if (!manifest || key === undefined) return undefined;
    const wanted =
      this.#kinds.get(key) ??
      new WantedKind({ ...this.#options, damper: this.#damper, key, manifest, namespace: scope });
    this.#kinds.set(key, wanted);
    this.#wanted.set(user, wanted);
    wanted.users.add(user);
    return wanted;
  }
}

/** Failures that do not pass by themselves. */
const LASTING: ReadonlySet<string> = new Set(['FORBIDDEN', 'NOT_FOUND', 'TOO_MANY_WATCHES']);

/** What is wrong with an informer, once it is worth a word: the API server of a new kind needs a moment, and watches break. */
function lastingProblem(use: PooledInformer<ManifestSnapshot>): InformerProblem | undefined {
  const problem = use.problem();
  return problem && (LASTING.has(problem.code) || use.informer.health() !== undefined) ? problem : undefined;
}

interface WantedKindOptions extends ManifestKindsOptions {
  readonly damper: DriftDamper;
  readonly key: string;
  readonly manifest: ManifestKind;
  readonly namespace: string | undefined;
}

/** One kind, in one namespace or in all, with those who write it. */
class WantedKind {
  /** Keys of ExternalSecrets. */
  readonly users = new Set<string>();
  readonly key: string;
  readonly #options: WantedKindOptions;
  readonly #end = new AbortController();
  #followed: (FollowedKind & { readonly use: PooledInformer<ManifestSnapshot> }) | undefined;
  #failure: Problem | undefined;
  /** Monotonic time in milliseconds. */
  #lookedAt = -Infinity;
  /** Somebody was told that objects of the kind cannot be followed. */
  #complained = false;

  constructor(options: WantedKindOptions) {
    this.#options = options;
    this.key = options.key;
  }

  state(): KindState {
    if (!this.#followed) {
      this.#look();
      return this.#failure ? { kind: 'failed', problem: this.#failure } : { kind: 'pending' };
    }
    const { use, type } = this.#followed;
    const problem = lastingProblem(use);
    if (!problem) return use.informer.hasSynced ? { kind: 'followed', followed: this.#followed } : { kind: 'pending' };
    this.#complained = true;
    if (problem.code !== 'NOT_FOUND') return { kind: 'failed', problem: followProblem(type, problem) };
    // It may come back under another name in the API.
    this.vanished();
    return { kind: 'failed', problem: vanishedKind(this.#options.manifest) };
  }

  vanished(): void {
    const { discovery, manifest } = this.#options;
    discovery.forget(manifest.apiVersion);
    this.#look();
  }

  end(): void {
    this.#end.abort();
    this.#unfollow();
  }

  #look(): void {
    const now = this.#options.clock.monotonic();
    if (now - this.#lookedAt < RETRY_MS) return;
    this.#lookedAt = now;
    void this.#find().then((problem) => {
      // Whoever looked knows the old answer; those who come back by themselves would find the same one.
      const isNews = problem?.publicMessage !== this.#failure?.publicMessage;
      this.#failure = problem;
      if (isNews) this.#enqueueUsers();
    });
  }

  /** Never rejects. */
  async #find(): Promise<Problem | undefined> {
    const { discovery, manifest } = this.#options;
    try {
      const discovered = await discovery.find(manifest.apiVersion, manifest.kind, this.#end.signal);
      const problem = discoveredProblem(manifest, discovered);
      if (discovered.kind !== 'found' || this.#end.signal.aborted) return problem;
      if (!problem) this.#follow(discovered.type);
      else {
        // It is another kind than the one that was followed, or may become one that can be: the list is no news next time.
        this.#unfollow();
        discovery.forget(manifest.apiVersion);
      }
      return problem;
    } catch (error) {
      return discoveryProblem(manifest, error);
    }
  }

  #unfollow(): void {
    this.#followed?.use.release();
    this.#followed = undefined;
  }

  #follow(type: ResourceType): void {
    if (this.#followed?.type.plural === type.plural) return;
    this.#unfollow();
    const { pool, namespace, clock } = this.#options;
    const use = pool.acquire<KubeObject, ManifestSnapshot>({
      type,
      ...(namespace !== undefined && { namespace }),
      labelSelector: `${LABEL_MANAGED}=true`,
      transform: snapshotManifest,
      name: `target-${resourceName(type)}`,
    });
    const { informer } = use;
    const written = new OwnWrites<ManifestSnapshot>(informer, (_key, last) => this.#repair(last));
    this.#followed = { type, written, use };
    const drifted = (object: ManifestSnapshot): void => {
      if (!isIntact(object)) this.#repair(object);
    };
    informer.addHandler({
      add: drifted,
      update: (before, after) => {
        // A list after a gap shows another object of that name; the end of the first was no event.
        if (before.metadata.uid !== after.metadata.uid) this.#repair(after);
        else drifted(after);
      },
      delete: (object) => this.#repair(object),
    });
    informer.onProgress(() => {
      if (this.#complained) this.#enqueueUsers();
      this.#complained = false;
    });
    const { signal } = this.#end;
    informer.waitForSync(signal).then(
      () => this.#enqueueUsers(),
      () => undefined,
    );
    const cancel = clock.schedule(FIRST_LIST_MS, () => {
      if (use.problem()) this.#enqueueUsers();
    });
    signal.addEventListener('abort', cancel, { once: true });
  }

  /** Whoever writes the object has to look at it. */
  #repair({ metadata: { namespace = '', name } }: Pick<ManifestSnapshot, 'metadata'>): void {
    const { manifest, damper, enqueueOwners } = this.#options;
    const { apiVersion, kind } = manifest;
    const key = manifestKey({ apiVersion, kind, namespace, name });
    enqueueOwners(key, damper.delayMs(key));
  }

  #enqueueUsers(): void {
    if (this.#end.signal.aborted) return;
    for (const user of this.users) this.#options.enqueue(user);
  }
}
