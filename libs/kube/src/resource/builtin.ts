import type { Condition, KubeObject, ObjectMeta } from './object.ts';
import { resourceType } from './resource-type.ts';

/** Kubernetes' own kinds, with the fields that are read or written here. */

export interface Secret extends KubeObject {
  /** Values in base64. */
  data?: Record<string, string>;
  /** Values as text; the API server moves them to `data`. */
  stringData?: Record<string, string>;
  type?: string;
  immutable?: boolean;
}

/** The v1 ConfigMap. */
export interface ConfigMap extends KubeObject {
  data?: Record<string, string>;
  binaryData?: Record<string, string>;
  immutable?: boolean;
}

/** The v1 Namespace. */
export interface Namespace extends KubeObject {
  status?: { phase?: 'Active' | 'Terminating' };
}

/** A port of a {@link Service}. */
export interface ServicePort {
  name?: string;
  port: number;
  targetPort?: number | string;
  protocol?: 'TCP' | 'UDP' | 'SCTP';
  appProtocol?: string;
}

/** The v1 Service. */
export interface Service extends KubeObject {
  spec?: {
    type?: 'ClusterIP' | 'NodePort' | 'LoadBalancer' | 'ExternalName';
    clusterIP?: string;
    externalName?: string;
    ports?: ServicePort[];
    selector?: Record<string, string>;
  };
}

/** The v1 ServiceAccount. */
export interface ServiceAccount extends KubeObject {
  automountServiceAccountToken?: boolean;
}

/** One pod, or other backend, of an {@link EndpointSlice}. */
export interface Endpoint {
  addresses: string[];
  conditions?: { ready?: boolean; serving?: boolean; terminating?: boolean };
  zone?: string;
}

/** The discovery.k8s.io/v1 EndpointSlice: addresses behind a Service. */
export interface EndpointSlice extends KubeObject {
  addressType: 'IPv4' | 'IPv6' | 'FQDN';
  endpoints?: Endpoint[];
  ports?: { name?: string; port?: number; protocol?: string; appProtocol?: string }[];
}

/** The coordination.k8s.io/v1 Lease, which leader elections are held over. */
export interface Lease extends KubeObject {
  spec?: {
    holderIdentity?: string;
    leaseDurationSeconds?: number;
    /** RFC 3339 with microseconds. */
    acquireTime?: string;
    /** RFC 3339 with microseconds. */
    renewTime?: string;
    leaseTransitions?: number;
  };
}

/** The v1 ObjectReference: names an object of any kind. */
export interface ObjectReference {
  apiVersion?: string;
  kind?: string;
  namespace?: string;
  name?: string;
  uid?: string;
  resourceVersion?: string;
  fieldPath?: string;
}

/** The v1 Event, which `kubectl describe` shows. */
export interface CoreEvent extends KubeObject {
  involvedObject: ObjectReference;
  type?: 'Normal' | 'Warning';
  reason?: string;
  message?: string;
  count?: number;
  firstTimestamp?: string;
  lastTimestamp?: string;
  source?: { component?: string; host?: string };
  reportingComponent?: string;
  reportingInstance?: string;
}

/** The apiextensions.k8s.io/v1 CustomResourceDefinition, without its schemas. */
export interface CustomResourceDefinition extends KubeObject {
  spec: {
    group: string;
    scope: 'Namespaced' | 'Cluster';
    names: { plural: string; kind: string; singular?: string; shortNames?: string[]; categories?: string[] };
    versions: { name: string; served: boolean; storage: boolean }[];
  };
  status?: { conditions?: Condition[] };
}

/** An object of which only the metadata was asked for. */
export interface PartialObjectMetadata extends KubeObject {
  metadata: ObjectMeta;
}

/** v1 Secrets. */
export const secrets = resourceType<Secret>('', 'v1', 'secrets', 'Secret', 'Namespaced');
/** v1 ConfigMaps. */
export const configMaps = resourceType<ConfigMap>('', 'v1', 'configmaps', 'ConfigMap', 'Namespaced');
/** v1 Namespaces. */
export const namespaces = resourceType<Namespace>('', 'v1', 'namespaces', 'Namespace', 'Cluster');
/** v1 Services. */
export const services = resourceType<Service>('', 'v1', 'services', 'Service', 'Namespaced');
/** v1 ServiceAccounts. */
export const serviceAccounts = resourceType<ServiceAccount>(
  '',
  'v1',
  'serviceaccounts',
  'ServiceAccount',
  'Namespaced',
);
/** discovery.k8s.io/v1 EndpointSlices. */
export const endpointSlices = resourceType<EndpointSlice>(
  'discovery.k8s.io',
  'v1',
  'endpointslices',
  'EndpointSlice',
  'Namespaced',
);
/** coordination.k8s.io/v1 Leases. */
export const leases = resourceType<Lease>('coordination.k8s.io', 'v1', 'leases', 'Lease', 'Namespaced');
/** v1 Events; those of events.k8s.io are the same objects. */
export const events = resourceType<CoreEvent>('', 'v1', 'events', 'Event', 'Namespaced');
/** apiextensions.k8s.io/v1 CustomResourceDefinitions. */
export const customResourceDefinitions = resourceType<CustomResourceDefinition>(
  'apiextensions.k8s.io',
  'v1',
  'customresourcedefinitions',
  'CustomResourceDefinition',
  'Cluster',
);
