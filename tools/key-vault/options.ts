import type { Cloud } from './clouds.ts';
import type { ManagedIdentity, TenantOptions } from './entra/directory.ts';
import type { Answer, Call } from './http/exchange.ts';
import type { RegistryOptions } from './registry/registry.ts';
import type { Rules } from './rules.ts';
import type { VaultOptions } from './vault/vault.ts';

/** What the server starts with. More tenants and vaults can be added while it runs. */
export interface KeyVaultOptions {
  readonly tenants: readonly TenantOptions[];
  readonly vaults: readonly VaultOptions[];
  /** Clouds beside those that everybody knows, as an Azure Stack. Default: none. */
  readonly clouds?: readonly Cloud[];
  /** Container registries. Default: none. */
  readonly registries?: readonly RegistryOptions[];
  /** Managed identities that the metadata endpoints hand out. Default: none. */
  readonly identities?: readonly ManagedIdentity[];
  /** Life of access tokens, seconds. Default 3600. */
  readonly tokenLifeSeconds?: number;
  /** Where the TLS server listens. Default: a free port of 127.0.0.1. */
  readonly listenOn?: { readonly host: string; readonly port: number };
  /** Rules to start with switched off. Default: all are on. */
  readonly rules?: Partial<Rules>;
  /** The server's clock, milliseconds since 1970. Default `Date.now`. */
  readonly now?: () => number;
}

/**
 * Looks at each call before it is served. An answer is sent in its place; `hangUp` closes the connection; nothing lets it be
 * served. A promise that does not settle is a backend that is slow.
 */
export type Intercept = (call: Call) => Answer | 'hangUp' | undefined | Promise<Answer | 'hangUp' | undefined>;
