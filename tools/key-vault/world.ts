import { authoritiesOf, type Cloud, CLOUDS } from './clouds.ts';
import { Directory, type ManagedIdentity } from './entra/directory.ts';
import { TokenMint } from './entra/tokens.ts';
import type { KeyVaultOptions } from './options.ts';
import { Registry, type RegistryOptions } from './registry/registry.ts';
import { allRules, type Rules } from './rules.ts';
import { Vault, type VaultOptions } from './vault/vault.ts';

/** All that the server knows. */
export class World {
  readonly clouds: readonly Cloud[];
  readonly directory: Directory;
  readonly mint: TokenMint;
  readonly rules: Rules;
  readonly identities: ManagedIdentity[];
  readonly now: () => number;
  readonly #vaults = new Map<string, Vault>();
  readonly #registries = new Map<string, Registry>();

  constructor({
    tenants,
    vaults,
    clouds = [],
    registries = [],
    identities = [],
    rules,
    tokenLifeSeconds = 3600,
    now = Date.now,
  }: KeyVaultOptions) {
    this.now = now;
    this.clouds = [...Object.values(CLOUDS), ...clouds];
    this.directory = new Directory(tenants);
    this.mint = new TokenMint(now, { lifeSeconds: tokenLifeSeconds });
    this.identities = [...identities];
    this.rules = { ...allRules(), ...rules };
    for (const vault of vaults) this.addVault(vault);
    for (const registry of registries) this.addRegistry(registry);
  }

  /** Adds a vault, or puts a new one in the place of one of its name. */
  addVault(options: VaultOptions): Vault {
    const vault = new Vault(options, { rules: this.rules, now: this.now });
    this.#vaults.set(new URL(vault.url).host, vault);
    return vault;
  }

  /** The vault that answers at a host. */
  vaultAt(host: string): Vault | undefined {
    return this.#vaults.get(host);
  }

  /** Adds a registry, or puts a new one in the place of one of its name. */
  addRegistry(options: RegistryOptions): Registry {
    const registry = new Registry(options);
    this.#registries.set(registry.host, registry);
    return registry;
  }

  /** The cloud whose authority answers at a host. */
  cloudAt(host: string): Cloud | undefined {
    return this.clouds.find((cloud) => authoritiesOf(cloud).includes(host));
  }

  /** The registry that answers at a host. */
  registryAt(host: string): Registry | undefined {
    return this.#registries.get(host);
  }
}
