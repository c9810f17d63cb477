import type { OpenContext } from '@eso/api/server';
import { accessOf } from '../aws/access.ts';
import { apiOptions } from '../aws/api-options.ts';
import type { AwsConfig } from '../aws/aws-config.ts';
import { loginWarnings } from '../aws/check-auth.ts';
import type { Endpoints } from '../aws/endpoints.ts';
import { ParameterStoreApi } from './api.ts';
import { ParameterStoreBackend } from './backend.ts';

/** The backend of one config. @throws ProviderError CONFIG_INVALID where it names no way to log in and may not use the pod's */
export function openParameterStore(context: OpenContext<AwsConfig>, endpoints: Endpoints): ParameterStoreBackend {
  const { config, at } = context;
  const access = accessOf({ ...context, endpoints });
  return new ParameterStoreBackend({
    api: new ParameterStoreApi(apiOptions(context, access, endpoints)),
    access,
    prefix: config.prefix ?? '',
    warnings: loginWarnings(config, at),
    at,
  });
}
