import type { StoreObject } from '../store/registry.ts';
import type { StoreView } from '../store/store-view.ts';

/** A store as the caches and our own writes show it. */
export interface Observation {
  readonly key: string;
  readonly store: StoreObject;
  readonly view: StoreView;
}
