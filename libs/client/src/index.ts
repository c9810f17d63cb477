export type { ProviderAddress, ProviderEndpoint } from './endpoint.ts';
export type { CallOptions, ProviderCapabilities, ProviderClient, ProviderValidation } from './provider-client.ts';
export { type ClientLimits, ProviderConnections, type ProviderConnectionsOptions } from './provider-connections.ts';
