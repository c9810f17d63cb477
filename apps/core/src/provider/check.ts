import { type ClusterProvider, conditionsProblem, type Provider, ProviderReason } from '@eso/api/resources';
import type { ProviderEndpoint } from '@eso/client';
import type { Refusal, StoreProviderReference, StoreView } from '../store/store-view.ts';
import { readRefreshInterval } from './refresh-interval.ts';

/** Everything about a store that can be judged without asking its process. */
export interface Checked {
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
 */
export function check(
  store: Provider | ClusterProvider,
  view: StoreView,
  defaultIntervalMs: number,
): Checked | Refusal {
  const conditions = 'conditions' in store.spec ? conditionsProblem(store.spec.conditions) : undefined;
  if (conditions !== undefined) return invalid(conditions);
  const interval = readRefreshInterval(store.spec.refreshInterval, defaultIntervalMs);
  if (interval.kind === 'invalid') return invalid(interval.problem);
  const reference = view.validationReference();
  if (reference.kind === 'refused') return reference;
  const { endpoint } = view;
  if (endpoint.kind === 'refused') return endpoint;
  const { providerRef, sourceNamespace } = reference;
  return { kind: 'passed', endpoint: endpoint.endpoint, providerRef, sourceNamespace, intervalMs: interval.ms };
}

function invalid(message: string): Refusal {
  return { kind: 'refused', reason: ProviderReason.invalidProviderConfig, message };
}
