import { type ExternalSecret, ExternalSecretEventMessage, ExternalSecretMessage } from '@eso/api/resources';
import { type KubeClient, KubeError, type Secret, secrets } from '@eso/kube';
import {
  fieldManager,
  hashOwner,
  orphansOf,
  planSecret,
  type Plan,
  type SecretData,
  type SecretSnapshot,
  snapshotSecret,
  type SyncError,
  type Target,
  targetName,
} from '@eso/sync';
import type { MutationCache } from '../mutation-cache.ts';

/** What became of the target. */
export type Applied =
  | { readonly kind: 'created' | 'updated' }
  /** Nothing was written; `message` is that of the Ready=True condition. */
  | { readonly kind: 'unchanged'; readonly message: string }
  | { readonly kind: 'refused'; readonly message: ExternalSecretMessage; readonly error: SyncError };

/** Whether there is a target with the values of this pass: not where it was refused, nor where there were no values. */
export function leavesTarget(applied: Applied): boolean {
  return (
    applied.kind !== 'refused' && !(applied.kind === 'unchanged' && applied.message === ExternalSecretMessage.retained)
  );
}

/** The managed Secrets as core sees them: an informer's store and what core wrote since. */
export interface SecretsView {
  readonly written: MutationCache<SecretSnapshot>;
  readonly get: (namespace: string, name: string) => SecretSnapshot | undefined;
  /** Secrets by `<namespace>/<hash of the owner>`. */
  readonly createdBy: (key: string) => SecretSnapshot[];
}

/** The target as the cache shows it. */
export function cachedTarget(es: ExternalSecret, view: SecretsView): SecretSnapshot | undefined {
  const namespace = es.metadata.namespace ?? '';
  const name = targetName(es);
  return view.written.newest(`${namespace}/${name}`, view.get(namespace, name));
}

/**
 * Writes the target as {@link planSecret} decides: from the cache where that is enough, otherwise from the Secret as the
 * API server has it. Values reach the API server only; nothing of them stays here.
 * @throws KubeError of the request that failed
 */
export async function applyTarget(
  client: KubeClient,
  view: SecretsView,
  { es, data, signal }: { es: ExternalSecret; data: SecretData; signal: AbortSignal },
): Promise<Applied> {
  const snapshot = cachedTarget(es, view);
  const target: Target = snapshot ? { kind: 'snapshot', snapshot } : { kind: 'missing' };
  const write = { fieldManager: fieldManager(es.metadata.name), signal };
  const remember = (secret: Secret): void =>
    view.written.wrote(`${es.metadata.namespace ?? ''}/${secret.metadata.name}`, snapshotSecret(secret));
  const plan = planSecret({ externalSecret: es, data, target });
  switch (plan.kind) {
    case 'create':
      try {
        remember(await client.create(secrets, plan.secret, write));
        return { kind: 'created' };
      } catch (error) {
        // There is one without our label, so that the cache does not show it: look at it before touching it.
        if (KubeError.from(error).code !== 'ALREADY_EXISTS') throw error;
        return updateLive();
      }
    case 'read':
      return updateLive();
    default:
      return withoutWrite(plan);
  }

  async function updateLive(): Promise<Applied> {
    const ref = { namespace: es.metadata.namespace ?? '', name: targetName(es) };
    const live = planSecret({
      externalSecret: es,
      data,
      target: { kind: 'live', secret: await client.get(secrets, ref, { signal }) },
    });
    if (live.kind !== 'update') return withoutWrite(live);
    remember(await client.update(secrets, live.secret, write));
    return { kind: 'updated' };
  }
}

function withoutWrite(plan: Plan): Applied {
  switch (plan.kind) {
    case 'none':
      return { kind: 'unchanged', message: plan.message };
    case 'refuse':
      return { kind: 'refused', message: plan.message, error: plan.error };
    default:
      throw new Error(`planned "${plan.kind}" for a Secret that was just read`);
  }
}

/**
 * Deletes Secrets that this ExternalSecret made under an earlier target name.
 * @returns how many went, with the text of their event
 * @throws KubeError of the first delete that failed
 */
export async function deleteOrphans(
  client: KubeClient,
  view: SecretsView,
  { es, signal }: { es: ExternalSecret; signal: AbortSignal },
): Promise<{ deleted: number; event: string }> {
  const { namespace = '', name } = es.metadata;
  const orphans = orphansOf(es, view.createdBy(`${namespace}/${hashOwner(namespace, name)}`));
  for (const { metadata } of orphans) {
    const precondition = metadata.uid === undefined ? {} : { uid: metadata.uid };
    try {
      await client.delete(secrets, { namespace, name: metadata.name }, { ...precondition, signal });
    } catch (error) {
      if (KubeError.from(error).code !== 'NOT_FOUND') throw error;
    }
    view.written.forget(`${namespace}/${metadata.name}`);
  }
  return { deleted: orphans.length, event: ExternalSecretEventMessage.orphanDeleted };
}
