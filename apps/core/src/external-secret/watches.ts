import type { ExternalSecret } from '@eso/api/resources';
import { Priority, type WorkQueue } from '@eso/controller';
import { type Informer, objectKey } from '@eso/kube';
import { isIntact, isSameVersion, sameMap, type SecretSnapshot, storesOf, targetName } from '@eso/sync';
import type { NamespaceLabels } from '../store/namespace-labels.ts';
import type { Stores } from '../store/stores.ts';
import type { Repairs } from './repairs.ts';
import { targetKey } from './target/target-key.ts';
import { sourceIndexKeys } from './template-sources/source-refs.ts';

/** Indexes of ExternalSecrets that the watches look into. */
export const externalSecretIndexers = {
  /** {@link targetKey} */
  target: (es: ExternalSecret): string[] => [targetKey(es)],
  /** `<kind>/<namespace of the store, empty for cluster-scoped>/<name>` */
  store: (es: ExternalSecret): string[] =>
    storesOf(es).map(({ kind, name }) =>
      storeKey(kind, kind.startsWith('Cluster') ? '' : (es.metadata.namespace ?? ''), name),
    ),
  /** What its template reads. */
  templateSource: sourceIndexKeys,
};

/** What {@link watchExternalSecrets} ties together. */
export interface ExternalSecretWatches {
  readonly queue: WorkQueue;
  /** Told of Secrets that are not as they were written, and of those that have a writer less. */
  readonly repairs: Pick<Repairs, 'damaged' | 'left'>;
  readonly externalSecrets: Informer<ExternalSecret>;
  readonly secrets: Informer<SecretSnapshot>;
  readonly namespaces: Informer<NamespaceLabels>;
  readonly stores: Pick<Stores, 'onTransition'>;
}

/** What puts keys on the queue without an event of an informer. */
export interface Enqueue {
  /** The ExternalSecret with this key. */
  readonly key: (key: string) => void;
  /** Those whose target has this {@link targetKey} and is not as it was written, after a time in milliseconds; default 0. */
  readonly ownersOf: (key: string, afterMs?: number) => void;
  /** One that has to be looked at because of something that changed, or that is seen for the first time. */
  readonly changed: (es: ExternalSecret) => void;
  readonly appeared: (es: ExternalSecret) => void;
}

/** What puts an ExternalSecret on the work queue: a change of anything that its outcome depends on. */
export function watchExternalSecrets(watches: ExternalSecretWatches): Enqueue {
  const { queue, repairs, externalSecrets, secrets, namespaces, stores } = watches;
  const enqueue = (es: ExternalSecret, afterMs = 0): void =>
    queue.add(objectKey(es.metadata), { priority: hasSynced(es) ? Priority.changed : Priority.neverSynced, afterMs });
  const enqueueOwners = (key: string, afterMs?: number): void => {
    for (const es of externalSecrets.store.byIndex('target', key)) enqueue(es, afterMs);
  };

  const appeared = (es: ExternalSecret): void =>
    queue.add(objectKey(es.metadata), { priority: hasSynced(es) ? Priority.refresh : Priority.neverSynced });

  externalSecrets.addHandler({
    add: appeared,
    update: (before, after) => {
      // Status-only changes, our own above all, are no reason to look again.
      if (isChanged(before, after)) enqueue(after);
      if (targetKey(before) !== targetKey(after)) repairs.left(objectKey(before.metadata), targetKey(before));
    },
    delete: (es) => {
      const key = objectKey(es.metadata);
      repairs.left(key, targetKey(es));
      queue.add(key, { priority: Priority.changed });
    },
  });

  const damaged = (key: string, afterMs?: number): void => {
    repairs.damaged(key);
    enqueueOwners(key, afterMs);
  };
  const drifted = (secret: SecretSnapshot): void => {
    if (!isIntact(secret)) damaged(objectKey(secret.metadata));
    enqueueIfOrphaned(secret);
  };
  // Its maker looked for what it left behind at the rename, when this one was not to be seen yet.
  const enqueueIfOrphaned = ({ metadata }: SecretSnapshot): void => {
    const maker = metadata.ownerReferences?.find(({ controller }) => controller === true);
    const es = maker && externalSecrets.store.get(metadata.namespace, maker.name);
    if (es && targetName(es) !== metadata.name) enqueue(es);
  };
  secrets.addHandler({
    add: drifted,
    update: (before, after) => {
      // A list after a gap shows another one of that name; the end of the first, with the keys of all who wrote it, was no event.
      if (before.metadata.uid !== after.metadata.uid) damaged(objectKey(after.metadata));
      drifted(after);
    },
    delete: (secret) => damaged(objectKey(secret.metadata)),
  });

  const inNamespace = ({ metadata: { name } }: NamespaceLabels): ExternalSecret[] => externalSecrets.store.list(name);
  // A ClusterProvider may admit the namespace now, or no longer. Its ExternalSecrets may have been seen before it was.
  namespaces.addHandler({
    add: (namespace) => inNamespace(namespace).forEach(appeared),
    update: (before, after) => {
      if (!sameMap(before.metadata.labels, after.metadata.labels)) inNamespace(after).forEach((es) => enqueue(es));
    },
  });

  stores.onTransition(({ store }) => {
    for (const es of externalSecrets.store.byIndex('store', storeKey(store.kind, store.namespace ?? '', store.name)))
      enqueue(es);
  });
  const key = (changed: string): void => queue.add(changed, { priority: Priority.changed });
  return { key, ownersOf: damaged, changed: (es) => enqueue(es), appeared };
}

function hasSynced(es: ExternalSecret): boolean {
  return es.status?.refreshTime !== undefined;
}

function isChanged(before: ExternalSecret, after: ExternalSecret): boolean {
  return (
    !isSameVersion(before, after) ||
    before.metadata.deletionTimestamp !== after.metadata.deletionTimestamp ||
    before.metadata.uid !== after.metadata.uid
  );
}

function storeKey(kind: string, namespace: string, name: string): string {
  return `${kind}/${namespace}/${name}`;
}
