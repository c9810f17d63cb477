/** Login as the provider's own pod, where an administrator lends its identity: what the SDK finds by itself. */
import { defaultProvider } from '@aws-sdk/credential-provider-node';
import { ProviderError } from '@eso/api/server';
import type { FieldPath } from './aws-config.ts';
import type { AwsIdentity } from './aws-identity.ts';
import { awsFailure, isAwsError, rejectedAs } from './failure.ts';
import type { IdentityWords, Origin } from './origin.ts';
import { SESSION_NAME } from './sts-identity.ts';

/** Where STS is asked, if the pod has a web identity. */
export interface PodIdentityOptions {
  readonly region: string;
  readonly endpoint: string | undefined;
  readonly at: FieldPath;
}

/**
 * The identity of the pod: access keys in its environment, files of AWS's tools, the token file of IRSA, the endpoint of EKS Pod
 * Identity or ECS, the metadata service of its machine, the first of them that is there.
 */
export function podIdentity(options: PodIdentityOptions): Origin {
  const words: IdentityWords = {
    what: "the identity of the provider's pod",
    field: options.at('auth'),
    nextStep: "check the IAM role that is bound to the provider's ServiceAccount",
  };
  return () => Promise.resolve({ id: 'pod', words, identity: () => fromPod(options, words) });
}

async function fromPod({ region, endpoint, at }: PodIdentityOptions, words: IdentityWords): Promise<AwsIdentity> {
  // A chain for each login: the SDK's memo would give back what AWS has just refused. The kit keeps what comes of it.
  const chain = defaultProvider({
    roleSessionName: process.env['AWS_ROLE_SESSION_NAME'] ?? SESSION_NAME,
    clientConfig: { region, userAgentAppId: 'external-secrets', ...(endpoint === undefined ? {} : { endpoint }) },
  });
  try {
    const { accessKeyId, secretAccessKey, sessionToken, expiration } = await chain();
    return {
      accessKeyId,
      secretAccessKey,
      ...(sessionToken === undefined ? {} : { sessionToken }),
      ...(expiration === undefined ? {} : { expiration }),
    };
  } catch (error) {
    throw rejectedAs(podFailure(error, { region, endpoint, at }), words);
  }
}

function podFailure(error: unknown, { region, at }: PodIdentityOptions): ProviderError {
  const field = at('auth');
  if (isAwsError(error) && error.$fault !== undefined)
    return awsFailure(error, {
      service: 'AWS STS',
      region,
      action: "log in as the provider's pod",
      field,
      invalidRequest: 'CREDENTIALS_UNUSABLE',
      denied: "allow it in the trust policy of the role that is bound to the provider's ServiceAccount",
      at,
    });
  // The SDK says of each place that it looked at, and of files; none of it helps whoever wrote the store.
  return new ProviderError('CREDENTIALS_UNUSABLE', "the provider's pod has no identity at AWS", {
    field,
    nextStep:
      "bind an IAM role to the provider's ServiceAccount (EKS Pod Identity, or its annotation eks.amazonaws.com/role-arn), or name credentials",
    cause: error,
  });
}
