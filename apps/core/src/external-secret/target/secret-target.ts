import { type ExternalSecret, ExternalSecretMessage, LABEL_MANAGED } from '@eso/api/resources';
import { isKubeError, type KubeClient, type Secret, secrets } from '@eso/kube';
import {
  fieldManager,
  hashOwner,
  orphansOf,
  planSecret,
  type SecretSnapshot,
  snapshotSecret,
  targetName,
  type ObservedTarget as Observed,
} from '@eso/sync';
import type { OwnWrites } from '../../reconcile/own-writes.ts';
import type { SyncTarget, TargetWrite, TargetWriteResult } from './target.ts';

/** What Secrets are read from and written to. */
export interface SecretTargetOptions {
  readonly client: KubeClient;
  readonly written: OwnWrites<SecretSnapshot>;
  /** Managed Secrets by `<namespace>/<hash of the owner>`. */
  readonly createdBy: (key: string) => readonly SecretSnapshot[];
}

/** How often others may get in between before the pass starts over. */
const ATTEMPTS = 4;

/** The Secret of an ExternalSecret. */
export class SecretTarget implements SyncTarget<SecretSnapshot> {
  readonly #options: SecretTargetOptions;

  constructor(options: SecretTargetOptions) {
    this.#options = options;
  }

  observed(es: ExternalSecret): SecretSnapshot | undefined {
    return this.#options.written.latest(keyOf(es, targetName(es)));
  }

  /** As {@link planSecret} decides: from the cache where that is enough, otherwise from the Secret as the API server has it. */
  async write(options: TargetWrite): Promise<TargetWriteResult> {
    const snapshot = this.observed(options.es);
    let target: Observed = snapshot ? { kind: 'snapshot', snapshot } : { kind: 'missing' };
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const step = await this.#step(target, options);
      if (!('target' in step)) return step;
      target = step.target;
    }
    return { kind: 'contended' };
  }

  orphans(es: ExternalSecret): readonly SecretSnapshot[] {
    const { namespace = '', name } = es.metadata;
    return orphansOf(es, this.#options.createdBy(`${namespace}/${hashOwner(namespace, name)}`));
  }

  async deleteOrphans({ es, signal }: Omit<TargetWrite, 'data'>): Promise<number> {
    const { client, written } = this.#options;
    const { namespace = '' } = es.metadata;
    let swept = 0;
    for (const { metadata } of this.orphans(es)) {
      const precondition = metadata.uid === undefined ? {} : { uid: metadata.uid };
      try {
        await client.delete(secrets, { namespace, name: metadata.name }, { ...precondition, signal });
        swept++;
      } catch (error) {
        // Gone already, or somebody made another one of that name since: that one is not ours to delete.
        if (!isKubeError(error, 'NOT_FOUND', 'CONFLICT')) throw error;
      }
      written.forget(keyOf(es, metadata.name));
    }
    return swept;
  }

  /** One decision and its request; what the target turned out to be, where the decision was made on something else. */
  async #step(target: Observed, options: TargetWrite): Promise<TargetWriteResult | { readonly target: Observed }> {
    const { es, data } = options;
    const plan = planSecret({ externalSecret: es, data, target });
    switch (plan.kind) {
      case 'none':
        return this.#isWatched(target) ? { kind: 'unchanged', message: plan.message } : { kind: 'contended' };
      case 'refuse':
        return { kind: 'refused', message: plan.message, error: plan.error };
      case 'read':
        return { target: await this.#read(options) };
      case 'create':
        return (await this.#create(plan.secret, options)) ? { kind: 'created' } : { target: await this.#read(options) };
      case 'update':
        return (await this.#update(plan.secret, options)) ?? { target: { kind: 'missing' } };
    }
  }

  async #read({ es, signal }: TargetWrite): Promise<Observed> {
    const ref = { namespace: es.metadata.namespace ?? '', name: targetName(es) };
    try {
      return { kind: 'live', secret: await this.#options.client.get(secrets, ref, { signal }) };
    } catch (error) {
      if (!isKubeError(error, 'NOT_FOUND')) throw error;
      this.#options.written.forget(keyOf(es, ref.name));
      return { kind: 'missing' };
    }
  }

  /** False when there is one already, without our label, so that the cache does not show it. */
  async #create(secret: Secret, { es, signal }: TargetWrite): Promise<boolean> {
    try {
      this.#wrote(await this.#options.client.create(secrets, secret, { ...this.#as(es), signal }));
      return true;
    } catch (error) {
      if (!isKubeError(error, 'ALREADY_EXISTS')) throw error;
      return false;
    }
  }

  /** Undefined when it was deleted since it was read. */
  async #update(secret: Secret, { es, signal }: TargetWrite): Promise<TargetWriteResult | undefined> {
    try {
      this.#wrote(await this.#options.client.update(secrets, secret, { ...this.#as(es), signal }));
      return { kind: 'updated' };
    } catch (error) {
      if (!isKubeError(error, 'NOT_FOUND', 'CONFLICT')) throw error;
      this.#options.written.forget(keyOf(es, secret.metadata.name));
      return error.code === 'NOT_FOUND' ? undefined : { kind: 'contended' };
    }
  }

  #wrote(secret: Secret): void {
    this.#options.written.recordWrite(secretKey(secret), snapshotSecret(secret));
  }

  /** Whether its end will be noticed. One without our label is not watched at all. */
  #isWatched(target: Observed): boolean {
    if (target.kind !== 'live' || target.secret.metadata.labels?.[LABEL_MANAGED] !== 'true') return true;
    return this.#options.written.recordRead(secretKey(target.secret), snapshotSecret(target.secret));
  }

  #as(es: ExternalSecret): { readonly fieldManager: string } {
    return { fieldManager: fieldManager(es.metadata.name) };
  }
}

/** Whether there is a target with the values of this pass: not where it was refused, nor where there were no values. */
export function leavesTarget(written: TargetWriteResult): boolean {
  if (written.kind === 'unchanged') return written.message !== ExternalSecretMessage.retained;
  return written.kind === 'created' || written.kind === 'updated';
}

function secretKey({ metadata: { namespace = '', name } }: Secret): string {
  return `${namespace}/${name}`;
}

function keyOf({ metadata: { namespace = '' } }: ExternalSecret, name: string): string {
  return `${namespace}/${name}`;
}
