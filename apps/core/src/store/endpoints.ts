import { isIP } from 'node:net';
import type { EndpointSlice } from '@eso/kube';

/** Label by which Kubernetes ties an EndpointSlice to its Service. */
export const SERVICE_NAME_LABEL = 'kubernetes.io/service-name';
/** Index of EndpointSlices by `<namespace>/<service>`. */
export const BY_SERVICE = 'service';

/** A ready endpoint of a Service: an IP address and the port of the pod. */
export interface DialAddress {
  readonly host: string;
  readonly port: number;
}

/** Indexers that the informer of EndpointSlices needs. */
export const endpointSliceIndexers: Record<string, (slice: EndpointSlice) => string[]> = {
  [BY_SERVICE]: (slice) => {
    const service = slice.metadata.labels?.[SERVICE_NAME_LABEL];
    return service === undefined ? [] : [`${slice.metadata.namespace ?? ''}/${service}`];
  },
};

/**
 * The ready addresses behind one port of a Service, sorted so that two looks at the same slices are equal. Only IP
 * addresses count: a slice of type FQDN would let its writer choose a name that DNS resolves elsewhere.
 */
export function readyAddresses(slices: readonly EndpointSlice[], portName: string): DialAddress[] {
  const found = new Map<string, DialAddress>();
  for (const slice of slices) {
    const port = slice.ports?.find((candidate) => (candidate.name ?? '') === portName)?.port;
    if (port === undefined) continue;
    for (const endpoint of slice.endpoints ?? []) {
      // "ready" absent means ready (API reference, EndpointConditions).
      if (endpoint.conditions?.ready === false) continue;
      for (const host of endpoint.addresses) {
        if (isIP(host) !== 0) found.set(`${host} ${String(port)}`, { host, port });
      }
    }
  }
  return [...found.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, address]) => address);
}
