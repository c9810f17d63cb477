/** A rule of an admission policy, with a request that it alone refuses. */

/** Who asks, by what its rights are. */
export type Who =
  /** Has the role `edit` in a namespace, and every right there on kinds of this project. */
  | 'tenant'
  /** May do everything in the cluster. */
  | 'admin'
  /** Has the role `edit`, and may register Services of providers. */
  | 'registrar'
  /** ServiceAccounts of the installation. */
  | 'core'
  | 'controller';

/** A part of a policy that can be taken out without the others. */
export interface PartName {
  readonly policy: string;
  /** `validation 0`, `variable problems2`, `condition is-marked`: as {@link partsOf} names them. */
  readonly part: string;
}

/** Stand for namespaces in requests and sentences: a tenant's, which wants images by digest, and that of core. */
export const PLACES = { TENANT: 'TENANT', HOME: 'HOME' } as const;

/** An object, or a merge patch of one. */
export interface Body {
  readonly metadata?: { readonly name?: string; readonly [field: string]: unknown };
  readonly [field: string]: unknown;
}

/** A write, in which texts may contain names of {@link PLACES}. */
export interface Request {
  /** Kind and namespace; a kind of the cluster has none. */
  readonly kind: Kind;
  readonly namespace?: string;
  /** The object that is created, or the merge patch of the one with this name. */
  readonly body: Body;
  /** Name of the object that is patched, and its subresource. */
  readonly patches?: string;
}

/** A rule: who is refused what, and in which words. Whoever is in no list is not asked. */
export interface RuleRow extends PartName {
  readonly request: Request;
  readonly refused: readonly Who[];
  /** Whom the same request is taken from. */
  readonly taken?: readonly Who[];
  /** Who may not send it at all, by RBAC. */
  readonly noRight?: readonly Who[];
  /** How the refusal begins: field and sentence. */
  readonly says: string;
}

/** What lets a request through: without it, who sent it is refused. */
export interface ExceptionRow extends PartName {
  readonly request: Request;
  readonly who: Who;
}

const OWN = { api: 'apis/external-secrets.io/v1' };
const CLASS = { api: 'apis/external-secrets.io/v1alpha1' };
const CONFIG = { api: 'apis/provider.external-secrets.io/v2alpha1' };
const GENERATOR = { api: 'apis/generators.external-secrets.io/v1alpha1' };
const CORE = { api: 'api/v1' };

/** Where the API server serves the kinds of the tables. */
export const KINDS = {
  ExternalSecret: { ...OWN, plural: 'externalsecrets' },
  SecretStore: { ...OWN, plural: 'secretstores' },
  ClusterSecretStore: { ...OWN, plural: 'clustersecretstores' },
  Provider: { ...OWN, plural: 'providers' },
  ClusterProvider: { ...OWN, plural: 'clusterproviders' },
  ClusterProviderClass: { ...CLASS, plural: 'clusterproviderclasses' },
  SecretsManager: { ...CONFIG, plural: 'secretsmanagers' },
  ParameterStore: { ...CONFIG, plural: 'parameterstores' },
  KeyVault: { ...CONFIG, plural: 'keyvaults' },
  ECRAuthorizationToken: { ...GENERATOR, plural: 'ecrauthorizationtokens' },
  STSSessionToken: { ...GENERATOR, plural: 'stssessiontokens' },
  ACRAccessToken: { ...GENERATOR, plural: 'acraccesstokens' },
  Secret: { ...CORE, plural: 'secrets' },
  Service: { ...CORE, plural: 'services' },
  Pod: { ...CORE, plural: 'pods' },
} as const;
export type Kind = keyof typeof KINDS;

/** A new object of a kind in a tenant's namespace. */
export const inTenant = (kind: Kind, spec: object, metadata: object = {}): Request => ({
  kind,
  namespace: PLACES.TENANT,
  body: { metadata: { name: 'new', ...metadata }, spec },
});

/** A new object of a kind of the cluster. */
export const inCluster = (kind: Kind, spec: object): Request => ({
  kind,
  body: { metadata: { name: 'new' }, spec },
});
