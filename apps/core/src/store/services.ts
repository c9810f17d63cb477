import { LABEL_PROVIDER, LABEL_PROVIDER_SHARED } from '@eso/api/resources';
import type { Service } from '@eso/kube';
import type { ServiceAddress } from './address.ts';
import type { StoreRefusal, ServedStoreKind } from './store-view.ts';

/** A Service that may be dialled, with the name of the port that EndpointSlices are matched by. */
export interface UsableService {
  readonly kind: 'usable';
  /** As in the Service; EndpointSlices carry the same name. Empty for the only port of a Service. */
  readonly portName: string;
}

/**
 * Decides whether a store may send requests to a Service: it exists, an administrator labelled it as a provider, it has
 * the port, and a namespaced Provider reaches only its own namespace or what is shared (threat model T11).
 */
export function checkService(
  address: ServiceAddress,
  service: Service | undefined,
  store: { readonly kind: ServedStoreKind; readonly namespace?: string },
): UsableService | StoreRefusal {
  const name = `Service ${address.namespace}/${address.service}`;
  if (!service) return refused('ServiceNotFound', `${name} does not exist. Create it, or correct the address`);
  if (service.spec?.type === 'ExternalName')
    return refused(
      'ServiceNotAllowed',
      `${name} is of type ExternalName. Use a Service that selects the provider's pods`,
    );
  const labels = service.metadata.labels ?? {};
  if (labels[LABEL_PROVIDER] !== 'true')
    return refused(
      'ServiceNotAllowed',
      `${name} is not a provider. An administrator has to set its label ${LABEL_PROVIDER}: "true"`,
    );
  if (store.kind === 'Provider' && address.namespace !== store.namespace && labels[LABEL_PROVIDER_SHARED] !== 'true')
    return refused(
      'ServiceNotAllowed',
      `${name} belongs to another namespace and is not shared. Use a Service of namespace ${store.namespace ?? ''}, ` +
        `or have an administrator set the label ${LABEL_PROVIDER_SHARED}: "true" on it`,
    );
  return checkPort(address, service, name);
}

function checkPort(address: ServiceAddress, service: Service, name: string): UsableService | StoreRefusal {
  const ports = (service.spec?.ports ?? []).filter((port) => (port.protocol ?? 'TCP') === 'TCP');
  const port = ports.find((candidate) => candidate.port === address.port);
  if (port) return { kind: 'usable', portName: port.name ?? '' };
  const known = ports.map((candidate) => String(candidate.port)).join(', ') || 'none';
  return refused(
    'InvalidAddress',
    `${name} has no TCP port ${String(address.port)} (it has: ${known}). Write one of its ports`,
  );
}

function refused(reason: StoreRefusal['reason'], problem: string): StoreRefusal {
  return { kind: 'refused', reason, message: `spec.address: ${problem}.` };
}
