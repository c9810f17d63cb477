import { z } from 'zod';
import { dnsName } from '../fields.ts';

/** Points at the store that a value comes from. */
export const storeRef = () =>
  z.object({
    name: dnsName().optional().describe('Name of the store.'),
    kind: z
      .enum(['SecretStore', 'ClusterSecretStore', 'Provider', 'ClusterProvider'])
      .optional()
      .describe('Kind of the store. Absent means SecretStore.'),
  });

/** Points at a generator. */
export const generatorRef = () =>
  z.object({
    apiVersion: z
      .string()
      .default('generators.external-secrets.io/v1alpha1')
      .describe('Group and version of the generator.'),
    kind: z
      .enum([
        'ACRAccessToken',
        'BeyondtrustWorkloadCredentialsDynamicSecret',
        'ClusterGenerator',
        'CloudsmithAccessToken',
        'ECRAuthorizationToken',
        'Fake',
        'GCRAccessToken',
        'GithubAccessToken',
        'GitlabDeployToken',
        'QuayAccessToken',
        'Password',
        'SSHKey',
        'STSSessionToken',
        'UUID',
        'VaultDynamicSecret',
        'Webhook',
        'Grafana',
        'MFA',
      ])
      .describe('Kind of the generator.'),
    name: dnsName().describe('Name of the generator, in the namespace of the ExternalSecret.'),
  });
