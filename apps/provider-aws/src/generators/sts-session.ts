import { GetSessionTokenCommand, STSClient } from '@aws-sdk/client-sts';
import type { GenerateContext } from '@eso/api/server';
import { accessOf } from '../aws/access.ts';
import { checkAnswers } from '../aws/answer-check.ts';
import type { AwsIdentity, AwsIdentityProvider } from '../aws/aws-identity.ts';
import { clientSettings } from '../aws/client-settings.ts';
import type { Endpoints } from '../aws/endpoints.ts';
import { awsFailure } from '../aws/failure.ts';
import { stsIdentity } from '../aws/sts-identity.ts';
import type { StsSessionTokenConfig } from '../config/generators.ts';
import { bytesOf, unixSeconds } from './ecr-token.ts';

type Context = GenerateContext<StsSessionTokenConfig>;

/** Asks for a session. @returns the values of the generator @throws ProviderError of the login, of STS, or for half an answer */
export async function stsSession(context: Context, endpoints: Endpoints): Promise<Map<string, Uint8Array>> {
  const access = accessOf({ ...context, endpoints, prefer: 'secretRef' });
  const session = await access.use(() => sessionOf(context, access.login, endpoints), context.signal);
  const { accessKeyId, secretAccessKey, sessionToken, expiration } = session;
  return bytesOf(
    new Map([
      ['access_key_id', accessKeyId],
      ['secret_access_key', secretAccessKey],
      ['session_token', sessionToken],
      ['expiration', unixSeconds(expiration)],
    ]),
  );
}

async function sessionOf(
  { config, metrics, signal, at }: Context,
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
