import { ECRClient, GetAuthorizationTokenCommand } from '@aws-sdk/client-ecr';
import { ECRPUBLICClient, GetAuthorizationTokenCommand as GetPublicTokenCommand } from '@aws-sdk/client-ecr-public';
import { type ConfigProblem, defineGenerator, type GenerateContext, type GeneratorDefinition } from '@eso/api/server';
import { accessOf } from '../aws/access.ts';
import type { FieldPath } from '../aws/aws-config.ts';
import type { AwsIdentityProvider } from '../aws/aws-identity.ts';
import { checkAuth } from '../aws/check-auth.ts';
import { checkAnswers } from '../aws/answer-check.ts';
import { clientSettings } from '../aws/client-settings.ts';
import type { Endpoints } from '../aws/endpoints.ts';
import { awsFailure } from '../aws/failure.ts';
import { understandXmlErrors } from '../aws/xml-errors.ts';
import { ecrAuthorizationTokenSchema } from '../config/gen/ecrauthorizationtoken.ts';
import type { EcrAuthorizationTokenConfig } from '../config/generators.ts';
import { checkRegion } from '../aws/check-region.ts';
import { type AuthorizationData, ecrValues } from './ecr-token.ts';

type Context = GenerateContext<EcrAuthorizationTokenConfig>;

/** The one region that gives tokens for public registries, which belong to none. */
const PUBLIC_REGION = 'us-east-1';

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
      const access = accessOf({ ...context, endpoints, prefer: 'secretRef' });
      const { scope } = context.config;
      const values = await access.use(
        async () =>
          scope === 'public'
            ? ecrValues(await publicToken(context, access.login, endpoints), 'public')
            : ecrValues(await privateTokens(context, access.login, endpoints), 'private'),
        context.signal,
      );
      return { values };
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
