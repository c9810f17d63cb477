/** What the config kind and the config in a store have in common, with the names, types and defaults of External Secrets 2.9. */
import { secretKeySelector, serviceAccountSelector, z } from '@eso/api/schema';

const authSecretRef = z.object({
  clientId: secretKeySelector().optional().describe('Client ID of the app registration.'),
  tenantId: secretKeySelector().optional().describe('Tenant of the app registration, for WorkloadIdentity.'),
  clientSecret: secretKeySelector().optional().describe('Client secret of the service principal.'),
  clientCertificate: secretKeySelector()
    .optional()
    .describe('PEM with the certificate of the service principal and its RSA key.'),
});

const customCloudConfig = z.object({
  activeDirectoryEndpoint: z.string().describe('URL of the authority that issues tokens.'),
  keyVaultEndpoint: z.string().optional().describe('Resource that tokens for vaults are made out to.'),
  keyVaultDNSSuffix: z.string().optional().describe('Suffix of the host names of vaults.'),
  resourceManagerEndpoint: z.string().optional().describe('Resource that tokens for registries are made out to.'),
});

/** The clouds of Azure, and one that the config describes. */
export const environmentType = z
  .enum(['PublicCloud', 'USGovernmentCloud', 'ChinaCloud', 'GermanCloud', 'AzureStackCloud'])
  .default('PublicCloud');

/** Where a vault is, and how to log in to it. */
export const access = z.object({
  authType: z
    .enum(['ServicePrincipal', 'ManagedIdentity', 'WorkloadIdentity'])
    .default('ServicePrincipal')
    .describe(
      'How to log in. ManagedIdentity is the identity of the pod of the provider, which an administrator has to lend.',
    ),
  vaultUrl: z.string().describe('URL of the vault, such as https://name.vault.azure.net.'),
  tenantId: z.string().optional().describe('Tenant of the vault. Required for ServicePrincipal.'),
  environmentType: environmentType.describe('Cloud that the vault belongs to.'),
  authSecretRef: authSecretRef.optional().describe('Secrets with what a login needs.'),
  serviceAccountRef: serviceAccountSelector()
    .optional()
    .describe('ServiceAccount whose token is exchanged for one of Azure (WorkloadIdentity).'),
  identityId: z.string().optional().describe('Client ID of a user-assigned managed identity.'),
  useAzureSDK: z.boolean().default(false).describe('Has no effect: there is one implementation.'),
  customCloudConfig: customCloudConfig.optional().describe('Addresses of a cloud that is none of the known ones.'),
});
