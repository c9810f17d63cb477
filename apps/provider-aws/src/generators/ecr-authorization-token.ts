import { type ConfigProblem, defineGenerator, type GeneratorDefinition } from '@eso/api/server';
import type { FieldPath } from '../aws/aws-config.ts';
import { checkAuth } from '../aws/check-auth.ts';
import { checkRegion } from '../aws/check-region.ts';
import type { Endpoints } from '../aws/endpoints.ts';
import { ecrAuthorizationTokenSchema } from '../config/gen/ecrauthorizationtoken.ts';
import type { EcrAuthorizationTokenConfig } from '../config/generators.ts';

/** User name and password for container registries. */
export function ecrAuthorizationToken(endpoints: Endpoints): GeneratorDefinition<object> {
  return defineGenerator<EcrAuthorizationTokenConfig>({
    apiVersion: 'generators.external-secrets.io/v1alpha1',
    kind: 'ECRAuthorizationToken',
    plural: 'ecrauthorizationtokens',
    metricName: 'AWS/ECR',
    cluster: { schema: ecrAuthorizationTokenSchema },
    checkConfig: (config, at) => [
      ...checkRegion(config.region, at),
      ...checkAuth(config.auth, at, 'secretRef'),
      ...checkScope(config.scope, at),
    ],
    generate: async (context) => {
      const { ecrLogin } = await import('./ecr-login.ts');
      return { values: await ecrLogin(context, endpoints) };
    },
  });
}

/** Upstream takes every other text for `private`. */
function checkScope(scope: string | undefined, at: FieldPath): ConfigProblem[] {
  if (!scope || scope === 'private' || scope === 'public') return [];
  return [
    { field: at('scope'), problem: `${at('scope')} is neither private nor public`, nextStep: 'write one of the two' },
  ];
}
