import type { Credentials as StsCredentials } from '@aws-sdk/client-sts';
import { ProviderError } from '@eso/api/server';
import type { AwsIdentity } from './aws-identity.ts';

/** A fixed name: it stands in AWS's error texts, which must not differ from failure to failure, and in audit logs. */
export const SESSION_NAME = 'external-secrets-provider-aws';
/** As short as AWS allows, seconds. */
export const SESSION_SECONDS = 900;

/**
 * What STS answered, as an identity.
 * @param field what the user wrote that led to the call
 * @throws ProviderError BACKEND_UNAVAILABLE where a part of it is missing
 */
export function stsIdentity(answered: StsCredentials | undefined, field: string): Required<AwsIdentity> {
  const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = answered ?? {};
  if (AccessKeyId && SecretAccessKey && SessionToken && Expiration)
    return {
      accessKeyId: AccessKeyId,
      secretAccessKey: SecretAccessKey,
      sessionToken: SessionToken,
      expiration: Expiration,
    };
  throw new ProviderError('BACKEND_UNAVAILABLE', 'AWS STS answered without credentials', { field });
}
