import { defineInlineKind, defineKind, type KindBehaviour, type ProviderDefinition } from '@eso/api/server';
import type { AwsConfig } from './aws/aws-config.ts';
import type { Endpoints } from './aws/endpoints.ts';
import type { AwsStoreConfig } from './config/aws.ts';
import { awsSchema } from './config/gen/aws.ts';
import type { ParameterStoreConfig } from './config/parameter-store.ts';
import type { SecretsManagerConfig } from './config/secrets-manager.ts';
import { checkAuth } from './aws/check-auth.ts';
import { ecrAuthorizationToken } from './generators/ecr-authorization-token.ts';
import { stsSessionToken } from './generators/sts-session-token.ts';
import { checkConfig } from './secrets-manager/check-config.ts';
import { checkStoreConfig } from './secrets-manager/check-store-config.ts';

/** What an operator sets for the whole process. */
export interface AwsProviderOptions {
  /** Where AWS is reached, if not at its own endpoints. */
  readonly endpoints?: Endpoints;
}

/** The provider for AWS. */
export function awsProvider({ endpoints = {} }: AwsProviderOptions = {}): ProviderDefinition {
  const behaviours = { SecretsManager: secretsManager(endpoints), ParameterStore: parameterStore(endpoints) };
  return {
    name: 'aws',
    generators: [ecrAuthorizationToken(endpoints), stsSessionToken(endpoints)],
    kinds: [
      defineKind<SecretsManagerConfig>({
        ...behaviours.SecretsManager,
        apiVersion: 'provider.external-secrets.io/v2alpha1',
        kind: 'SecretsManager',
        plural: 'secretsmanagers',
        checkConfig,
      }),
      defineKind<ParameterStoreConfig>({
        ...behaviours.ParameterStore,
        apiVersion: 'provider.external-secrets.io/v2alpha1',
        kind: 'ParameterStore',
        plural: 'parameterstores',
        checkConfig: ({ auth }, at) => checkAuth(auth, at),
      }),
      defineInlineKind<AwsStoreConfig>({
        ...behaviours.SecretsManager,
        open: (context) =>
          behaviours[context.config.service === 'ParameterStore' ? 'ParameterStore' : 'SecretsManager'].open(context),
        key: 'aws',
        schema: awsSchema,
        metricName: ({ service }) => `AWS/${service}`,
        checkConfig: checkStoreConfig,
      }),
    ],
  };
}

/** Of both services: a store has one set, whichever it names. */
const FEATURES = [
  'get', 'map', 'findByName', 'findByTags', 'findByPath', 'metadata', 'push', 'delete', 'exists', 'batch',
] as const; // prettier-ignore

/**
 * What a SecretsManager does, in an object of its own or in a store. The first store loads the SDK's client, as with every service here:
 * a process without one does without.
 */
function secretsManager(endpoints: Endpoints): KindBehaviour<AwsConfig> {
  return {
    features: FEATURES,
    metricName: 'AWS/SecretsManager',
    open: async (context) => (await import('./secrets-manager/open.ts')).openSecretsManager(context, endpoints),
  };
}

/** What a ParameterStore does, in an object of its own or in a store. */
function parameterStore(endpoints: Endpoints): KindBehaviour<AwsConfig> {
  return {
    features: FEATURES,
    metricName: 'AWS/ParameterStore',
    open: async (context) => (await import('./parameter-store/open.ts')).openParameterStore(context, endpoints),
  };
}
