/** What views of all kinds of store have in common. */
import type { StoreKind } from '@eso/api/resources';
import type { KubeObject } from '@eso/kube';
import type { StoreProblem } from '@eso/sync';
import type { StoreProviderReference, StoreReadiness, StoreRefusal, StoreView } from './store-view.ts';

/** An object whose status has conditions. */
export interface Judged {
  readonly status?: {
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: 'True' | 'False' | 'Unknown';
      readonly reason?: string;
      readonly message?: string;
    }[];
  };
}

/** A store of any kind, as far as all have the same. */
export interface AnyStore extends KubeObject, Judged {
  readonly spec: { readonly controller?: string };
  readonly status?: Judged['status'] & { readonly features?: readonly string[] };
}

/** The Ready condition of an object as a view carries it. */
export function readiness({ status }: Judged): StoreReadiness {
  const ready = status?.conditions?.find((condition) => condition.type === 'Ready');
  if (!ready) return { status: 'Absent' };
  return {
    status: ready.status,
    ...(ready.reason === undefined ? {} : { reason: ready.reason }),
    ...(ready.message === undefined ? {} : { message: ready.message }),
  };
}

/** Who a store is, and what is known of it. */
export function identityOf(
  store: AnyStore,
): Pick<StoreView, 'name' | 'uid' | 'generation' | 'controllerClass' | 'ready' | 'features'> {
  const { metadata, spec } = store;
  return {
    name: metadata.name,
    uid: metadata.uid ?? '',
    generation: metadata.generation ?? 0,
    ready: readiness(store),
    ...(store.status?.features === undefined ? {} : { features: store.status.features }),
    ...(spec.controller === undefined || spec.controller === '' ? {} : { controllerClass: spec.controller }),
  };
}

/** How a request names the store itself. */
export function wireStore(
  { metadata }: KubeObject,
  storeRefKind: StoreKind,
): Pick<StoreProviderReference, 'storeRefKind' | 'storeName' | 'storeUid' | 'storeGeneration'> {
  return {
    storeRefKind,
    storeName: metadata.name,
    storeUid: metadata.uid ?? '',
    storeGeneration: BigInt(metadata.generation ?? 0),
  };
}

/** A reference that crosses a border which it may not cross. */
export function referenceNotAllowed(field: string | undefined, publicMessage: string, nextStep: string): StoreRefusal {
  return { kind: 'refused', problem: { code: 'REFERENCE_NOT_ALLOWED', field, publicMessage, nextStep } };
}

/** What breaks a rule for stores is refused in the words of the rule. */
export function ruleRefusal({ code, field, text, nextStep }: StoreProblem): StoreRefusal {
  return { kind: 'refused', problem: { code, field, publicMessage: text, nextStep } };
}
