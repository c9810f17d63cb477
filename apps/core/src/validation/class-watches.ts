import { Priority, type WorkQueue } from '@eso/controller';
import { type Informer, objectKey } from '@eso/kube';
import { sameMap } from '@eso/sync';
import type { Classes } from '../store/classes.ts';
import type { NamespaceLabels } from '../store/namespace-labels.ts';
import type { Stores } from '../store/stores.ts';

/** What {@link watchClassUsers} ties together. */
export interface ClassUserWatches {
  readonly classes: Classes;
  readonly stores: Pick<Stores, 'tiedTo' | 'registry'>;
  readonly namespaces: Informer<NamespaceLabels>;
  /** By kind, of stores and classes alike. */
  readonly queues: ReadonlyMap<string, Pick<WorkQueue, 'add'>>;
}

/**
 * A class that came, went or changed concerns the stores that it serves or could serve, and the classes that claim the same. The labels
 * of a namespace decide which classes its stores may use.
 */
export function watchClassUsers({ classes, stores, namespaces, queues }: ClassUserWatches): void {
  classes.onChange((change) => {
    for (const { kind, store } of stores.tiedTo(change))
      queues.get(kind.kind)?.add(objectKey(store.metadata), { priority: Priority.changed });
    if (!change.claimsChanged) return;
    for (const { kind, metadata } of classes.rivals(change))
      queues.get(kind)?.add(objectKey(metadata), { priority: Priority.changed });
  });
  namespaces.addHandler({
    update: (before, after) => {
      if (sameMap(before.metadata.labels, after.metadata.labels)) return;
      for (const registered of stores.registry.kinds) {
        if (!registered.namespaced || !registered.classTie) continue;
        for (const { metadata } of registered.informer.store.list(after.metadata.name))
          queues.get(registered.kind)?.add(objectKey(metadata));
      }
    },
  });
}
