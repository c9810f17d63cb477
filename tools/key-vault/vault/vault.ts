import { type Cloud, CLOUDS } from '../clouds.ts';
import { Shelf } from './shelf.ts';
import type { SecretVersion } from './versions.ts';

/** Operations that an access policy permits, per kind: `get`, `list`, `set`, `delete`, `recover`, `purge`, `import`, … */
export interface Permissions {
  readonly secrets?: readonly string[];
  readonly keys?: readonly string[];
  readonly certificates?: readonly string[];
}

/** A vault. */
export interface VaultOptions {
  readonly name: string;
  /** Default `public`. */
  readonly cloud?: Cloud['name'];
  /** Whose tokens it takes. */
  readonly tenantId: string;
  /** By client id. */
  readonly access?: Readonly<Record<string, Permissions | 'all'>>;
}

/** A vault as the server keeps it; tests look into it and change it while the server runs. */
export class Vault {
  readonly name: string;
  readonly cloud: Cloud;
  readonly tenantId: string;
  readonly url: string;
  access: Readonly<Record<string, Permissions | 'all'>>;
  readonly secrets = new Shelf<SecretVersion>('Secret');

  constructor({ name, cloud = 'public', tenantId, access = {} }: VaultOptions) {
    this.name = name;
    this.cloud = CLOUDS[cloud];
    this.tenantId = tenantId;
    this.url = `https://${name}.${this.cloud.vaultSuffix}`;
    this.access = access;
  }

  /** Whether an application may do it. */
  permits(clientId: string, kind: keyof Permissions, operation: string): boolean {
    const access = this.access[clientId];
    return access === 'all' || (access?.[kind]?.includes(operation) ?? false);
  }
}
