import type { ExternalSecret } from '@eso/api/resources';
import { isKubeError, type KubeClient, type KubeError, type KubeObject, objectKey, type ObjectRef } from '@eso/kube';
import {
  creationRule,
  fieldManager,
  manifestContent,
  type ManifestContent,
  type ManifestPlan,
  type ManifestSnapshot,
  type ObservedManifest,
  planManifest,
  type Problem,
  refuseKind,
  snapshotManifest,
  SyncError,
  targetName,
} from '@eso/sync';
import type { SyncTarget, TargetProblem, TargetWrite, TargetWriteResult } from '../target.ts';
import { beforeRefusal, leavesOf, type ObjectBefore, type Refused } from '../refusal-text.ts';
import type { TargetWords } from '../words.ts';
import { writeProblem } from '../write-problem.ts';
import type { FollowedKind, ManifestKinds } from './manifest-kinds.ts';
import { manifestProblem } from './manifest-problem.ts';
import { manifestWords } from './manifest-words.ts';
import { takeOver } from './take-over.ts';

/** What objects of any kind are read from and written to. */
export interface ManifestTargetOptions {
  readonly client: Pick<KubeClient, 'get' | 'apply' | 'patch' | 'delete'>;
  readonly kinds: Pick<ManifestKinds, 'want' | 'followed' | 'vanished'>;
  /** Whether targets other than Secrets are written at all. */
  readonly enabled: boolean;
}

interface ManifestWrite {
  readonly es: ExternalSecret;
  readonly content: ManifestContent;
  readonly followed: FollowedKind;
  readonly signal: AbortSignal;
}

/** What is known after a step, or the end. */
type Step = { readonly target: ObservedManifest } | { readonly result: TargetWriteResult };

/** How often others may get in between before the pass starts over. */
const ATTEMPTS = 5;

/** The object of an ExternalSecret, of whatever kind `spec.target.manifest` says. */
export class ManifestTarget implements SyncTarget {
  readonly words: TargetWords;
  readonly #options: ManifestTargetOptions;

  /** @param kind as the manifest says it */
  constructor(kind: string, options: ManifestTargetOptions) {
    this.words = manifestWords(kind);
    this.#options = options;
  }

  problem(es: ExternalSecret): TargetProblem | undefined {
    const refused = refuseKind(es, this.#options.enabled);
    if (refused) return { failure: 'invalidTarget', problem: refused };
    if (leavesAlone(es)) return undefined;
    const state = this.#options.kinds.want(es);
    if (state?.kind !== 'failed') return undefined;
    const failure = state.problem.code === 'TARGET_KIND_NOT_ALLOWED' ? 'invalidTarget' : 'readFailed';
    return { failure, problem: state.problem };
  }

  isWatched(es: ExternalSecret): boolean {
    return leavesAlone(es) || this.#followed(es) !== undefined;
  }

  observed(es: ExternalSecret): ManifestSnapshot | undefined {
    return this.#followed(es)?.written.latest(objectKey(refOf(es)));
  }

  /** As upstream: what it made under an earlier name, or of another kind, stays. */
  orphans(): readonly ManifestSnapshot[] {
    return [];
  }

  deleteOrphans(): Promise<number> {
    return Promise.resolve(0);
  }

  /** As {@link planManifest} decides: from the cache where that is enough, otherwise from the object as the API server has it. */
  async write({ es, content, signal }: TargetWrite): Promise<TargetWriteResult> {
    let wanted;
    try {
      wanted = manifestContent(es, content);
    } catch (error) {
      return { kind: 'refused', refusal: 'renderFailed', error: SyncError.from(error) };
    }
    if (leavesAlone(es)) return { kind: 'unchanged', outcome: 'synced' };
    const followed = this.#followed(es);
    if (!followed) return { kind: 'contended' };
    const write: ManifestWrite = { es, signal, followed, content: wanted };
    const snapshot = followed.written.latest(objectKey(refOf(es)));
    let target: ObservedManifest = snapshot ? { kind: 'known', snapshot } : { kind: 'unseen' };
    let written: TargetWriteResult | undefined;
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const plan = planManifest({ externalSecret: es, content: write.content, target });
      if (plan.kind === 'none' && written) return written;
      const step = await this.#step(plan, target, write);
      if ('result' in step) return step.result;
      if (step.target.kind === 'applied' && hasChanged(target, step.target))
        written ??= { kind: plan.kind === 'apply' && plan.creates ? 'created' : 'updated' };
      target = step.target;
    }
    // What the API server makes of it differs each time: it is written all the same.
    return written ?? { kind: 'contended' };
  }

  async writeProblem(error: KubeError, refused: Omit<Refused, 'before'>, signal: AbortSignal): Promise<Problem> {
    const followed = this.#followed(refused.es);
    if (!followed) return writeProblem(error, { ...refused, before: 'unread' });
    const { type } = followed;
    const before = await beforeRefusal(error, async () =>
      contentOf(await this.#options.client.get(type, refOf(refused.es), { signal })),
    );
    return manifestProblem(error, { ...refused, before }, type);
  }

  async #step(plan: ManifestPlan, target: ObservedManifest, write: ManifestWrite): Promise<Step> {
    switch (plan.kind) {
      case 'none':
        return {
          result: this.#isSeen(target, write) ? { kind: 'unchanged', outcome: plan.outcome } : { kind: 'contended' },
        };
      case 'refuse':
        return { result: { kind: 'refused', refusal: plan.refusal, error: plan.error } };
      case 'read':
        return { target: await this.#read(write) };
      case 'apply':
        return { target: await this.#apply(plan, write) };
      case 'delete':
        return (await this.#delete(plan.uid, write))
          ? { result: { kind: 'deleted' } }
          : { target: await this.#read(write) };
    }
  }

  async #read({ es, followed, signal }: ManifestWrite): Promise<ObservedManifest> {
    try {
      const object = await this.#options.client.get(followed.type, refOf(es), { signal });
      return { kind: 'known', snapshot: snapshotManifest(object) };
    } catch (error) {
      if (!isKubeError(error, 'NOT_FOUND')) throw error;
      followed.written.forget(objectKey(refOf(es)));
      return { kind: 'missing' };
    }
  }

  /** What the API server made of it; what is there instead, where that is another object than the plan was made for. */
  async #apply(plan: Extract<ManifestPlan, { kind: 'apply' }>, write: ManifestWrite): Promise<ObservedManifest> {
    const { es, followed, signal } = write;
    const manager = fieldManager(es.metadata.name);
    try {
      if (plan.takesOver) await this.#takeOver(manager, write);
      const options = { fieldManager: manager, force: true, signal };
      const object = await this.#options.client.apply<KubeObject>(followed.type, plan.fields, options);
      const snapshot = snapshotManifest(object);
      followed.written.recordWrite(objectKey(refOf(es)), snapshot);
      return { kind: 'applied', snapshot };
    } catch (error) {
      if (isKubeError(error, 'NOT_FOUND')) this.#options.kinds.vanished(es);
      if (!isOtherObject(error)) throw error;
      followed.written.forget(objectKey(refOf(es)));
      return this.#read(write);
    }
  }

  async #takeOver(manager: string, { es, followed, signal }: ManifestWrite): Promise<void> {
    const { client } = this.#options;
    const patch = takeOver(await client.get(followed.type, refOf(es), { signal }), manager);
    if (patch) await client.patch(followed.type, refOf(es), patch, { type: 'json', signal });
  }

  /** False when it is gone already, or somebody made another one of that name since: that one is not ours to delete. */
  async #delete(uid: string | undefined, { es, followed, signal }: ManifestWrite): Promise<boolean> {
    try {
      await this.#options.client.delete(followed.type, refOf(es), { ...(uid === undefined ? {} : { uid }), signal });
      return true;
    } catch (error) {
      if (!isKubeError(error, 'NOT_FOUND', 'CONFLICT')) throw error;
      return false;
    } finally {
      followed.written.forget(objectKey(refOf(es)));
    }
  }

  /** Whether its end will be noticed. One without our label is not followed at all. */
  #isSeen(target: ObservedManifest, { es, followed }: ManifestWrite): boolean {
    if (target.kind !== 'known' || followed.written.latest(objectKey(refOf(es))) === target.snapshot) return true;
    return followed.written.recordRead(objectKey(refOf(es)), target.snapshot);
  }

  #followed(es: ExternalSecret): FollowedKind | undefined {
    return this.#options.enabled ? this.#options.kinds.followed(es) : undefined;
  }
}

/** Whether the policy needs no object, and so no rights on its kind. */
function leavesAlone(es: ExternalSecret): boolean {
  return creationRule(es).existing === 'ignore';
}

/** Whether an apply was a write: the API server leaves an object as it is that has all of the fields already. */
function hasChanged(before: ObservedManifest, { snapshot }: { readonly snapshot: ManifestSnapshot }): boolean {
  const versionOf = ({ metadata }: ManifestSnapshot): string | undefined => metadata.resourceVersion;
  return !('snapshot' in before) || versionOf(before.snapshot) !== versionOf(snapshot);
}

/** The object that the plan was made for is gone, or another one has its name. */
function isOtherObject(error: unknown): boolean {
  if (isKubeError(error, 'CONFLICT')) return true;
  return isKubeError(error, 'INVALID') && error.causes.some(({ field }) => field === 'metadata.uid');
}

/** All texts in an object besides those that say which object it is. */
function contentOf(object: KubeObject): ObjectBefore {
  const identity = new Set(['apiVersion', 'kind', 'metadata']);
  return leavesOf(Object.fromEntries(Object.entries(object).filter(([name]) => !identity.has(name))));
}

function refOf(es: ExternalSecret): ObjectRef {
  return { namespace: es.metadata.namespace ?? '', name: targetName(es) };
}
