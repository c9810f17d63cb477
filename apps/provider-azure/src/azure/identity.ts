import { isDeepStrictEqual } from 'node:util';
import type { Credentials, ServiceAccountSelector } from '@eso/api/server';
import { ambientCredentialsProblem, ProviderError } from '@eso/api/server';
import type { AzureConfig, FieldPath } from './azure-config.ts';

/** Who logs in, and what proves it. */
export type AzureIdentity =
  | {
      readonly kind: 'secret';
      readonly tenantId: string;
      readonly clientId: string;
      readonly secret: string;
      /** Where what proves it was read from. */
      readonly field: string;
    }
  | {
      readonly kind: 'certificate';
      readonly tenantId: string;
      readonly clientId: string;
      /** PEM with the certificate and its key. */
      readonly certificate: string;
      readonly field: string;
    }
  | {
      readonly kind: 'federated';
      readonly tenantId: string;
      readonly clientId: string;
      /** Whose token proves it; the token itself is asked for at each login. */
      readonly account: ServiceAccountSelector;
      readonly field: string;
    }
  /** The identity of the provider's own pod. */
  | { readonly kind: 'managed'; readonly clientId: string | undefined; readonly field: string }
  | { readonly kind: 'podFederated'; readonly field: string };

/** What an identity is read from. */
export interface IdentityOptions {
  readonly config: Pick<AzureConfig, 'authType' | 'tenantId' | 'authSecretRef' | 'serviceAccountRef' | 'identityId'>;
  readonly credentials: Credentials;
  /** Whether the config may log in as the provider's own pod. */
  readonly ambientCredentials: boolean;
  readonly at: FieldPath;
  /** The provider's environment; for tests. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** Audience of tokens that are exchanged for one of Entra. */
const EXCHANGE_AUDIENCE = 'api://AzureADTokenExchange';
const CLIENT_ID = 'azure.workload.identity/client-id';
/** Annotation of a ServiceAccount: the tenant of its app registration. */
export const TENANT_ANNOTATION = 'azure.workload.identity/tenant-id';

/**
 * The identity that a config describes, as what it refers to is now.
 * @throws ProviderError CREDENTIALS_UNUSABLE, CONFIG_INVALID, NAMESPACE_NOT_ALLOWED, BACKEND_UNAVAILABLE.
 */
export function readIdentity(options: IdentityOptions): Promise<AzureIdentity> {
  switch (options.config.authType) {
    case 'ServicePrincipal':
      return servicePrincipal(options);
    case 'WorkloadIdentity':
      return workloadIdentity(options);
    case 'ManagedIdentity':
      return managedIdentity(options);
  }
}

/** Whether both stand for the same, in the same tenant and with the same proof. */
export function isSameIdentity(one: AzureIdentity, other: AzureIdentity): boolean {
  return isDeepStrictEqual(one, other);
}

/**
 * The token of a ServiceAccount that Entra takes in exchange for one of its own.
 * @throws ProviderError CREDENTIALS_UNUSABLE, CONFIG_INVALID, NAMESPACE_NOT_ALLOWED, BACKEND_UNAVAILABLE.
 */
export async function federatedAssertion(
  credentials: Credentials,
  { account, field }: Extract<AzureIdentity, { kind: 'federated' }>,
): Promise<string> {
  const { token } = await credentials.serviceAccountToken(account, { audiences: [EXCHANGE_AUDIENCE] }, field);
  return token;
}

async function servicePrincipal({ config, credentials, at }: IdentityOptions): Promise<AzureIdentity> {
  const { tenantId = '', authSecretRef: refs = {} } = config;
  const read = async (name: 'clientId' | 'clientSecret' | 'clientCertificate'): Promise<string> => {
    const field = at(`authSecretRef.${name}`);
    return textOf(await credentials.secretKey(refs[name] ?? {}, field), field);
  };
  const clientId = await read('clientId');
  if (refs.clientCertificate)
    return {
      kind: 'certificate',
      tenantId,
      clientId,
      certificate: await read('clientCertificate'),
      field: at('authSecretRef.clientCertificate'),
    };
  const field = at('authSecretRef.clientSecret');
  return { kind: 'secret', tenantId, clientId, secret: await read('clientSecret'), field };
}

async function workloadIdentity(options: IdentityOptions): Promise<AzureIdentity> {
  const { config, credentials, at, ambientCredentials, env = process.env } = options;
  const { serviceAccountRef: selector } = config;
  if (!selector) {
    if (!ambientCredentials) throw ambientCredentialsProblem(at('serviceAccountRef'));
    for (const name of ['AZURE_CLIENT_ID', 'AZURE_TENANT_ID', 'AZURE_FEDERATED_TOKEN_FILE'])
      if (!env[name]) throw noVariable(name, at('serviceAccountRef'));
    return { kind: 'podFederated', field: at('serviceAccountRef') };
  }
  const field = at('serviceAccountRef');
  const { annotations } = await credentials.serviceAccount(selector, field);
  const clientId = await clientIdOf(options, annotations);
  const tenantId = await tenantIdOf(options, annotations, env['AZURE_TENANT_ID']);
  return { kind: 'federated', tenantId, clientId, account: selector, field };
}

function managedIdentity({ config, ambientCredentials, at }: IdentityOptions): Promise<AzureIdentity> {
  const field = at(config.identityId ? 'identityId' : 'authType');
  if (!ambientCredentials) return Promise.reject(ambientCredentialsProblem(field));
  return Promise.resolve({ kind: 'managed', clientId: config.identityId, field });
}

async function clientIdOf(
  { config, credentials, at }: IdentityOptions,
  annotations: Readonly<Record<string, string>>,
): Promise<string> {
  const field = at('authSecretRef.clientId');
  const selector = config.authSecretRef?.clientId;
  const annotated = annotations[CLIENT_ID];
  if (selector && annotated)
    throw new ProviderError(
      'CONFIG_INVALID',
      `multiple clientID found: one in ${field}, one in annotation ${CLIENT_ID} of the ServiceAccount`,
      { field, nextStep: 'remove one of them' },
    );
  if (selector) return textOf(await credentials.secretKey(selector, field), field);
  if (annotated) return annotated;
  throw new ProviderError('CREDENTIALS_UNUSABLE', `the ServiceAccount has no annotation ${CLIENT_ID}`, {
    field: at('serviceAccountRef'),
    nextStep: `annotate it with the client ID of the app registration, or refer to one in ${field}`,
  });
}

async function tenantIdOf(
  { config, credentials, at }: IdentityOptions,
  annotations: Readonly<Record<string, string>>,
  ofProcess: string | undefined,
): Promise<string> {
  const selector = config.authSecretRef?.tenantId;
  const field = at('authSecretRef.tenantId');
  const sources = {
    [field]: selector && textOf(await credentials.secretKey(selector, field), field),
    [at('tenantId')]: config.tenantId,
    [`annotation ${TENANT_ANNOTATION} of the ServiceAccount`]: annotations[TENANT_ANNOTATION],
  };
  const given = Object.entries(sources).filter(([, value]) => value);
  if (given.length > 1)
    throw new ProviderError(
      'CONFIG_INVALID',
      `multiple tenantID found: in ${given.map(([source]) => source).join(', in ')}`,
      { field: at('tenantId'), nextStep: 'leave one of them' },
    );
  const tenantId = given[0]?.[1] ?? ofProcess;
  if (tenantId) return tenantId;
  throw new ProviderError('CREDENTIALS_UNUSABLE', 'no tenant is given', {
    field: at('tenantId'),
    nextStep: `write the ID of the tenant there, or annotate the ServiceAccount with ${TENANT_ANNOTATION}`,
  });
}

/** A line end behind what was pasted into a Secret belongs to no ID and no secret of Entra. */
function textOf(value: Uint8Array, field: string): string {
  const text = Buffer.from(value).toString().trim();
  if (text) return text;
  throw new ProviderError('CREDENTIALS_UNUSABLE', `what ${field} refers to is empty`, { field });
}

function noVariable(name: string, field: string): ProviderError {
  return new ProviderError('CONFIG_INVALID', `the pod of the provider has no ${name}`, {
    field,
    nextStep: `name a ServiceAccount in ${field}, or have an administrator set up workload identity for the pod of the provider`,
  });
}
