import type { OpenContext } from '@eso/api/server';
import { accessOf } from '../aws/access.ts';
import { apiOptions } from '../aws/api-options.ts';
import type { AwsConfig } from '../aws/aws-config.ts';
import { loginWarnings } from '../aws/check-auth.ts';
import type { Endpoints } from '../aws/endpoints.ts';
import { SecretsManagerApi } from './api.ts';
import { SecretsManagerBackend } from './backend.ts';

/** The backend of one config. @throws ProviderError CONFIG_INVALID where it names no way to log in and may not use the pod's */
export function openSecretsManager(context: OpenContext<AwsConfig>, endpoints: Endpoints): SecretsManagerBackend {
  const { config, credentials, at } = context;
  const access = accessOf({ ...context, endpoints });
  return new SecretsManagerBackend({
    api: new SecretsManagerApi(apiOptions(context, access, endpoints)),
    access,
    prefix: config.prefix ?? '',
    credentials,
    region: config.region,
    deletion: config.secretsManager,
    warnings: loginWarnings(config, at),
    at,
  });
}
