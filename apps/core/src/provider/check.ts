import { conditionsProblem, ProviderReason } from '@eso/api/resources';
import type { ProviderEndpoint } from '@eso/client';
import type { StoreObject } from '../store/registry.ts';
import type { StoreRefusal, StoreProviderReference, StoreView } from '../store/store-view.ts';
import { readRefreshInterval } from './refresh-interval.ts';

/** A store as the caches and our own writes show it. */
export interface StoreObservation {
  /** `namespace/name`; of cluster-scoped ones the name alone. */
  readonly key: string;
  readonly store: StoreObject;
  readonly view: StoreView;
}

/** Everything about a store that can be judged without asking its process. */
export interface CheckedStore {
  readonly kind: 'passed';
  readonly endpoint: ProviderEndpoint;
  readonly providerRef: StoreProviderReference;
  readonly sourceNamespace: string;
  /** How often it is validated again, in milliseconds. */
  readonly intervalMs: number;
}

/**
 * The checks of a store in the order in which a user would mend them: its own fields, what it refers to, where its
 * process is. The first one that says no decides.
 * @param defaultIntervalMs how often a store without `refreshInterval` is validated, in milliseconds
 */
export function checkStore(
  { store, view }: Pick<StoreObservation, 'store' | 'view'>,
  defaultIntervalMs: number,
): CheckedStore | StoreRefusal {
  const conditions = 'conditions' in store.spec ? conditionsProblem(store.spec.conditions) : undefined;
  if (conditions !== undefined) return invalid(conditions);
  const interval = readRefreshInterval(store.spec.refreshInterval, defaultIntervalMs);
  if (interval.kind === 'invalid') return invalid(interval.problem);
  const reference = view.validationReference();
  if (reference.kind === 'refused') return reference;
  const endpoint = view.resolveEndpoint();
  if (endpoint.kind === 'refused') return endpoint;
  const { providerRef, sourceNamespace } = reference;
  return { kind: 'passed', endpoint: endpoint.endpoint, providerRef, sourceNamespace, intervalMs: interval.ms };
}

function invalid(message: string): StoreRefusal {
  return { kind: 'refused', reason: ProviderReason.invalidProviderConfig, message };
}
