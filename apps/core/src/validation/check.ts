import { conditionsProblem } from '@eso/api/resources';
import type { StoreObject } from '../store/registry.ts';
import type { StoreRefusal, StoreView } from '../store/store-view.ts';
import { readRefreshInterval } from './refresh-interval.ts';
import type { Checked } from './validated-kind.ts';
import { validateStore } from './validate-store.ts';

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
  const conditions = 'conditions' in store.spec ? conditionsProblem(store.spec.conditions) : undefined;
  if (conditions) return invalid(conditions.field, conditions.what, conditions.nextStep);
  const interval = readRefreshInterval(store.spec.refreshInterval, defaultIntervalMs);
  if (interval.kind === 'invalid') return invalid('spec.refreshInterval', interval.problem, interval.nextStep);
  const question = view.validationReference();
  if (question.kind === 'refused') return question;
  const endpoint = view.resolveEndpoint();
  if (endpoint.kind === 'refused') return endpoint;
  return {
    kind: 'passed',
    endpoint: endpoint.endpoint,
    intervalMs: interval.ms,
    ask: (client, signal) => validateStore(client, question, signal),
  };
}

function invalid(field: string, publicMessage: string, nextStep: string): StoreRefusal {
  return { kind: 'refused', problem: { code: 'STORE_INVALID', field, publicMessage, nextStep } };
}
