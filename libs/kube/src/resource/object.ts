/** The shapes every Kubernetes object shares (k8s.io/apimachinery meta/v1); fields that nobody here reads are left out. */

export interface OwnerReference {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller?: boolean;
  blockOwnerDeletion?: boolean;
}

/** Who last applied which fields. `fieldsV1` is a tree whose keys are `f:<name>`. */
export interface ManagedFieldsEntry {
  manager?: string;
  operation?: string;
  apiVersion?: string;
  time?: string;
  fieldsType?: string;
  fieldsV1?: Record<string, unknown>;
  subresource?: string;
}

/** meta/v1 ObjectMeta. */
export interface ObjectMeta {
  /** Empty only on an object about to be created with `generateName`. */
  name: string;
  namespace?: string;
  generateName?: string;
  uid?: string;
  /** Opaque: to be compared for equality and sent back. */
  resourceVersion?: string;
  generation?: number;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  finalizers?: string[];
  ownerReferences?: OwnerReference[];
  /** RFC 3339, whole seconds. */
  creationTimestamp?: string;
  /** Set once deletion was asked for; the object stays until its finalizers are gone. */
  deletionTimestamp?: string;
  managedFields?: ManagedFieldsEntry[];
}

/** What every object of the API has. */
export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
}

/** An entry of `status.conditions`. */
export interface Condition {
  type: string;
  status: 'True' | 'False' | 'Unknown';
  reason?: string;
  message?: string;
  lastTransitionTime?: string;
  observedGeneration?: number;
}

/** Names one object of a known kind. Cluster-scoped objects have no namespace. */
export interface ObjectRef {
  namespace?: string;
  name: string;
}

/** `namespace/name`, or `name` for a cluster-scoped object: how stores and work queues name objects. */
export function objectKey({ namespace, name }: ObjectRef): string {
  return namespace ? `${namespace}/${name}` : name;
}

/** The inverse of `objectKey`; names hold no slash (RFC 1123). */
export function parseKey(key: string): ObjectRef {
  const slash = key.indexOf('/');
  return slash < 0 ? { name: key } : { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}
