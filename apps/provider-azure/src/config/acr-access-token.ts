/** The generator of registry logins, with the names, types and defaults of External Secrets 2.9. */
import { generatorKind, secretKeySelector, serviceAccountSelector, type Stored, z } from '@eso/api/schema';
import { environmentType } from './parts.ts';

const servicePrincipal = z.object({
  secretRef: z
    .object({
      clientId: secretKeySelector().optional().describe('Client ID of the app registration.'),
      clientSecret: secretKeySelector().optional().describe('Client secret of the service principal.'),
    })
    .describe('Secrets with what the login needs.'),
});

const managedIdentity = z.object({
  identityId: z
    .string()
    .optional()
    .describe('User-assigned identity: its client ID, or its resource ID. Absent: the one that the machine has.'),
});

const workloadIdentity = z.object({
  serviceAccountRef: serviceAccountSelector()
    .optional()
    .describe("ServiceAccount whose token is exchanged for one of Azure. Absent: that of the provider's own pod."),
});

const spec = z.object({
  auth: z
    .object({
      servicePrincipal: servicePrincipal.optional().describe('An app registration with a client secret.'),
      managedIdentity: managedIdentity
        .optional()
        .describe("The identity of the provider's own pod, which an administrator has to lend."),
      workloadIdentity: workloadIdentity.optional().describe('An app registration that trusts a ServiceAccount.'),
    })
    .describe('How to log in: the first of the three that is given.'),
  environmentType: environmentType.describe('Cloud that the registry belongs to.'),
  registry: z.string().describe('Host name of the registry, such as name.azurecr.io.'),
  scope: z
    .string()
    .optional()
    .describe(
      'What the password is good for, such as `repository:app:pull,push`. Without it for all that the identity may do.',
    ),
  tenantId: z.string().optional().describe('Tenant of the registry. Required for servicePrincipal.'),
});

/** A login to one Azure Container Registry. */
export const acrAccessTokenKind = generatorKind({
  kind: 'ACRAccessToken',
  plural: 'acraccesstokens',
  description:
    'User name and password for an Azure Container Registry, good for three hours, or 75 minutes with a scope.',
  columns: [{ name: 'Registry', type: 'string', jsonPath: '.spec.registry' }],
  spec,
});

/** `spec` of an ACRAccessToken. */
export type AcrAccessTokenConfig = Stored<typeof spec>;
