import { defineGenerator, type GeneratorDefinition } from '@eso/api/server';
import type { AcrAccessTokenConfig } from '../config/acr-access-token.ts';
import { acrAccessTokenSchema } from '../config/gen/acraccesstoken.ts';
import { checkRegistry } from './check-registry.ts';

/** User name and password for an Azure Container Registry. */
export function acrAccessToken(): GeneratorDefinition<object> {
  return defineGenerator<AcrAccessTokenConfig>({
    apiVersion: 'generators.external-secrets.io/v1alpha1',
    kind: 'ACRAccessToken',
    plural: 'acraccesstokens',
    metricName: 'Azure/ACR',
    cluster: { schema: acrAccessTokenSchema },
    checkConfig: checkRegistry,
    generate: async (context) => {
      const { acrLogin } = await import('./acr-login.ts');
      return { values: await acrLogin(context) };
    },
  });
}
