import type { ProviderEndpoint } from '@eso/client';
import { type Problem, type Source, sourcesOf, SyncError } from '@eso/sync';
import type { ConsumerNamespace, StoreProviderReference, StoreRefusal, StoreView } from '../store/store-view.ts';
import { missingFeature } from './missing-feature.ts';
import type { Observation } from './observe.ts';

/** One source with everything that a call for it needs. */
export interface Call {
  readonly source: Source;
  readonly endpoint: ProviderEndpoint;
  readonly providerRef: StoreProviderReference;
  readonly sourceNamespace: string;
  /** The store as it was when the call was worked out. */
  readonly store: { readonly uid: string; readonly generation: number };
}

/** What came of looking up the stores that an ExternalSecret names. */
export type Gathered =
  | { readonly kind: 'calls'; readonly calls: readonly Call[] }
  | { readonly kind: 'refused'; readonly problem: Problem }
  /** A store that is not there yet, or that nobody has looked at yet: no fault of the user's, if both were just created. */
  | { readonly kind: 'pending'; readonly problem: Problem };

/**
 * Looks up the store of each source and checks, in this order: it exists, its conditions admit the namespace, it is ready, it
 * can do what is asked, may be referred to, its process can be found (ADR 0011).
 */
export function gather({ es, namespace, findStore }: Pick<Observation, 'es' | 'namespace' | 'findStore'>): Gathered {
  let sources: Source[];
  try {
    sources = sourcesOf(es);
  } catch (error) {
    return { kind: 'refused', problem: SyncError.from(error) };
  }
  const calls: Call[] = [];
  for (const source of sources) {
    const store = findStore(source.store);
    const call = callFor(source, store, namespace);
    if ('code' in call) {
      const pending = !store || (call.code === 'STORE_NOT_READY' && store.ready.status === 'Absent');
      return { kind: pending ? 'pending' : 'refused', problem: call };
    }
    calls.push(call);
  }
  return { kind: 'calls', calls };
}

function callFor(source: Source, store: StoreView | undefined, namespace: ConsumerNamespace): Call | Problem {
  const { field } = source.store;
  if (!store) return notFound(source, namespace.name);
  if (!store.allows(namespace))
    return {
      code: 'STORE_NOT_ALLOWED',
      field,
      publicMessage: `using cluster store "${store.name}" is not allowed from namespace "${namespace.name}": denied by spec.condition`,
      nextStep: `Use another store, or have an administrator add the namespace to spec.conditions of the ${store.kind}.`,
    };
  if (store.ready.status !== 'True') return notReady(field, store);
  const unserved = missingFeature(source, store);
  if (unserved) return unserved;
  const reference = store.reference(namespace.name);
  if (reference.kind === 'refused') return storeRefused(field, reference);
  const endpoint = store.resolveEndpoint();
  if (endpoint.kind === 'refused') return storeRefused(field, endpoint);
  const { providerRef, sourceNamespace } = reference;
  const { uid, generation } = store;
  return { source, endpoint: endpoint.endpoint, providerRef, sourceNamespace, store: { uid, generation } };
}

function storeRefused(field: string, { problem }: StoreRefusal): Problem {
  const of = problem.field === undefined ? '' : `${problem.field}: `;
  return { code: 'STORE_REFUSED', field, publicMessage: of + problem.publicMessage, nextStep: problem.nextStep };
}

function notFound({ store: { kind, name, field } }: Source, namespace: string): Problem {
  return {
    code: 'STORE_NOT_FOUND',
    field,
    publicMessage: `could not get ${kind} "${name}": it does not exist`,
    nextStep:
      kind === 'Provider' || kind === 'SecretStore'
        ? `Create it in namespace "${namespace}" or correct the reference.`
        : 'Create it or correct the reference.',
  };
}

function notReady(field: string, { kind, name, ready }: StoreView): Problem {
  const why =
    ready.status === 'Absent' ? 'it is not validated yet' : (ready.message ?? ready.reason ?? 'no reason is given');
  return {
    code: 'STORE_NOT_READY',
    field,
    publicMessage: `${kind} "${name}" is not ready: ${why}`,
    nextStep:
      ready.status === 'Absent'
        ? 'Nothing to do if it was just created; this is tried again as soon as it is ready.'
        : `Mend the ${kind}; this is tried again as soon as it is ready.`,
  };
}
