/** Login by a ServiceAccount's token, as EKS has it for pods (IRSA): AWS gives a role for it. */
import { AssumeRoleWithWebIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import {
  type ApiCallMetrics,
  type Credentials,
  ProviderError,
  type ServiceAccountIdentity,
  type ServiceAccountSelector,
} from '@eso/api/server';
import type { FieldPath } from './aws-config.ts';
import type { AwsIdentity } from './aws-identity.ts';
import { checkAnswers } from './answer-check.ts';
import { clientSettings } from './client-settings.ts';
import { awsFailure, rejectedAs } from './failure.ts';
import { SERVICE_ACCOUNT_REF } from './login-way.ts';
import type { IdentityWords, Origin } from './origin.ts';
import { SESSION_NAME, SESSION_SECONDS, stsIdentity } from './sts-identity.ts';

/** The ServiceAccount, and where STS is asked. */
export interface WebIdentityOptions {
  readonly ref: ServiceAccountSelector;
  readonly credentials: Credentials;
  readonly region: string;
  readonly endpoint: string | undefined;
  readonly metrics: ApiCallMetrics;
  readonly at: FieldPath;
}

/** Annotations of a ServiceAccount, as EKS reads them. */
const ROLE = 'eks.amazonaws.com/role-arn';
const AUDIENCE = 'eks.amazonaws.com/audience';
const USUAL_AUDIENCE = 'sts.amazonaws.com';

/** What is asked of STS. */
interface Exchange {
  readonly account: ServiceAccountIdentity;
  readonly roleArn: string;
  readonly audience: string;
  readonly field: string;
}

/** The role that a ServiceAccount is annotated with. The token is asked for and shown to STS at each login; nothing is signed. */
export function webIdentity(options: WebIdentityOptions): Origin {
  const field = options.at(SERVICE_ACCOUNT_REF);
  return async () => {
    const account = await options.credentials.serviceAccount(options.ref, field);
    const exchange: Exchange = { account, field, ...annotated(account, field) };
    const { roleArn, audience } = exchange;
    return {
      id: JSON.stringify([account.uid, roleArn, audience]),
      words: sessionWords(exchange),
      identity: (signal) => assumeByToken(exchange, options, signal),
    };
  };
}

function annotated({ annotations, name, namespace }: ServiceAccountIdentity, field: string) {
  const { [ROLE]: roleArn = '', [AUDIENCE]: audience = '' } = annotations;
  if (roleArn !== '') return { roleArn, audience: audience === '' ? USUAL_AUDIENCE : audience };
  throw new ProviderError(
    'CREDENTIALS_UNUSABLE',
    `an IAM role must be associated with service account ${name} (namespace: ${namespace})`,
    { field, nextStep: `annotate the ServiceAccount with ${ROLE}: the ARN of the role` },
  );
}

async function assumeByToken(
  exchange: Exchange,
  options: WebIdentityOptions,
  signal: AbortSignal,
): Promise<AwsIdentity> {
  const { account, roleArn, audience, field } = exchange;
  const { ref, credentials, region, endpoint, metrics, at } = options;
  const { token } = await credentials.serviceAccountToken(ref, { audiences: [audience] }, field);
  signal.throwIfAborted();
  const client = new STSClient(clientSettings({ region, endpoint, at, login: unsigned }));
  checkAnswers(client);
  const request = {
    RoleArn: roleArn,
    RoleSessionName: SESSION_NAME,
    WebIdentityToken: token,
    DurationSeconds: SESSION_SECONDS,
  };
  try {
    const { Credentials: answered } = await metrics.track('AssumeRoleWithWebIdentity', () =>
      client.send(new AssumeRoleWithWebIdentityCommand(request), { abortSignal: signal }),
    );
    return stsIdentity(answered, field);
  } catch (error) {
    signal.throwIfAborted();
    const { namespace, name } = account;
    const failure = awsFailure(error, {
      service: 'AWS STS',
      region,
      action: `assume role ${roleArn} with a token of ServiceAccount ${namespace}/${name}`,
      field,
      invalidRequest: 'CONFIG_INVALID',
      denied:
        `allow sts:AssumeRoleWithWebIdentity in the trust policy of the role for system:serviceaccount:${namespace}:${name} ` +
        `and audience ${audience}`,
      at,
    });
    throw rejectedAs(failure, tokenWords(exchange, failure.backend?.code));
  } finally {
    client.destroy();
  }
}

function unsigned(): Promise<never> {
  return Promise.reject(new Error('a request with a web identity is not signed'));
}

function tokenWords({ account, audience, field }: Exchange, code = ''): IdentityWords {
  const what = `the token of ServiceAccount ${account.namespace}/${account.name}`;
  if (code.startsWith('ExpiredToken'))
    return {
      what,
      field,
      nextStep: 'nothing, once: it asks for another; if it lasts, set the clock of the cluster right',
    };
  return {
    what,
    field,
    nextStep: `register the cluster's token issuer in IAM as an OpenID Connect provider, with audience ${audience} (annotation ${AUDIENCE})`,
  };
}

function sessionWords({ account, roleArn, field }: Exchange): IdentityWords {
  return {
    what: `the session of role ${roleArn}, which ServiceAccount ${account.namespace}/${account.name} is annotated with`,
    field,
    nextStep: 'nothing, once: it logs in anew; if it lasts, look in IAM whether the sessions of the role were revoked',
  };
}
