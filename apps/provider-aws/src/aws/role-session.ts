import { AssumeRoleCommand, type AssumeRoleCommandInput, STSClient } from '@aws-sdk/client-sts';
import { type ApiCallMetrics, ProviderError } from '@eso/api/server';
import type { SecretsManagerConfig } from '../config/secrets-manager.ts';
import { clientSettings } from './client-settings.ts';
import { awsFailure } from './failure.ts';
import type { Identity, Login } from './login.ts';

/** One role to assume. */
export interface Role {
  /** Path in the config object. */
  readonly field: string;
  readonly request: Pick<AssumeRoleCommandInput, 'RoleArn' | 'ExternalId' | 'Tags' | 'TransitiveTagKeys'>;
}

export interface RoleSessionOptions {
  readonly base: Login;
  /** At least one; each is assumed with the identity of the one before. */
  readonly roles: readonly Role[];
  readonly region: string;
  readonly endpoint: string | undefined;
  readonly metrics: ApiCallMetrics;
  readonly now: () => number;
}

/** A fixed name: it stands in AWS's error texts, which must not differ from failure to failure, and in audit logs. */
const SESSION_NAME = 'external-secrets-provider-aws';
/** As short as AWS allows, seconds. */
const SESSION_SECONDS = 900;
/** A session with less time left than this is not used any more, milliseconds. */
const MARGIN_MS = 120_000;

/** The roles of a config object in the order in which they are assumed. All that is special is special to `role`. */
export function rolesOf(config: SecretsManagerConfig): Role[] {
  const additional = (config.additionalRoles ?? []).map((arn, index): Role => ({
    field: `spec.additionalRoles[${index}]`,
    request: { RoleArn: arn },
  }));
  if (!config.role) return additional;
  const request = {
    RoleArn: config.role,
    ...(config.externalID ? { ExternalId: config.externalID } : {}),
    ...(config.sessionTags?.length
      ? { Tags: config.sessionTags.map(({ key, value }) => ({ Key: key, Value: value })) }
      : {}),
    ...(config.transitiveTagKeys?.length ? { TransitiveTagKeys: [...config.transitiveTagKeys] } : {}),
  };
  return [...additional, { field: 'spec.role', request }];
}

/** A session that is used until it nears its end, or until the keys it came from are others. */
interface Session {
  readonly base: Identity;
  readonly identity: Promise<Identity>;
  /** Milliseconds since 1970; infinite while the roles are being assumed. */
  usableUntil: number;
}

/** Assumes roles with the identity of `base`, once for many requests. */
export function roleSession(options: RoleSessionOptions): Login {
  let session: Session | undefined;
  return async () => {
    const base = await options.base();
    if (session && sameKeys(session.base, base) && options.now() < session.usableUntil) return session.identity;
    const started: Session = { base, identity: assumeAll(base, options), usableUntil: Infinity };
    session = started;
    try {
      const identity = await started.identity;
      started.usableUntil = (identity.expiration?.getTime() ?? 0) - MARGIN_MS;
      return identity;
    } catch (error) {
      started.usableUntil = 0;
      throw error;
    }
  };
}

function sameKeys(a: Identity, b: Identity): boolean {
  return (
    a.accessKeyId === b.accessKeyId && a.secretAccessKey === b.secretAccessKey && a.sessionToken === b.sessionToken
  );
}

async function assumeAll(base: Identity, options: RoleSessionOptions): Promise<Identity> {
  let identity = base;
  for (const role of options.roles) identity = await assume(identity, role, options);
  return identity;
}

async function assume(from: Identity, role: Role, options: RoleSessionOptions): Promise<Identity> {
  const { region, endpoint, metrics } = options;
  const client = new STSClient(clientSettings({ region, endpoint, login: () => Promise.resolve(from) }));
  const request = { ...role.request, RoleSessionName: SESSION_NAME, DurationSeconds: SESSION_SECONDS };
  try {
    const { Credentials } = await metrics.track('AssumeRole', () => client.send(new AssumeRoleCommand(request)));
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
    throw awsFailure(error, {
      service: 'AWS STS',
      region,
      action: `assume role ${role.request.RoleArn}`,
      field: role.field,
      invalidRequest: 'CONFIG_INVALID',
    });
  } finally {
    client.destroy();
  }
}
