import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { type CredentialReader, ProviderError } from '@eso/api/server';
import { awsError } from './aws-error.ts';
import type { SecretsManagerConfig } from './config/secrets-manager.ts';
import { type CredentialProvider, type Credentials, sdkSettings } from './sdk-settings.ts';

/** Shown in CloudTrail as the name of the session. */
const SESSION_NAME = 'external-secrets-provider-aws';
const SESSION_SECONDS = 900;
/** A session is renewed this long before it ends, milliseconds. */
const RENEW_BEFORE_MS = 5 * 60_000;

export interface ConfigCredentialsOptions {
  readonly config: SecretsManagerConfig;
  readonly reader: CredentialReader;
  readonly stsEndpoint: string | undefined;
  /** Wall-clock time, milliseconds. */
  readonly now: () => number;
  /** Ends with the config's backend. */
  readonly signal: AbortSignal;
}

/** A step of the role chain. */
interface Role {
  readonly arn: string;
  readonly ExternalId?: string;
  readonly Tags?: { Key: string; Value: string }[];
  readonly TransitiveTagKeys?: string[];
}

interface RoleSession {
  /** The keys that the chain began with. */
  readonly keys: Credentials;
  readonly credentials: Promise<Credentials>;
  renewMs: number;
}

/**
 * The credentials of one config object: keys from a Secret, and the roles that are assumed with them. Keys are read anew for each
 * request (the reader caches them for seconds), so that replaced ones are used soon; a role's session lasts until shortly before its
 * end or until the keys change.
 */
export class ConfigCredentials {
  readonly #options: ConfigCredentialsOptions;
  #session: RoleSession | undefined;

  constructor(options: ConfigCredentialsOptions) {
    this.#options = options;
  }

  /** For the SDK: called for each request, because what it returns claims to end at once. */
  readonly provider: CredentialProvider = async () => {
    const { accessKeyId, secretAccessKey, sessionToken } = await this.current();
    const expiration = new Date(this.#options.now());
    return { accessKeyId, secretAccessKey, expiration, ...(sessionToken === undefined ? {} : { sessionToken }) };
  };

  /**
   * The credentials to use now.
   * @throws ProviderError CREDENTIALS_UNUSABLE, CREDENTIALS_REJECTED, ACCESS_DENIED, BACKEND_THROTTLED, BACKEND_UNAVAILABLE
   */
  async current(): Promise<Credentials> {
    const keys = await this.#keys();
    const roles = rolesOf(this.#options.config);
    if (roles.length === 0) return keys;
    const known = this.#session;
    if (known && sameKeys(known.keys, keys) && this.#options.now() < known.renewMs) return known.credentials;
    return this.#assume(keys, roles);
  }

  async #keys(): Promise<Credentials> {
    const { config, reader } = this.#options;
    const ref = config.auth?.secretRef;
    if (!ref) throw new ProviderError('CONFIG_INVALID', 'no credentials', { field: 'spec.auth.secretRef' });
    const read = async (name: keyof typeof ref): Promise<string> => {
      const value = await reader.secretKey(ref[name] ?? {}, `spec.auth.secretRef.${name}`);
      return Buffer.from(value).toString('utf8');
    };
    const secretAccessKey = await read('secretAccessKeySecretRef');
    const accessKeyId = await read('accessKeyIDSecretRef');
    if (!ref.sessionTokenSecretRef) return { accessKeyId, secretAccessKey };
    return { accessKeyId, secretAccessKey, sessionToken: await read('sessionTokenSecretRef') };
  }

  /** Requests that come meanwhile wait for the same login. */
  #assume(keys: Credentials, roles: readonly Role[]): Promise<Credentials> {
    const session: RoleSession = { keys, credentials: this.#chain(keys, roles), renewMs: Infinity };
    this.#session = session;
    session.credentials.then(
      ({ expiration }) => (session.renewMs = (expiration?.getTime() ?? 0) - RENEW_BEFORE_MS),
      () => {
        if (this.#session === session) this.#session = undefined;
      },
    );
    return session.credentials;
  }

  async #chain(keys: Credentials, roles: readonly Role[]): Promise<Credentials> {
    let credentials = keys;
    for (const role of roles) credentials = await this.#assumeOne(credentials, role);
    return credentials;
  }

  async #assumeOne(credentials: Credentials, { arn, ...details }: Role): Promise<Credentials> {
    const { config, stsEndpoint, signal } = this.#options;
    const sts = new STSClient(sdkSettings(config.region, stsEndpoint, () => Promise.resolve(credentials)));
    try {
      const { Credentials: assumed } = await sts.send(
        new AssumeRoleCommand({
          RoleArn: arn,
          RoleSessionName: SESSION_NAME,
          DurationSeconds: SESSION_SECONDS,
          ...details,
        }),
        { abortSignal: signal },
      );
      if (!assumed?.AccessKeyId || !assumed.SecretAccessKey || !assumed.SessionToken) {
        throw new ProviderError('BACKEND_UNAVAILABLE', `AWS gave no credentials for role ${arn}`);
      }
      return {
        accessKeyId: assumed.AccessKeyId,
        secretAccessKey: assumed.SecretAccessKey,
        sessionToken: assumed.SessionToken,
        ...(assumed.Expiration ? { expiration: assumed.Expiration } : {}),
      };
    } catch (thrown) {
      throw awsError(thrown, { call: `AssumeRole ${arn}` }, signal);
    } finally {
      sts.destroy();
    }
  }
}

/** External id and tags belong to the last role only. */
function rolesOf({
  additionalRoles = [],
  role,
  externalID,
  sessionTags,
  transitiveTagKeys,
}: SecretsManagerConfig): Role[] {
  const roles: Role[] = additionalRoles.map((arn) => ({ arn }));
  if (!role) return roles;
  return [
    ...roles,
    {
      arn: role,
      ...(externalID ? { ExternalId: externalID } : {}),
      ...(sessionTags?.length ? { Tags: sessionTags.map(({ key, value }) => ({ Key: key, Value: value })) } : {}),
      ...(transitiveTagKeys?.length ? { TransitiveTagKeys: transitiveTagKeys } : {}),
    },
  ];
}

function sameKeys(a: Credentials, b: Credentials): boolean {
  return (
    a.accessKeyId === b.accessKeyId && a.secretAccessKey === b.secretAccessKey && a.sessionToken === b.sessionToken
  );
}
