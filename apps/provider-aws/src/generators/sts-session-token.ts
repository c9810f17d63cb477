import { type ConfigProblem, defineGenerator, type GeneratorDefinition } from '@eso/api/server';
import type { FieldPath } from '../aws/aws-config.ts';
import { checkAuth } from '../aws/check-auth.ts';
import { checkRegion } from '../aws/check-region.ts';
import type { Endpoints } from '../aws/endpoints.ts';
import { stsSessionTokenSchema } from '../config/gen/stssessiontoken.ts';
import type { StsSessionTokenConfig } from '../config/generators.ts';

/** Temporary access keys of an IAM user. */
export function stsSessionToken(endpoints: Endpoints): GeneratorDefinition<object> {
  return defineGenerator<StsSessionTokenConfig>({
    apiVersion: 'generators.external-secrets.io/v1alpha1',
    kind: 'STSSessionToken',
    plural: 'stssessiontokens',
    metricName: 'AWS/STS',
    cluster: { schema: stsSessionTokenSchema },
    checkConfig: ({ region, auth }, at) => [
      ...checkRegion(region, at),
      ...noWebIdentity(auth, at),
      ...checkAuth(auth, at, 'secretRef'),
    ],
    generate: async (context) => {
      const { stsSession } = await import('./sts-session.ts');
      return { values: await stsSession(context, endpoints) };
    },
  });
}

/** AWS gives sessions to users, and a web identity is a session already. */
function noWebIdentity(auth: StsSessionTokenConfig['auth'], at: FieldPath): ConfigProblem[] {
  if (!auth?.jwt) return [];
  return [
    {
      field: at('auth.jwt'),
      problem: 'jwt auth cannot be used for STS Session Token generation',
      nextStep: `refer to access keys of an IAM user in ${at('auth.secretRef')}`,
    },
  ];
}
