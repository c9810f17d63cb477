import { defineKind, type ProviderDefinition } from '@eso/api/server';
import type { Endpoints } from './aws/endpoints.ts';
import { login } from './aws/login.ts';
import type { SecretsManagerConfig } from './config/secrets-manager.ts';
import { SecretsManagerApi } from './secrets-manager/api.ts';
import { SecretsManagerBackend } from './secrets-manager/backend.ts';
import { checkConfig, configWarnings } from './secrets-manager/check-config.ts';

export interface AwsProviderOptions {
  /** Where AWS is reached, if not at its own endpoints. */
  readonly endpoints?: Endpoints;
  /** Milliseconds since 1970; decides when a role is assumed anew. Default `Date.now`. */
  readonly now?: () => number;
}

/** The provider for AWS. */
export function awsProvider({ endpoints = {}, now = Date.now }: AwsProviderOptions = {}): ProviderDefinition {
  const kind = defineKind<SecretsManagerConfig>({
    apiVersion: 'provider.external-secrets.io/v2alpha1',
    kind: 'SecretsManager',
    plural: 'secretsmanagers',
    capabilities: 'ReadOnly',
    metricName: 'AWS/SecretsManager',
    checkConfig,
    open: ({ config, credentials, metrics, flights }) => {
      const identity = login({ config, credentials, metrics, endpoints, now });
      return new SecretsManagerBackend({
        api: new SecretsManagerApi({ region: config.region, endpoints, login: identity, metrics, flights }),
        login: identity,
        prefix: config.prefix ?? '',
        warnings: configWarnings(config),
      });
    },
  });
  return { name: 'aws', kinds: [kind] };
}
