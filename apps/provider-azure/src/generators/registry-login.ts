import type { AzureConfig, FieldPath } from '../azure/azure-config.ts';
import type { AcrAccessTokenConfig } from '../config/acr-access-token.ts';

/** The login of a generator, as a vault's config would say it, and where it stands in the generator. */
export interface RegistryLogin {
  readonly config: Pick<AzureConfig, 'authType' | 'tenantId' | 'authSecretRef' | 'serviceAccountRef' | 'identityId'>;
  readonly at: FieldPath;
  /** Whether it is the identity of the provider's own pod. */
  readonly isAmbient: boolean;
}

const FIELDS: Readonly<Record<string, string>> = {
  authType: 'auth',
  authSecretRef: 'auth.servicePrincipal.secretRef',
  'authSecretRef.clientId': 'auth.servicePrincipal.secretRef.clientId',
  'authSecretRef.clientSecret': 'auth.servicePrincipal.secretRef.clientSecret',
  identityId: 'auth.managedIdentity.identityId',
  serviceAccountRef: 'auth.workloadIdentity.serviceAccountRef',
};

/** The first way to log in that is given, as upstream takes them; undefined: there is none. */
export function registryLogin(
  { auth, tenantId }: Pick<AcrAccessTokenConfig, 'auth' | 'tenantId'>,
  at: FieldPath,
): RegistryLogin | undefined {
  const fields: FieldPath = (path) => at(FIELDS[path] ?? path);
  const { servicePrincipal, managedIdentity, workloadIdentity } = auth;
  if (servicePrincipal) {
    const { secretRef: authSecretRef } = servicePrincipal;
    const config = { authType: 'ServicePrincipal', authSecretRef, ...(tenantId && { tenantId }) } as const;
    return { config, at: fields, isAmbient: false };
  }
  if (managedIdentity) {
    const { identityId } = managedIdentity;
    const config = { authType: 'ManagedIdentity', ...(identityId && { identityId }) } as const;
    return { config, at: fields, isAmbient: true };
  }
  if (!workloadIdentity) return undefined;
  const { serviceAccountRef } = workloadIdentity;
  if (!serviceAccountRef) return { config: { authType: 'WorkloadIdentity' }, at: fields, isAmbient: true };
  return { config: { authType: 'WorkloadIdentity', serviceAccountRef }, at: fields, isAmbient: false };
}
