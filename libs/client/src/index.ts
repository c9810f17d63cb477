/** Core's side of the wire to providers: connections, deadlines, retries, a breaker, bounds on answers. Core alone imports it. */
export type { ProviderAddress, ProviderEndpoint } from './endpoint.ts';
export type {
  ProviderCallOptions,
  ProviderCapabilities,
  ProviderClient,
  ProviderValidation,
} from './provider-client.ts';
export { type ClientLimits, ProviderConnections, type ProviderConnectionsOptions } from './provider-connections.ts';
