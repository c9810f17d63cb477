/** Where a provider is reached, and who it has to be. */
export interface ProviderEndpoint {
  /** Names the provider's Service port, `<namespace>/<service>:<port>`; connections, limits and the breaker are kept per id. */
  readonly id: string;
  /** The name that the provider's certificate must carry: `<service>.<namespace>.svc`. */
  readonly serverName: string;
  /** Ready instances. Calls are spread over all of them. */
  readonly addresses: readonly ProviderAddress[];
}

/** One instance of a provider. */
export interface ProviderAddress {
  readonly host: string;
  readonly port: number;
}

/** The address as one text, which is its key. */
export function addressKey({ host, port }: ProviderAddress): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
