import { AssumeRoleCommand, type AssumeRoleCommandInput, STSClient } from '@aws-sdk/client-sts';
import { type ApiCallMetrics, type OpenContext, ProviderError } from '@eso/api/server';
import { checkAnswers } from './answer-check.ts';
import { clientSettings } from './client-settings.ts';
import { awsFailure } from './failure.ts';
import type { AwsConfig, FieldPath } from './aws-config.ts';
import { sessionTagsOf, type TaggedUse } from './session-tags.ts';
import type { AwsAccess, AwsIdentity, AwsIdentityProvider } from './aws-identity.ts';

/** One role to assume. */
export interface Role {
  /** Path in the config object. */
  readonly field: string;
  readonly request: Pick<AssumeRoleCommandInput, 'RoleArn' | 'ExternalId' | 'Tags' | 'TransitiveTagKeys'>;
}

/** The roles, the identity that assumes the first of them, and the kit that keeps what came of it. */
export interface RoleSessionOptions {
  readonly base: AwsIdentityProvider;
  /** At least one; each is assumed with the identity of the one before. */
  readonly roles: readonly Role[];
  readonly region: string;
  readonly endpoint: string | undefined;
  readonly metrics: ApiCallMetrics;
  readonly session: OpenContext<unknown>['session'];
  readonly lifetime: AbortSignal;
  readonly at: FieldPath;
}

/** A fixed name: it stands in AWS's error texts, which must not differ from failure to failure, and in audit logs. */
const SESSION_NAME = 'external-secrets-provider-aws';
/** As short as AWS allows, seconds. */
const SESSION_SECONDS = 900;

/** The roles of a config object in the order in which they are assumed. All that is special is special to `role`. */
export function rolesOf(config: AwsConfig, use: TaggedUse, at: FieldPath): Role[] {
  const additional = (config.additionalRoles ?? []).map((arn, index): Role => ({
    field: at(`additionalRoles[${index}]`),
    request: { RoleArn: arn },
  }));
  if (!config.role) return additional;
  const tags = sessionTagsOf(config, use);
  const request = {
    RoleArn: config.role,
    ...(config.externalID ? { ExternalId: config.externalID } : {}),
    ...(tags.length > 0 ? { Tags: tags } : {}),
    ...(config.transitiveTagKeys?.length ? { TransitiveTagKeys: [...config.transitiveTagKeys] } : {}),
  };
  return [...additional, { field: at('role'), request }];
}

/** What the roles gave, and the keys that they were assumed with. */
interface Assumed {
  readonly base: AwsIdentity;
  readonly identity: AwsIdentity;
}

/**
 * Assumes roles with the identity of `base`, once for many requests. Other keys are another session: who lost the keys loses
 * the role. A refusal is remembered by the kit, so that STS is not asked again and again.
 */
export function roleSession(options: RoleSessionOptions): AwsAccess {
  const { lifetime } = options;
  const session = options.session<Assumed>('roles', {
    login: async ({ signal }) => {
      const base = await options.base();
      const identity = await assumeAll(base, options, signal);
      const expiresAtMs = identity.expiration?.getTime();
      return { value: { base, identity }, ...(expiresAtMs === undefined ? {} : { expiresAtMs }) };
    },
  });
  const current = async ({ base, identity }: Assumed): Promise<AwsIdentity> => {
    if (sameKeys(base, await options.base())) return identity;
    throw new ProviderError('CREDENTIALS_REJECTED', 'the access keys have changed since the role was assumed');
  };
  return {
    login: () => session.use(current, lifetime),
    use: (run, signal) => session.use(run, signal),
  };
}

function sameKeys(a: AwsIdentity, b: AwsIdentity): boolean {
  return (
    a.accessKeyId === b.accessKeyId && a.secretAccessKey === b.secretAccessKey && a.sessionToken === b.sessionToken
  );
}

async function assumeAll(base: AwsIdentity, options: RoleSessionOptions, signal: AbortSignal): Promise<AwsIdentity> {
  let identity = base;
  for (const role of options.roles) identity = await assume(identity, role, options, signal);
  return identity;
}

async function assume(
  from: AwsIdentity,
  role: Role,
  options: RoleSessionOptions,
  signal: AbortSignal,
): Promise<AwsIdentity> {
  const { region, endpoint, metrics, at } = options;
  const client = new STSClient(clientSettings({ region, endpoint, at, login: () => Promise.resolve(from) }));
  checkAnswers(client);
  const request = { ...role.request, RoleSessionName: SESSION_NAME, DurationSeconds: SESSION_SECONDS };
  try {
    const { Credentials } = await metrics.track('AssumeRole', () =>
      client.send(new AssumeRoleCommand(request), { abortSignal: signal }),
    );
    const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = Credentials ?? {};
    if (!AccessKeyId || !SecretAccessKey || !SessionToken || !Expiration)
      throw new ProviderError('BACKEND_UNAVAILABLE', 'AWS STS answered without credentials', { field: role.field });
    return {
      accessKeyId: AccessKeyId,
      secretAccessKey: SecretAccessKey,
      sessionToken: SessionToken,
      expiration: Expiration,
    };
  } catch (error) {
    signal.throwIfAborted();
    throw awsFailure(error, {
      service: 'AWS STS',
      region,
      action: `assume role ${role.request.RoleArn}`,
      field: role.field,
      invalidRequest: 'CONFIG_INVALID',
      at,
    });
  } finally {
    client.destroy();
  }
}
