import { CertificateDirectory } from '@eso/api/tls';
import { type Clock, createRegistry, type Registry, systemClock } from '@eso/runtime';
import type { ProviderAddress, ProviderEndpoint } from '../endpoint.ts';
import { ProviderConnections, type ProviderConnectionsOptions } from '../provider-connections.ts';

/** Connections with everything they need, closed in one go. */
export interface ClientLab {
  readonly connections: ProviderConnections;
  readonly certificates: CertificateDirectory;
  readonly registry: Registry;
  stop(): Promise<void>;
}

/** @param dir directory with the client's `tls.crt`, `tls.key` and `ca.crt` */
export async function openClientLab(
  dir: string,
  options: Partial<ProviderConnectionsOptions> & { clock?: Clock } = {},
): Promise<ClientLab> {
  const certificates = await CertificateDirectory.open({ dir });
  const registry = createRegistry({ processMetrics: false });
  const connections = new ProviderConnections({ clock: systemClock, registry, ...options, certificates });
  return {
    connections,
    certificates,
    registry,
    stop: async () => {
      await connections.close();
      certificates.close();
    },
  };
}

/** An endpoint for these addresses. */
export function endpointAt(serverName: string, ...addresses: ProviderAddress[]): ProviderEndpoint {
  return { id: `lab/${serverName}:8080`, serverName, addresses };
}

/** The value of one series, 0 when there is none. */
export async function sample(registry: Registry, name: string, labels: Record<string, string> = {}): Promise<number> {
  const metric = (await registry.getMetricsAsJSON()).find((candidate) => candidate.name === name);
  const matching = metric?.values.filter((value) =>
    Object.entries(labels).every(([key, wanted]) => String((value.labels as Record<string, unknown>)[key]) === wanted),
  );
  return (matching ?? []).reduce((sum, { value }) => sum + value, 0);
}
