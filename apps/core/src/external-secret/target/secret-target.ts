import { type ExternalSecret, LABEL_MANAGED } from '@eso/api/resources';
import { isKubeError, type KubeClient, type KubeError, objectKey, type Secret, secrets } from '@eso/kube';
import {
  creationRule,
  decodeSecretData,
  fieldManager,
  hashOwner,
  isIntact,
  orphansOf,
  planSecret,
  type Problem,
  secretContent,
  type SecretContent,
  type SecretSnapshot,
  snapshotSecret,
  targetName,
  type ObservedTarget as Observed,
} from '@eso/sync';
import type { OwnWrites } from '../../reconcile/own-writes.ts';
import { Turns } from '../../reconcile/turns.ts';
import { beforeRefusal, type ObjectBefore, type Refused } from './refusal-text.ts';
import type { SyncTarget, TargetWrite, TargetWriteResult } from './target.ts';
import { targetKey } from './target-key.ts';
import { SECRET_WORDS } from './words.ts';
import { writeProblem } from './write-problem.ts';

/** What Secrets are read from and written to. */
export interface SecretTargetOptions {
  readonly client: KubeClient;
  readonly written: OwnWrites<SecretSnapshot>;
  /** Told of a Secret that turned out not to be as it was written; the watch may never show that state. */
  readonly drifted: (key: string) => void;
  /** Managed Secrets by `<namespace>/<hash of the owner>`. */
  readonly createdBy: (key: string) => readonly SecretSnapshot[];
}

interface SecretWrite {
  readonly es: ExternalSecret;
  readonly content: SecretContent;
  readonly signal: AbortSignal;
}

interface DoomedSecret {
  readonly namespace: string;
  readonly name: string;
  /** Only this one is deleted, not another one of that name. */
  readonly uid: string | undefined;
}

/** How often others may get in between before the pass starts over. */
const ATTEMPTS = 4;

/** The Secret of an ExternalSecret. */
export class SecretTarget implements SyncTarget {
  readonly words = SECRET_WORDS;
  readonly #options: SecretTargetOptions;
  /** By {@link targetKey}: those who share a Secret write it one after the other. */
  readonly #turns = new Turns();

  constructor(options: SecretTargetOptions) {
    this.#options = options;
  }

  /** What is wrong with the spec is found out without it. */
  problem(): undefined {
    return undefined;
  }

  async writeProblem(error: KubeError, refused: Omit<Refused, 'before'>, signal: AbortSignal): Promise<Problem> {
    const { metadata } = refused.es;
    const ref = { namespace: metadata.namespace ?? '', name: targetName(refused.es) };
    const read = async (): Promise<ObjectBefore> =>
      decodeSecretData((await this.#options.client.get(secrets, ref, { signal })).data);
    return writeProblem(error, { ...refused, before: await beforeRefusal(error, read) });
  }

  /** Always: nothing is reconciled before all Secrets are listed. */
  isWatched(): boolean {
    return true;
  }

  observed(es: ExternalSecret): SecretSnapshot | undefined {
    return this.#options.written.latest(targetKey(es));
  }

  /** As {@link planSecret} decides: from the cache where that is enough, otherwise from the Secret as the API server has it. */
  write(options: TargetWrite): Promise<TargetWriteResult> {
    return this.#turns.take(targetKey(options.es), options.signal, () => this.#write(options));
  }

  async #write(options: TargetWrite): Promise<TargetWriteResult> {
    const { es, signal } = options;
    const write = { es, signal, content: secretContent(es, options.content) };
    const snapshot = this.observed(es);
    let target: Observed = snapshot ? { kind: 'snapshot', snapshot } : { kind: 'unseen' };
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const step = await this.#step(target, write);
      if (!('target' in step)) return step;
      target = step.target;
    }
    return { kind: 'contended' };
  }

  orphans(es: ExternalSecret): readonly SecretSnapshot[] {
    if (!creationRule(es).owns) return [];
    const { namespace = '', name } = es.metadata;
    return orphansOf(es, this.#options.createdBy(`${namespace}/${hashOwner(namespace, name)}`));
  }

  async deleteOrphans({ es, signal }: Omit<TargetWrite, 'content'>): Promise<number> {
    const { namespace = '' } = es.metadata;
    let swept = 0;
    for (const { metadata } of this.orphans(es))
      if (await this.#delete({ namespace, name: metadata.name, uid: metadata.uid }, signal)) swept++;
    return swept;
  }

  /** One decision and its request; what the target turned out to be, where the decision was made on something else. */
  async #step(target: Observed, write: SecretWrite): Promise<TargetWriteResult | { readonly target: Observed }> {
    const { es, content, signal } = write;
    const plan = planSecret({ externalSecret: es, content, target });
    switch (plan.kind) {
      case 'none':
        return this.#isSeen(target) ? { kind: 'unchanged', outcome: plan.outcome } : { kind: 'contended' };
      case 'refuse':
        return { kind: 'refused', refusal: plan.refusal, error: plan.error };
      case 'read':
        return { target: await this.#read(write) };
      case 'create':
        return (await this.#create(plan.secret, write)) ? { kind: 'created' } : { target: await this.#read(write) };
      case 'update':
        return (await this.#update(plan.secret, plan.lostKeys, write)) ?? { target: { kind: 'missing' } };
      case 'delete': {
        const { namespace = '' } = es.metadata;
        const deleted = await this.#delete({ namespace, name: targetName(es), uid: plan.uid }, signal);
        return deleted ? { kind: 'deleted' } : { target: await this.#read(write) };
      }
    }
  }

  /** False when it is gone already, or somebody made another one of that name since: that one is not ours to delete. */
  async #delete({ namespace, name, uid }: DoomedSecret, signal: AbortSignal): Promise<boolean> {
    const { client, written } = this.#options;
    try {
      await client.delete(secrets, { namespace, name }, { ...(uid === undefined ? {} : { uid }), signal });
      return true;
    } catch (error) {
      if (!isKubeError(error, 'NOT_FOUND', 'CONFLICT')) throw error;
      return false;
    } finally {
      written.forget(objectKey({ namespace, name }));
    }
  }

  async #read({ es, signal }: SecretWrite): Promise<Observed> {
    const ref = { namespace: es.metadata.namespace ?? '', name: targetName(es) };
    try {
      const secret = await this.#options.client.get(secrets, ref, { signal });
      const isOurs = secret.metadata.labels?.[LABEL_MANAGED] === 'true';
      if (isOurs && !isIntact(snapshotSecret(secret))) this.#options.drifted(objectKey(secret.metadata));
      return { kind: 'live', secret };
    } catch (error) {
      if (!isKubeError(error, 'NOT_FOUND')) throw error;
      this.#options.written.forget(objectKey(ref));
      return { kind: 'missing' };
    }
  }

  /** False when there is one already, without our label, so that the cache does not show it. */
  async #create(secret: Secret, { es, signal }: SecretWrite): Promise<boolean> {
    try {
      this.#wrote(await this.#options.client.create(secrets, secret, { ...this.#as(es), signal }));
      return true;
    } catch (error) {
      if (!isKubeError(error, 'ALREADY_EXISTS')) throw error;
      return false;
    }
  }

  /** Undefined when it was deleted since it was read. */
  async #update(
    secret: Secret,
    lostKeys: readonly string[],
    { es, signal }: SecretWrite,
  ): Promise<TargetWriteResult | undefined> {
    try {
      this.#wrote(await this.#options.client.update(secrets, secret, { ...this.#as(es), signal }));
      return { kind: 'updated', lostKeys };
    } catch (error) {
      if (!isKubeError(error, 'NOT_FOUND', 'CONFLICT')) throw error;
      this.#options.written.forget(objectKey(secret.metadata));
      return error.code === 'NOT_FOUND' ? undefined : { kind: 'contended' };
    }
  }

  #wrote(secret: Secret): void {
    this.#options.written.recordWrite(objectKey(secret.metadata), snapshotSecret(secret));
  }

  /** Whether its end will be noticed. One without our label is not watched at all. */
  #isSeen(target: Observed): boolean {
    if (target.kind !== 'live' || target.secret.metadata.labels?.[LABEL_MANAGED] !== 'true') return true;
    return this.#options.written.recordRead(objectKey(target.secret.metadata), snapshotSecret(target.secret));
  }

  #as(es: ExternalSecret): { readonly fieldManager: string } {
    return { fieldManager: fieldManager(es.metadata.name) };
  }
}
