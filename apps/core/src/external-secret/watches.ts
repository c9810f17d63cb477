import type { ExternalSecret } from '@eso/api/resources';
import { Priority, type WorkQueue } from '@eso/controller';
import type { Informer } from '@eso/kube';
import { isIntact, type SecretSnapshot, storesOf, syncedResourceVersion, targetName } from '@eso/sync';
import type { MutationCache } from '../mutation-cache.ts';
import type { Stores } from '../store/stores.ts';

/** Indexes of ExternalSecrets that the watches look into. */
export const externalSecretIndexers = {
  /** `<namespace>/<target name>` */
  target: (es: ExternalSecret): string[] => [`${es.metadata.namespace ?? ''}/${targetName(es)}`],
  /** `<kind>/<namespace of the store, empty for cluster-scoped>/<name>` */
  store: (es: ExternalSecret): string[] =>
    storesOf(es).map(({ kind, name }) =>
      storeKey(kind, kind.startsWith('Cluster') ? '' : (es.metadata.namespace ?? ''), name),
    ),
};

/** What puts an ExternalSecret on the work queue (spec/core.md 1.15), and a store's becoming ready besides. */
export function watchExternalSecrets(options: {
  readonly queue: WorkQueue;
  readonly externalSecrets: Informer<ExternalSecret>;
  readonly secrets: Informer<SecretSnapshot>;
  readonly stores: Pick<Stores, 'onTransition'>;
  readonly written: {
    readonly externalSecrets: MutationCache<ExternalSecret>;
    readonly secrets: MutationCache<SecretSnapshot>;
  };
}): void {
  const { queue, externalSecrets, secrets, stores, written } = options;
  const enqueue = (es: ExternalSecret, priority: number): void => queue.add(keyOf(es), { priority });

  externalSecrets.addHandler({
    add: (es) => enqueue(es, hasSynced(es) ? Priority.refresh : Priority.neverSynced),
    update: (before, after) => {
      // Status-only changes, our own above all, are no reason to look again.
      if (isChanged(before, after)) enqueue(after, hasSynced(after) ? Priority.changed : Priority.neverSynced);
    },
    delete: (es) => {
      written.externalSecrets.forget(keyOf(es));
      enqueue(es, Priority.changed);
    },
  });

  const ownersOf = (secret: SecretSnapshot): ExternalSecret[] => externalSecrets.store.byIndex('target', keyOf(secret));
  const drifted = (secret: SecretSnapshot): void => {
    if (isIntact(secret)) return;
    for (const es of ownersOf(secret)) enqueue(es, Priority.changed);
  };
  secrets.addHandler({
    add: drifted,
    update: (_before, after) => drifted(after),
    delete: (secret) => {
      written.secrets.forget(keyOf(secret));
      for (const es of ownersOf(secret)) enqueue(es, Priority.changed);
    },
  });

  stores.onTransition(({ store }) => {
    for (const es of externalSecrets.store.byIndex('store', storeKey(store.kind, store.namespace ?? '', store.name)))
      enqueue(es, hasSynced(es) ? Priority.changed : Priority.neverSynced);
  });
}

function hasSynced(es: ExternalSecret): boolean {
  return es.status?.refreshTime !== undefined;
}

function isChanged(before: ExternalSecret, after: ExternalSecret): boolean {
  return (
    syncedResourceVersion(before) !== syncedResourceVersion(after) ||
    before.metadata.deletionTimestamp !== after.metadata.deletionTimestamp ||
    before.metadata.uid !== after.metadata.uid
  );
}

function keyOf({ metadata }: Pick<ExternalSecret, 'metadata'>): string {
  return `${metadata.namespace ?? ''}/${metadata.name}`;
}

function storeKey(kind: string, namespace: string, name: string): string {
  return `${kind}/${namespace}/${name}`;
}
