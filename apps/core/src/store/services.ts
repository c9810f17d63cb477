import { LABEL_PROVIDER, LABEL_PROVIDER_SHARED } from '@eso/api/resources';
import type { Service } from '@eso/kube';
import type { ServiceAddress } from './address.ts';
import type { StoreRefusal } from './store-view.ts';

/** A Service that may be dialled, with the name of the port that EndpointSlices are matched by. */
export interface UsableService {
  readonly kind: 'usable';
  /** As in the Service; EndpointSlices carry the same name. Empty for the only port of a Service. */
  readonly portName: string;
}

/** Who dials: an object of a tenant's namespace, or, without one, an administrator's. */
export interface Dialler {
  readonly namespace?: string | undefined;
}

/**
 * Decides whether a Provider or class may send requests to a Service: it exists, an administrator labelled it as a provider, it has
 * the port, and one of a namespace reaches only its own namespace or what is shared (threat model T11).
 */
export function checkService(
  address: ServiceAddress,
  service: Service | undefined,
  { namespace }: Dialler,
): UsableService | StoreRefusal {
  const name = `Service ${address.namespace}/${address.service}`;
  const refused = (code: string, what: string, nextStep: string): StoreRefusal => ({
    kind: 'refused',
    problem: { code, field: 'spec.address', publicMessage: what, nextStep },
    service: address,
  });
  if (!service) return refused('SERVICE_NOT_FOUND', `${name} does not exist`, 'Create it, or correct the address.');
  if (service.spec?.type === 'ExternalName')
    return refused(
      'SERVICE_NOT_ALLOWED',
      `${name} is of type ExternalName`,
      "Use a Service that selects the provider's pods.",
    );
  const labels = service.metadata.labels ?? {};
  if (labels[LABEL_PROVIDER] !== 'true')
    return refused(
      'SERVICE_NOT_ALLOWED',
      `${name} is not a provider`,
      `An administrator has to set its label ${LABEL_PROVIDER}: "true".`,
    );
  if (namespace !== undefined && address.namespace !== namespace && labels[LABEL_PROVIDER_SHARED] !== 'true')
    return refused(
      'SERVICE_NOT_ALLOWED',
      `${name} belongs to another namespace and is not shared`,
      `Use a Service of namespace ${namespace}, ` +
        `or have an administrator set the label ${LABEL_PROVIDER_SHARED}: "true" on it.`,
    );
  const ports = (service.spec?.ports ?? []).filter((port) => (port.protocol ?? 'TCP') === 'TCP');
  const port = ports.find((candidate) => candidate.port === address.port);
  if (port) return { kind: 'usable', portName: port.name ?? '' };
  const known = ports.map((candidate) => String(candidate.port)).join(', ') || 'none';
  return refused(
    'ADDRESS_INVALID',
    `${name} has no TCP port ${String(address.port)} (it has: ${known})`,
    'Write one of its ports.',
  );
}
