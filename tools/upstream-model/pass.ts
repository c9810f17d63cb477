/** One pass of upstream over an ExternalSecret, as the requests it would send. */
import { dueAt } from './due.ts';
import { type Backend, type Fetched, fetched } from './fetch.ts';
import { hashOwner, versionOf } from './hash.ts';
import { CLEANUP_FINALIZER, MANAGED_LABEL, managerOf, OWNER_LABEL, PROGRAM, recordedFor } from './marks.ts';
import type { ReadyCondition, SyncedObject, SyncStatus, TargetSecret } from './objects.ts';
import type { ReadText } from './render.ts';
import { validityOf } from './valid.ts';
import { differingFields, Refusal, targetNameOf, written } from './write.ts';

/** Everything that a pass looks at. */
export interface Scene {
  readonly externalSecret: SyncedObject;
  /** Secrets of its namespace. */
  readonly secrets: readonly TargetSecret[];
  readonly backend: Backend;
  readonly read: ReadText;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** A request that upstream sends, in its order. */
export type Effect =
  | { readonly kind: 'patchExternalSecret'; readonly manager: string; readonly body: object }
  | { readonly kind: 'patchSecret'; readonly manager: string; readonly name: string; readonly body: object }
  | { readonly kind: 'createSecret' | 'updateSecret'; readonly manager: string; readonly secret: TargetSecret }
  | { readonly kind: 'deleteSecret'; readonly name: string }
  | { readonly kind: 'writeStatus'; readonly manager: string; readonly status: SyncStatus }
  | { readonly kind: 'event'; readonly reason: string; readonly message: string };

/** What a pass does. */
export interface Pass {
  /** `settled`: nothing to do. `again`: there is another pass at once. `failed`: Ready turns False. */
  readonly outcome: 'settled' | 'synced' | 'again' | 'failed';
  /** Which line of the tables made it so. */
  readonly why: string;
  readonly effects: readonly Effect[];
}

/** What upstream does when it looks at this object now. */
export function passOver(scene: Scene): Pass {
  const { externalSecret: es, now } = scene;
  const effects: Effect[] = [];
  const { finalizers = [] } = es.metadata;
  if (!finalizers.includes(CLEANUP_FINALIZER)) {
    const body = { metadata: { finalizers: [...finalizers, CLEANUP_FINALIZER] } };
    effects.push({ kind: 'patchExternalSecret', manager: PROGRAM, body });
  }
  const target = targetIn(scene);
  if (target && target.metadata.labels?.[MANAGED_LABEL] !== 'true') {
    const body = { metadata: { labels: { [MANAGED_LABEL]: 'true' } } };
    const { name } = target.metadata;
    effects.push({ kind: 'patchSecret', manager: managerOf(es.metadata.name), name, body });
    return { outcome: 'again', why: 'not labelled', effects };
  }
  const due = dueAt(es, now);
  const validity = validityOf(es, target);
  if (!due.due && validity.valid) return { outcome: 'settled', why: `${due.why}, ${validity.why}`, effects };
  const sync = syncOf(scene, target);
  return { ...sync, why: due.due ? due.why : validity.why, effects: [...effects, ...sync.effects] };
}

/** The Secret that an ExternalSecret writes, if it is there. */
export function targetIn({ externalSecret, secrets }: Pick<Scene, 'externalSecret' | 'secrets'>) {
  const name = targetNameOf(externalSecret);
  const { namespace } = externalSecret.metadata;
  return secrets.find(({ metadata }) => metadata.name === name && metadata.namespace === namespace);
}

type Sync = Omit<Pass, 'why'>;

function syncOf(scene: Scene, target: TargetSecret | undefined): Sync {
  const { externalSecret: es, backend } = scene;
  const found = fetched(es, backend);
  if (found.kind === 'failed') return failed(scene, 'could not get secret data from provider');
  const events = found.missing.map((message): Effect => ({ kind: 'event', reason: 'MissingProviderSecret', message }));
  const ended = Object.keys(found.data).length === 0 ? emptied(scene, target) : undefined;
  const { outcome, effects } = ended ?? writeOf(scene, target, found);
  return { outcome, effects: [...events, ...effects] };
}

/** Where all sources together have nothing. Undefined: goes on to the write. */
function emptied(scene: Scene, target: TargetSecret | undefined): Sync | undefined {
  const { creationPolicy = 'Owner', deletionPolicy = 'Retain' } = scene.externalSecret.spec.target ?? {};
  switch (deletionPolicy) {
    case 'Retain':
      return done(scene, [], 'SecretSynced', 'secret retained due to DeletionPolicy=Retain');
    case 'Delete': {
      if (creationPolicy !== 'Owner') return failed(scene, 'could not delete secret');
      const message = 'secret deleted due to DeletionPolicy=Delete';
      const effects: Effect[] = target
        ? [
            { kind: 'deleteSecret', name: target.metadata.name },
            { kind: 'event', reason: 'Deleted', message },
          ]
        : [];
      return done(scene, effects, 'SecretDeleted', message);
    }
    default:
      return undefined;
  }
}

/** The policies. */
function writeOf(scene: Scene, target: TargetSecret | undefined, found: Extract<Fetched, { kind: 'data' }>): Sync {
  const { externalSecret: es, read } = scene;
  const { creationPolicy = 'Owner' } = es.spec.target ?? {};
  if (creationPolicy === 'None') return done(scene, [], 'SecretSynced', 'secret synced');
  if (creationPolicy === 'Merge' && !target)
    return done(scene, [], 'SecretMissing', 'secret will not be created due to CreationPolicy=Merge');
  const orphans = creationPolicy === 'Owner' ? orphansIn(scene) : [];
  const manager = managerOf(es.metadata.name);
  try {
    const secret = written(es, target, found.data, read);
    const synced = (effects: readonly Effect[]): Sync =>
      done(scene, [...orphans, ...effects], 'SecretSynced', 'secret synced', secret.metadata.name);
    if (!target)
      return synced([
        { kind: 'createSecret', manager, secret },
        { kind: 'event', reason: 'Created', message: 'secret created' },
      ]);
    const fields = differingFields(target, secret);
    if (fields.length === 0) return synced([]);
    const update: Effect = { kind: 'updateSecret', manager, secret };
    if (target.immutable !== true)
      return synced([update, { kind: 'event', reason: 'Updated', message: 'secret updated' }]);
    // Of an immutable one the metadata alone is written; without other data there is one more pass.
    const { metadata } = secret;
    const metadataOnly: Effect = { ...update, secret: { ...target, metadata } };
    const changed = fields.some((field) => field.startsWith('metadata.')) ? [metadataOnly] : [];
    if (fields.every((field) => field.startsWith('metadata.'))) return { outcome: 'again', effects: changed };
    const refused = failed(scene, 'could not update secret, target is immutable');
    return { ...refused, effects: [...changed, ...refused.effects] };
  } catch (error) {
    return failed(scene, error instanceof Refusal ? error.message : 'could not update secret');
  }
}

/** Secrets that it made under an earlier name. */
function orphansIn({ externalSecret, secrets }: Scene): Effect[] {
  const { metadata } = externalSecret;
  return secrets
    .filter(
      (secret) =>
        secret.metadata.namespace === metadata.namespace &&
        secret.metadata.labels?.[OWNER_LABEL] === hashOwner(metadata) &&
        secret.metadata.name !== targetNameOf(externalSecret),
    )
    .flatMap(({ metadata: { name } }): Effect[] => [
      { kind: 'deleteSecret', name },
      { kind: 'event', reason: 'Deleted', message: 'secret deleted because it was orphaned' },
    ]);
}

function done(scene: Scene, effects: readonly Effect[], reason: string, message: string, bound?: string): Sync {
  const { externalSecret: es, now } = scene;
  const status: SyncStatus = {
    ...withReady(es.status, { type: 'Ready', status: 'True', reason, message }, now),
    refreshTime: seconds(now),
    syncedResourceVersion: versionOf(es.metadata),
    binding: { name: bound ?? es.status?.binding?.name ?? '' },
  };
  return { outcome: 'synced', effects: [...effects, { kind: 'writeStatus', manager: PROGRAM, status }] };
}

function failed({ externalSecret: es, now }: Scene, message: string): Sync {
  const ready = withReady(es.status, { type: 'Ready', status: 'False', reason: 'SecretSyncedError', message }, now);
  const status: SyncStatus = { ...ready, binding: { name: es.status?.binding?.name ?? '' } };
  return { outcome: 'failed', effects: [{ kind: 'writeStatus', manager: PROGRAM, status }] };
}

/** The time of a transition is that of the status, not of its words. */
function withReady(status: SyncStatus | undefined, ready: ReadyCondition, now: number): SyncStatus {
  const before = status?.conditions?.find(({ type }) => type === ready.type);
  const others = (status?.conditions ?? []).filter(({ type }) => type !== ready.type);
  const since = before?.status === ready.status ? before.lastTransitionTime : seconds(now);
  const same = before?.status === ready.status && before.reason === ready.reason && before.message === ready.message;
  const conditions = same ? status?.conditions : [...others, { ...ready, lastTransitionTime: since }];
  return { ...status, conditions: conditions ?? [] };
}

/** As Go writes a meta/v1 Time. */
const seconds = (now: number): string => new Date(now).toISOString().replace(/\.\d+Z$/, 'Z');

/** Fields of the target that upstream's next refresh would change: what is in its way back, though it is not due now. */
export function changedByRefresh(scene: Scene): string[] {
  const target = targetIn(scene);
  const { outcome, effects } = syncOf(scene, target);
  if (outcome === 'failed') return ['status'];
  return effects.flatMap((effect) => {
    if (effect.kind === 'createSecret') return ['everything'];
    if (effect.kind === 'deleteSecret') return [`deletion of ${effect.name}`];
    return effect.kind === 'updateSecret' && target ? differingFields(target, effect.secret) : [];
  });
}

/**
 * Keys that the target has from this ExternalSecret, and that upstream would not find as its own: it could not remove them when they
 * are no longer wanted.
 */
export function unrecordedKeys(scene: Scene): string[] {
  const { externalSecret: es, backend, read } = scene;
  const target = targetIn(scene);
  const found = fetched(es, backend);
  if (!target || found.kind === 'failed' || es.spec.target?.creationPolicy === 'None') return [];
  const recorded = recordedFor(es.metadata.name, target.metadata).data;
  const own = written(es, undefined, found.data, read).data ?? {};
  return Object.keys(own).filter((key) => target.data?.[key] !== undefined && !recorded.has(key));
}
