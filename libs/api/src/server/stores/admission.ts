import { ProviderError } from '../../contract/provider-error.ts';
import { admits, regexScopeOf } from '../../resources/namespace-admission.ts';
import type { StoreReader } from './store-reader.ts';
import { storeName, type StoreRecord } from './store-record.ts';

/** Answers by name alone, for each version of a store that was read. Holds nothing longer than the cache of stores does. */
const byName = new WeakMap<StoreRecord, Map<string, boolean>>();
/** Most namespaces that are remembered for one store. */
const REMEMBERED = 10_000;

/**
 * Refuses a namespace that a store's conditions do not admit. Conditions on names are decided by the store alone; where only labels
 * can admit it, the namespace is read, and read anew before it is refused: core, which was told of a label, must not be ahead.
 * @throws ProviderError STORE_NOT_ALLOWED, STORE_NOT_READABLE, BACKEND_UNAVAILABLE.
 */
export async function checkAdmission(
  store: StoreRecord,
  namespace: string,
  { reader, signal }: { readonly reader: StoreReader; readonly signal: AbortSignal },
): Promise<void> {
  if (store.conditions.length === 0 || admitsName(store, namespace)) return;
  if (store.conditions.some(({ namespaceSelector }) => namespaceSelector !== undefined))
    for (const anew of [false, true]) {
      const labels = await reader.namespaceLabels(namespace, { anew, signal });
      if (admits(store.conditions, { name: namespace, labels }, regexScopeOf(store.kind))) return;
    }
  throw new ProviderError('STORE_NOT_ALLOWED', `${storeName(store)} does not admit namespace ${namespace}`, {
    field: 'spec.conditions',
  });
}

function admitsName(store: StoreRecord, name: string): boolean {
  const known = byName.get(store) ?? new Map<string, boolean>();
  byName.set(store, known);
  const answer = known.get(name);
  if (answer !== undefined) return answer;
  const withoutLabels = store.conditions.map(({ namespaces, namespaceRegexes }) => ({
    ...(namespaces ? { namespaces } : {}),
    ...(namespaceRegexes ? { namespaceRegexes } : {}),
  }));
  const fresh = admits(withoutLabels, { name, labels: {} }, regexScopeOf(store.kind));
  if (known.size < REMEMBERED) known.set(name, fresh);
  return fresh;
}
