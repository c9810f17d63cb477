import { GetSessionTokenCommand, STSClient } from '@aws-sdk/client-sts';
import { type ConfigProblem, defineGenerator, type GenerateContext, type GeneratorDefinition } from '@eso/api/server';
import { accessOf } from '../aws/access.ts';
import type { FieldPath } from '../aws/aws-config.ts';
import type { AwsIdentity, AwsIdentityProvider } from '../aws/aws-identity.ts';
import { checkAuth } from '../aws/check-auth.ts';
import { checkRegion } from '../aws/check-region.ts';
import { checkAnswers } from '../aws/answer-check.ts';
import { clientSettings } from '../aws/client-settings.ts';
import type { Endpoints } from '../aws/endpoints.ts';
import { awsFailure } from '../aws/failure.ts';
import { stsIdentity } from '../aws/sts-identity.ts';
import { stsSessionTokenSchema } from '../config/gen/stssessiontoken.ts';
import type { StsSessionTokenConfig } from '../config/generators.ts';
import { bytesOf, unixSeconds } from './ecr-token.ts';

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
      const access = accessOf({ ...context, endpoints, prefer: 'secretRef' });
      const session = await access.use(() => sessionOf(context, access.login, endpoints), context.signal);
      const { accessKeyId, secretAccessKey, sessionToken, expiration } = session;
      const values = new Map([
        ['access_key_id', accessKeyId],
        ['secret_access_key', secretAccessKey],
        ['session_token', sessionToken],
        ['expiration', unixSeconds(expiration)],
      ]);
      return { values: bytesOf(values) };
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

async function sessionOf(
  { config, metrics, signal, at }: GenerateContext<StsSessionTokenConfig>,
  login: AwsIdentityProvider,
  { sts: endpoint }: Endpoints,
): Promise<Required<AwsIdentity>> {
  const { region, requestParameters = {} } = config;
  const { sessionDuration, serialNumber, tokenCode } = requestParameters;
  const client = new STSClient(clientSettings({ region, endpoint, login, at }));
  checkAnswers(client);
  const command = new GetSessionTokenCommand({
    ...(sessionDuration === undefined ? {} : { DurationSeconds: sessionDuration }),
    ...(serialNumber === undefined ? {} : { SerialNumber: serialNumber }),
    ...(tokenCode === undefined ? {} : { TokenCode: tokenCode }),
  });
  try {
    const { Credentials } = await metrics.track('GetSessionToken', () => client.send(command, { abortSignal: signal }));
    return stsIdentity(Credentials, at('auth'));
  } catch (error) {
    signal.throwIfAborted();
    throw awsFailure(error, {
      service: 'AWS STS',
      region,
      action: 'get a session token',
      field: at(config.requestParameters ? 'requestParameters' : 'auth'),
      invalidRequest: 'CONFIG_INVALID',
      denied:
        'use long-lived access keys of an IAM user: AWS gives no session to sessions of roles; check serial number and code of its MFA device',
      at,
    });
  } finally {
    client.destroy();
  }
}
