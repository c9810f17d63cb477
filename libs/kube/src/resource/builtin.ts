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

export interface ConfigMap extends KubeObject {
  data?: Record<string, string>;
  binaryData?: Record<string, string>;
  immutable?: boolean;
}

export interface Namespace extends KubeObject {
  status?: { phase?: 'Active' | 'Terminating' };
}

export interface ServicePort {
  name?: string;
  port: number;
  targetPort?: number | string;
  protocol?: 'TCP' | 'UDP' | 'SCTP';
  appProtocol?: string;
}

export interface Service extends KubeObject {
  spec?: {
    type?: 'ClusterIP' | 'NodePort' | 'LoadBalancer' | 'ExternalName';
    clusterIP?: string;
    externalName?: string;
    ports?: ServicePort[];
    selector?: Record<string, string>;
  };
}

export interface ServiceAccount extends KubeObject {
  automountServiceAccountToken?: boolean;
}

export interface Endpoint {
  addresses: string[];
  conditions?: { ready?: boolean; serving?: boolean; terminating?: boolean };
  zone?: string;
}

export interface EndpointSlice extends KubeObject {
  addressType: 'IPv4' | 'IPv6' | 'FQDN';
  endpoints?: Endpoint[];
  ports?: { name?: string; port?: number; protocol?: string; appProtocol?: string }[];
}

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

export const secrets = resourceType<Secret>('', 'v1', 'secrets', 'Secret', 'Namespaced');
export const configMaps = resourceType<ConfigMap>('', 'v1', 'configmaps', 'ConfigMap', 'Namespaced');
export const namespaces = resourceType<Namespace>('', 'v1', 'namespaces', 'Namespace', 'Cluster');
export const services = resourceType<Service>('', 'v1', 'services', 'Service', 'Namespaced');
export const serviceAccounts = resourceType<ServiceAccount>(
  '',
  'v1',
  'serviceaccounts',
  'ServiceAccount',
  'Namespaced',
);
export const endpointSlices = resourceType<EndpointSlice>(
  'discovery.k8s.io',
  'v1',
  'endpointslices',
  'EndpointSlice',
  'Namespaced',
);
export const leases = resourceType<Lease>('coordination.k8s.io', 'v1', 'leases', 'Lease', 'Namespaced');
export const events = resourceType<CoreEvent>('', 'v1', 'events', 'Event', 'Namespaced');
export const customResourceDefinitions = resourceType<CustomResourceDefinition>(
  'apiextensions.k8s.io',
  'v1',
  'customresourcedefinitions',
  'CustomResourceDefinition',
  'Cluster',
);
