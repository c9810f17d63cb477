import { ECRClient, GetAuthorizationTokenCommand } from '@aws-sdk/client-ecr';
import { ECRPUBLICClient, GetAuthorizationTokenCommand as GetPublicTokenCommand } from '@aws-sdk/client-ecr-public';
import type { GenerateContext } from '@eso/api/server';
import { accessOf } from '../aws/access.ts';
import { checkAnswers } from '../aws/answer-check.ts';
import type { AwsIdentityProvider } from '../aws/aws-identity.ts';
import { clientSettings } from '../aws/client-settings.ts';
import type { Endpoints } from '../aws/endpoints.ts';
import { awsFailure } from '../aws/failure.ts';
import { understandXmlErrors } from '../aws/xml-errors.ts';
import type { EcrAuthorizationTokenConfig } from '../config/generators.ts';
import { type AuthorizationData, ecrValues } from './ecr-token.ts';

type Context = GenerateContext<EcrAuthorizationTokenConfig>;

/** The one region that gives tokens for public registries, which belong to none. */
const PUBLIC_REGION = 'us-east-1';

/** Logs in to a registry. @returns the values of the generator @throws ProviderError of the login, of ECR, or for half an answer */
export async function ecrLogin(context: Context, endpoints: Endpoints): Promise<Map<string, Uint8Array>> {
  const access = accessOf({ ...context, endpoints, prefer: 'secretRef' });
  return access.use(
    async () =>
      context.config.scope === 'public'
        ? ecrValues(await publicToken(context, access.login, endpoints), 'public')
        : ecrValues(await privateTokens(context, access.login, endpoints), 'private'),
    context.signal,
  );
}

async function privateTokens(
  context: Context,
  login: AwsIdentityProvider,
  { ecr: endpoint }: Endpoints,
): Promise<readonly AuthorizationData[]> {
  const { config, metrics, signal, at } = context;
  const client = new ECRClient(clientSettings({ region: config.region, endpoint, login, at }));
  checkAnswers(client);
  understandXmlErrors(client);
  try {
    const { authorizationData = [] } = await metrics.track('GetAuthorizationToken', () =>
      client.send(new GetAuthorizationTokenCommand({}), { abortSignal: signal }),
    );
    return authorizationData;
  } catch (error) {
    throw failureOf(error, context, { service: 'AWS ECR', region: config.region, rights: 'ecr:GetAuthorizationToken' });
  } finally {
    client.destroy();
  }
}

async function publicToken(
  context: Context,
  login: AwsIdentityProvider,
  { ecrPublic: endpoint }: Endpoints,
): Promise<readonly AuthorizationData[]> {
  const { metrics, signal, at } = context;
  const region = PUBLIC_REGION;
  const client = new ECRPUBLICClient(clientSettings({ region, endpoint, login, at }));
  checkAnswers(client);
  understandXmlErrors(client);
  try {
    const { authorizationData } = await metrics.track('GetAuthorizationToken', () =>
      client.send(new GetPublicTokenCommand({}), { abortSignal: signal }),
    );
    return authorizationData ? [authorizationData] : [];
  } catch (error) {
    const rights = 'ecr-public:GetAuthorizationToken and sts:GetServiceBearerToken';
    throw failureOf(error, context, { service: 'AWS ECR Public', region, rights });
  } finally {
    client.destroy();
  }
}

interface Asked {
  readonly service: string;
  readonly region: string;
  /** What IAM has to allow. */
  readonly rights: string;
}

function failureOf(error: unknown, { config, signal, at }: Context, { service, region, rights }: Asked): Error {
  signal.throwIfAborted();
  return awsFailure(error, {
    service,
    region,
    action: 'get an authorization token',
    field: at(config.role ? 'role' : 'auth'),
    invalidRequest: 'CONFIG_INVALID',
    denied: `allow ${rights} in the IAM policies of the identity`,
    at,
  });
}
