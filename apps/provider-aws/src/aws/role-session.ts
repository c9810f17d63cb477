import { AssumeRoleCommand, type AssumeRoleCommandInput, STSClient } from '@aws-sdk/client-sts';
import { type ApiCallMetrics, type OpenContext, ProviderError } from '@eso/api/server';
import { checkAnswers } from './answer-check.ts';
import { clientSettings } from './client-settings.ts';
import { awsFailure, rejectedAs } from './failure.ts';
import type { FieldPath } from './aws-config.ts';
import type { LoginConfig } from './login-way.ts';
import type { IdentityWords, Origin } from './origin.ts';
import { sessionTagsOf, type TaggedUse } from './session-tags.ts';
import { SESSION_NAME, SESSION_SECONDS, stsIdentity } from './sts-identity.ts';
import type { AwsAccess, AwsIdentity } from './aws-identity.ts';

/** One role to assume. */
export interface Role {
  /** Path in the config object. */
  readonly field: string;
  readonly request: Pick<AssumeRoleCommandInput, 'RoleArn' | 'ExternalId' | 'Tags' | 'TransitiveTagKeys'>;
}

/** Where the login begins, the roles that are assumed after it, and the kit that keeps what came of it. */
export interface AwsSessionOptions {
  readonly origin: Origin;
  /** Each is assumed with the identity of the one before. */
  readonly roles: readonly Role[];
  readonly region: string;
  readonly endpoint: string | undefined;
  readonly metrics: ApiCallMetrics;
  readonly session: OpenContext<unknown>['session'];
  readonly lifetime: AbortSignal;
  readonly at: FieldPath;
}

/** The roles of a config object in the order in which they are assumed. All that is special is special to `role`. */
export function rolesOf(config: LoginConfig, use: TaggedUse, at: FieldPath): Role[] {
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

/** What a login gave, and what it began with. */
interface Held {
  /** See `Standing`. */
  readonly id: string;
  readonly identity: AwsIdentity;
  readonly words: IdentityWords | undefined;
}

/**
 * Logs in and assumes roles, once for many requests. What the login began with is looked at before each request: who lost it loses
 * the roles. A refusal is remembered by the kit, so that STS is not asked again and again.
 */
export function awsSession(options: AwsSessionOptions): AwsAccess {
  const { lifetime } = options;
  const session = options.session<Held>('login', {
    login: async ({ signal }) => {
      const value = await logIn(options, signal);
      const expiresAtMs = value.identity.expiration?.getTime();
      return { value, ...(expiresAtMs === undefined ? {} : { expiresAtMs }) };
    },
  });
  const current = async ({ id, identity }: Held): Promise<AwsIdentity> => {
    if ((await options.origin()).id === id) return identity;
    throw new ProviderError('CREDENTIALS_REJECTED', 'what the login began with has changed since');
  };
  return {
    login: () => session.use(current, lifetime),
    use: (run, signal) => session.use(({ words }) => named(run, words), signal),
  };
}

async function logIn(options: AwsSessionOptions, signal: AbortSignal): Promise<Held> {
  const origin = await options.origin();
  const { id, words } = origin;
  let held: Held = { id, words, identity: await origin.identity(signal) };
  for (const role of options.roles) {
    const from = held;
    held = {
      id,
      identity: await named(() => assume(from.identity, role, options, signal), from.words),
      words: sessionWords(role),
    };
  }
  return held;
}

/** Whose identity AWS did not take is known here alone. */
async function named<T>(run: () => Promise<T>, words: IdentityWords | undefined): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw words ? rejectedAs(error, words) : error;
  }
}

function sessionWords({ field, request }: Role): IdentityWords {
  return {
    what: `the session of role ${request.RoleArn}`,
    field,
    nextStep: 'nothing, once: it logs in anew; if it lasts, look in IAM whether the sessions of the role were revoked',
  };
}

async function assume(
  from: AwsIdentity,
  role: Role,
  options: AwsSessionOptions,
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
    return stsIdentity(Credentials, role.field);
  } catch (error) {
    signal.throwIfAborted();
    throw awsFailure(error, {
      service: 'AWS STS',
      region,
      action: `assume role ${role.request.RoleArn}`,
      field: role.field,
      invalidRequest: 'CONFIG_INVALID',
      denied: denialStep(role),
      at,
    });
  } finally {
    client.destroy();
  }
}

function denialStep({ request }: Role): string {
  const tagged = request.Tags ? ' and sts:TagSession' : '';
  return (
    `allow sts:AssumeRole${tagged} on the role to the identity that assumes it, and name that identity in the trust policy of the role` +
    (request.ExternalId === undefined ? '' : ', with this external ID')
  );
}
