import { randomUUID } from 'node:crypto';

/** A tenant and the applications that log in to it. */
export interface TenantOptions {
  /** GUID. */
  readonly id: string;
  readonly apps?: readonly AppOptions[];
}

/** An application (service principal) of a tenant. */
export interface AppOptions {
  /** GUID. */
  readonly clientId: string;
  /** Of its service principal. Default: random. */
  readonly objectId?: string;
  readonly secrets?: readonly ClientSecret[];
}

/** A password of an application. */
export interface ClientSecret {
  readonly value: string;
  /** Milliseconds since 1970. Default: never. */
  readonly expiresAt?: number;
}

/** An application as the server keeps it; tests change it while the server runs. */
export interface App {
  readonly clientId: string;
  readonly objectId: string;
  readonly tenantId: string;
  secrets: readonly ClientSecret[];
}

/** The tenants of the server. */
export class Directory {
  readonly #tenants = new Map<string, Map<string, App>>();

  constructor(tenants: readonly TenantOptions[]) {
    for (const tenant of tenants) this.addTenant(tenant);
  }

  /** Adds a tenant, or applications to one that is there. */
  addTenant({ id, apps = [] }: TenantOptions): void {
    const known = this.#tenants.get(id) ?? new Map<string, App>();
    this.#tenants.set(id, known);
    for (const { clientId, objectId = randomUUID(), secrets = [] } of apps) {
      known.set(clientId, { clientId, objectId, tenantId: id, secrets });
    }
  }

  /** Whether the tenant exists. */
  hasTenant(id: string): boolean {
    return this.#tenants.has(id);
  }

  /** An application of a tenant. */
  app(tenantId: string, clientId: string): App | undefined {
    return this.#tenants.get(tenantId)?.get(clientId);
  }
}
