import type { EndpointSlice, Service } from '@eso/kube';
import { BoundedCache } from '@eso/runtime';
import { endpointId, parseAddress, serverName, type ServiceAddress } from './address.ts';
import { BY_SERVICE, type DialAddress, readyAddresses } from './endpoints.ts';
import type { EndpointOverrides } from './endpoint-overrides.ts';
import { checkService, type Dialler } from './services.ts';
import type { EndpointResolution, StoreRefusal } from './store-view.ts';

/** Read access to the objects an informer holds; every `Store` of @eso/kube is one. */
export interface Lister<T> {
  get(namespace: string | undefined, name: string): T | undefined;
  list(namespace?: string): T[];
  byIndex(index: string, value: string): T[];
}

/** Where addresses are looked up; no call asks the API server. */
export interface EndpointResolverOptions {
  readonly services: Lister<Service>;
  /** Its informer needs the indexers `endpointSliceIndexers`. */
  readonly endpointSlices: Lister<EndpointSlice>;
  /** Where pods have no addresses; see {@link EndpointOverrides}. */
  readonly overrides?: Pick<EndpointOverrides, 'get'>;
  /** The cluster's DNS domain. Default `cluster.local`. */
  readonly clusterDomain?: string;
}

/** Addresses that are remembered. */
const MAX_PARSED = 1_000;

/** Turns the address in a store into a place to dial: text, then Service, then ready endpoints; each may refuse. */
export class EndpointResolver {
  readonly #options: EndpointResolverOptions;
  /** What good addresses were read as: each pass over each object asks. Bad ones may have any length, and are not kept. */
  readonly #parsed = new BoundedCache<ServiceAddress>({ capacity: MAX_PARSED });

  constructor(options: EndpointResolverOptions) {
    this.#options = options;
  }

  /** The Service that an address names; also used to find the stores that a changed Service concerns. */
  parse(address: string): ServiceAddress | StoreRefusal {
    const known = this.#parsed.get(address);
    if (known) return known;
    const parsed = parseAddress(address, this.#options.clusterDomain ?? 'cluster.local');
    if (parsed.kind === 'invalid') {
      const { problem: publicMessage, nextStep } = parsed;
      return { kind: 'refused', problem: { code: 'ADDRESS_INVALID', field: 'spec.address', publicMessage, nextStep } };
    }
    this.#parsed.set(address, parsed.address);
    return parsed.address;
  }

  /** Where an address leads, for who stands in a namespace or, without one, for an administrator's object. */
  resolve(address: string, dialler: Dialler): EndpointResolution {
    const named = this.parse(address);
    if ('kind' in named) return named;
    const service = this.#options.services.get(named.namespace, named.service);
    const checked = checkService(named, service, dialler);
    if (checked.kind === 'refused') return checked;
    const addresses = this.#addresses(named, checked.portName);
    if (addresses.length === 0) return noEndpoint(named);
    return { kind: 'endpoint', endpoint: { id: endpointId(named), serverName: serverName(named), addresses } };
  }

  #addresses(named: ServiceAddress, portName: string): DialAddress[] {
    const override = this.#options.overrides?.get(endpointId(named));
    if (override) return [override];
    const slices = this.#options.endpointSlices.byIndex(BY_SERVICE, `${named.namespace}/${named.service}`);
    return readyAddresses(slices, portName);
  }
}

function noEndpoint({ namespace, service }: ServiceAddress): StoreRefusal {
  return {
    kind: 'refused',
    problem: {
      code: 'NO_ENDPOINT',
      field: 'spec.address',
      publicMessage: `Service ${namespace}/${service} has no ready endpoint`,
      nextStep: "Check that the provider's pods run and are ready.",
    },
  };
}
