import type { WorkQueue } from '@eso/controller';
import { objectKey } from '@eso/kube';
import type { StoreProviderReference } from '../store/store-view.ts';
import type { Stores } from '../store/stores.ts';

/** Where stores are found, and the work queue of each kind. */
export interface StoreRevalidationOptions {
  readonly stores: Pick<Stores, 'find'>;
  readonly queues: ReadonlyMap<string, Pick<WorkQueue, 'add'>>;
}

/** Has a store validated at once instead of after its interval, because a call on its behalf failed through its own fault. */
export class StoreRevalidation {
  readonly #options: StoreRevalidationOptions;

  constructor(options: StoreRevalidationOptions) {
    this.#options = options;
  }

  /** Enqueues the store if it counts as ready; one that is known not to be ready is validated again anyway. Never throws. */
  request({ storeRefKind, storeName, namespace }: StoreProviderReference): void {
    const { stores, queues } = this.#options;
    // A namespaced store and its config share their namespace, or are one.
    const store = stores.find({ kind: storeRefKind, name: storeName }, namespace);
    if (store?.ready.status === 'True') queues.get(storeRefKind)?.add(objectKey(store));
  }
}
