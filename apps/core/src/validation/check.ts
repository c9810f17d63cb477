import { readRefreshInterval, storeProblems } from '@eso/sync';
import type { StoreObject } from '../store/registry.ts';
import type { StoreRefusal, StoreView } from '../store/store-view.ts';
import { ruleRefusal } from '../store/view-parts.ts';
import type { Checked } from './validated-kind.ts';
import { validateStore } from './validate-store.ts';

/** However short an interval a tenant writes, his store is asked about no oftener, in milliseconds. */
const MIN_INTERVAL_MS = 1_000;

/** A store as the caches and our own writes show it. */
export interface StoreObservation {
  readonly store: StoreObject;
  readonly view: StoreView;
}

/**
 * The checks of a store in the order in which a user would mend them: its own fields, what it refers to, where its
 * process is. The first one that says no decides.
 * @param defaultIntervalMs how often a store without `refreshInterval` is validated, in milliseconds
 */
export function checkStore({ store, view }: StoreObservation, defaultIntervalMs: number): Checked | StoreRefusal {
  const [broken] = storeProblems(view.kind, store);
  if (broken) return ruleRefusal(broken);
  const question = view.validationReference();
  if (question.kind === 'refused') return question;
  const endpoint = view.resolveEndpoint();
  if (endpoint.kind === 'refused') return endpoint;
  const interval = readRefreshInterval(store.spec.refreshInterval, defaultIntervalMs);
  return {
    kind: 'passed',
    endpoint: endpoint.endpoint,
    intervalMs: Math.max(MIN_INTERVAL_MS, interval.kind === 'interval' ? interval.ms : defaultIntervalMs),
    ask: (client, signal) => validateStore(client, question, signal),
  };
}
