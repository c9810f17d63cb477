import { admits, type ClusterProviderClass, type ProviderClass } from '@eso/api/resources';
import type { ConsumerNamespace, StoreReadiness } from './store-view.ts';
import { readiness } from './view-parts.ts';

/** The kinds of classes. */
export type ClassKind = 'ProviderClass' | 'ClusterProviderClass';

/** A class at either scope, as it stands at the API server. */
export type ClassObject = ProviderClass | ClusterProviderClass;

/** A class as stores see it: a snapshot. */
export interface ClassView {
  readonly kind: ClassKind;
  /** Absent on ClusterProviderClasses. */
  readonly namespace?: string;
  readonly name: string;
  readonly address: string;
  readonly ready: StoreReadiness;
  /** Whether SecretStores of that namespace may use it. */
  allows(namespace: ConsumerNamespace): boolean;
}

/** The view of a class. */
export function classView(kind: ClassKind, object: ClassObject): ClassView {
  const { namespace, name } = object.metadata;
  const conditions = 'conditions' in object.spec ? object.spec.conditions : undefined;
  return {
    kind,
    ...(kind === 'ProviderClass' && namespace !== undefined ? { namespace } : {}),
    name,
    address: object.spec.address,
    ready: readiness(object),
    allows: (consumer) => (kind === 'ProviderClass' ? consumer.name === namespace : admits(conditions, consumer)),
  };
}

/** A class in the words of a message. */
export function className({ kind, name }: Pick<ClassView, 'kind' | 'name'>): string {
  return `${kind} "${name}"`;
}
