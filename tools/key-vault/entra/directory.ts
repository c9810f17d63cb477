import { randomUUID, X509Certificate } from 'node:crypto';
import type { JSONWebKeySet } from 'jose';
import type { CloudChoice } from '../clouds.ts';

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
  /** Its certificates, PEM. */
  readonly certificates?: readonly string[];
  readonly federated?: readonly FederatedCredential[];
}

/** A password of an application. */
export interface ClientSecret {
  readonly value: string;
  /** Milliseconds since 1970. Default: never. */
  readonly expiresAt?: number;
}

/** Whose tokens count as a login of an application. */
export interface FederatedCredential {
  /** `iss`, as `https://kubernetes.default.svc`. Its keys come from `trustIssuer`. */
  readonly issuer: string;
  /** `sub`, as `system:serviceaccount:NAMESPACE:NAME`. */
  readonly subject: string;
  /** `aud`. Default `api://AzureADTokenExchange`. */
  readonly audience?: string;
}

/** An identity of the machine that the tests pretend to run on. */
export interface ManagedIdentity {
  readonly tenantId: string;
  readonly clientId: string;
  /** Default: the client id. */
  readonly objectId?: string;
  /** Path of the resource, for one that users made: `/subscriptions/…/userAssignedIdentities/NAME`. */
  readonly resourceId?: string;
  /** Which is meant where a caller names none. At most one. */
  readonly systemAssigned?: boolean;
  /** Default `public`. */
  readonly cloud?: CloudChoice;
}

/** An application as the server keeps it; tests change it while the server runs. */
export interface App {
  readonly clientId: string;
  readonly objectId: string;
  readonly tenantId: string;
  secrets: readonly ClientSecret[];
  certificates: readonly X509Certificate[];
  federated: readonly FederatedCredential[];
}

/** Keys of an issuer, or how to get them. */
export type IssuerKeys = JSONWebKeySet | (() => Promise<JSONWebKeySet>);

/** The tenants of the server, and the issuers outside that it can ask for keys. */
export class Directory {
  readonly #tenants = new Map<string, Map<string, App>>();
  readonly #issuers = new Map<string, IssuerKeys>();

  constructor(tenants: readonly TenantOptions[]) {
    for (const tenant of tenants) this.addTenant(tenant);
  }

  /** Adds a tenant, or applications to one that is there. */
  addTenant({ id, apps = [] }: TenantOptions): void {
    const known = this.#tenants.get(id) ?? new Map<string, App>();
    this.#tenants.set(id, known);
    for (const { clientId, objectId = randomUUID(), secrets = [], certificates = [], federated = [] } of apps) {
      const parsed = certificates.map((pem) => new X509Certificate(pem));
      known.set(clientId, { clientId, objectId, tenantId: id, secrets, certificates: parsed, federated });
    }
  }

  /** Says by which keys the tokens of an issuer are signed. A function is asked at each login, as keys rotate. */
  trustIssuer(issuer: string, keys: IssuerKeys): void {
    this.#issuers.set(issuer, keys);
  }

  /** The keys of an issuer; none where it cannot be reached. */
  async keysOf(issuer: string): Promise<JSONWebKeySet> {
    const keys = this.#issuers.get(issuer);
    return typeof keys === 'function' ? await keys() : (keys ?? { keys: [] });
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
