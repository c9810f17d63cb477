import { type Cloud, type CloudChoice, cloudOf } from '../clouds.ts';
import { Shelf, type ShelfSettings } from './shelf.ts';
import type { CertificateVersion, KeyVersion, SecretVersion } from './versions.ts';

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
  readonly cloud?: CloudChoice;
  /** Whose tokens it takes. */
  readonly tenantId: string;
  /** By client id. */
  readonly access?: Readonly<Record<string, Permissions | 'all'>>;
  /** How `access` is meant to be granted: by roles a refusal is worded otherwise. Default `policies`. */
  readonly grantedBy?: 'policies' | 'roles';
  /** Nothing is purged before its time. Default: false. */
  readonly purgeProtection?: boolean;
  /** How long deletions and recoveries take, milliseconds, in which an object is neither here nor there. Default 0. */
  readonly delays?: { readonly deletionMs?: number; readonly recoveryMs?: number };
}

/** Calls of a vault that are refused with 429. */
export interface Throttling {
  /** How many calls more. */
  remaining: number;
  readonly retryAfterSeconds: number;
}

/** A vault as the server keeps it; tests look into it and change it while the server runs. */
export class Vault {
  readonly name: string;
  readonly cloud: Cloud;
  readonly tenantId: string;
  readonly url: string;
  readonly secrets: Shelf<SecretVersion>;
  readonly keys: Shelf<KeyVersion>;
  readonly certificates: Shelf<CertificateVersion>;
  readonly delays: { deletionMs: number; recoveryMs: number };
  readonly purgeProtection: boolean;
  readonly grantedBy: 'policies' | 'roles';
  access: Readonly<Record<string, Permissions | 'all'>>;
  #throttling: Throttling = { remaining: 0, retryAfterSeconds: 0 };

  constructor(options: VaultOptions, settings: Omit<ShelfSettings, 'delays'>) {
    const { name, cloud, tenantId, access = {}, purgeProtection = false, grantedBy = 'policies', delays } = options;
    this.name = name;
    this.cloud = cloudOf(cloud);
    this.tenantId = tenantId;
    this.url = `https://${name}.${this.cloud.vaultSuffix}`;
    this.access = access;
    this.purgeProtection = purgeProtection;
    this.grantedBy = grantedBy;
    this.delays = { deletionMs: 0, recoveryMs: 0, ...delays };
    const all = { ...settings, delays: this.delays };
    this.secrets = new Shelf('Secret', all);
    this.keys = new Shelf('Key', all);
    this.certificates = new Shelf('Certificate', all);
  }

  /** Whether an application may do it. */
  permits(clientId: string, kind: keyof Permissions, operation: string): boolean {
    const access = this.access[clientId];
    return access === 'all' || (access?.[kind]?.includes(operation) ?? false);
  }

  /** Refuses the next `calls` calls that come with a good token. */
  throttle(calls: number, retryAfterSeconds: number): void {
    this.#throttling = { remaining: calls, retryAfterSeconds };
  }

  /** Counts a call: after how many seconds to come again, or nothing where it may pass. */
  refusedForSeconds(): number | undefined {
    if (this.#throttling.remaining <= 0) return undefined;
    this.#throttling.remaining--;
    return this.#throttling.retryAfterSeconds;
  }
}
