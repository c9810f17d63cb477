import { defineKind, type ProviderDefinition } from '@eso/api/server';
import type { Endpoints } from './aws/endpoints.ts';
import { accessOf } from './aws/access.ts';
import type { SecretsManagerConfig } from './config/secrets-manager.ts';
import { SecretsManagerApi } from './secrets-manager/api.ts';
import { SecretsManagerBackend } from './secrets-manager/backend.ts';
import { checkConfig, configWarnings } from './secrets-manager/check-config.ts';

/** What an operator sets for the whole process. */
export interface AwsProviderOptions {
  /** Where AWS is reached, if not at its own endpoints. */
  readonly endpoints?: Endpoints;
}

/** The provider for AWS. */
export function awsProvider({ endpoints = {} }: AwsProviderOptions = {}): ProviderDefinition {
  const kind = defineKind<SecretsManagerConfig>({
    apiVersion: 'provider.external-secrets.io/v2alpha1',
    kind: 'SecretsManager',
    plural: 'secretsmanagers',
    features: ['get', 'map', 'findByName', 'findByTags', 'findByPath', 'metadata'],
    metricName: 'AWS/SecretsManager',
    checkConfig,
    open: (context) => {
      const { config, metrics, flights } = context;
      const access = accessOf({ ...context, endpoints });
      const { login } = access;
      return new SecretsManagerBackend({
        api: new SecretsManagerApi({ region: config.region, endpoints, login, metrics, flights }),
        access,
        prefix: config.prefix ?? '',
        warnings: configWarnings(config),
      });
    },
  });
  return { name: 'aws', kinds: [kind] };
}
