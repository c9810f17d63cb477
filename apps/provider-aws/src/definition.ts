import { defineInlineKind, defineKind, type KindBehaviour, type ProviderDefinition } from '@eso/api/server';
import type { AwsConfig } from './aws/aws-config.ts';
import type { Endpoints } from './aws/endpoints.ts';
import { accessOf } from './aws/access.ts';
import type { AwsStoreConfig } from './config/aws.ts';
import { awsSchema } from './config/gen/aws.ts';
import type { SecretsManagerConfig } from './config/secrets-manager.ts';
import { SecretsManagerApi } from './secrets-manager/api.ts';
import { SecretsManagerBackend } from './secrets-manager/backend.ts';
import { checkConfig, configWarnings } from './secrets-manager/check-config.ts';
import { checkStoreConfig } from './secrets-manager/check-store-config.ts';

/** What an operator sets for the whole process. */
export interface AwsProviderOptions {
  /** Where AWS is reached, if not at its own endpoints. */
  readonly endpoints?: Endpoints;
}

/** The provider for AWS. */
export function awsProvider({ endpoints = {} }: AwsProviderOptions = {}): ProviderDefinition {
  const behaviour = secretsManager(endpoints);
  return {
    name: 'aws',
    kinds: [
      defineKind<SecretsManagerConfig>({
        ...behaviour,
        apiVersion: 'provider.external-secrets.io/v2alpha1',
        kind: 'SecretsManager',
        plural: 'secretsmanagers',
        checkConfig,
      }),
      defineInlineKind<AwsStoreConfig>({ ...behaviour, key: 'aws', schema: awsSchema, checkConfig: checkStoreConfig }),
    ],
  };
}

/** What a SecretsManager does, in an object of its own or in a store. */
function secretsManager(endpoints: Endpoints): KindBehaviour<AwsConfig> {
  return {
    features: ['get', 'map', 'findByName', 'findByTags', 'findByPath', 'metadata'],
    metricName: 'AWS/SecretsManager',
    open: (context) => {
      const { config, metrics, flights, at, retrySettings: retry } = context;
      const access = accessOf({ ...context, endpoints });
      const { login } = access;
      return new SecretsManagerBackend({
        api: new SecretsManagerApi({ region: config.region, endpoints, login, metrics, flights, at, retry }),
        access,
        prefix: config.prefix ?? '',
        warnings: configWarnings(config, at),
        at,
      });
    },
  };
}
