import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import type { ApiCallMetrics } from '@eso/api/server';
import { checkAnswers } from './answer-check.ts';
import { clientSettings } from './client-settings.ts';
import type { FieldPath } from './aws-config.ts';
import type { AwsIdentityProvider } from './aws-identity.ts';

/** Whose account is asked for, and where; without an endpoint it is the one of the region. */
export interface CallerAccountOptions {
  readonly login: AwsIdentityProvider;
  readonly region: string;
  readonly endpoint: string | undefined;
  readonly metrics: ApiCallMetrics;
  readonly at: FieldPath;
}

/** STS may be out of reach where Secrets Manager is not; nobody waits longer than this for it, milliseconds. */
const PATIENCE_MS = 2_000;

interface Asked {
  readonly accessKeyId: string;
  readonly account: Promise<string | undefined>;
}

/**
 * Yields the account that requests are made as, or undefined where STS does not say so. STS is asked once for each access key,
 * and needs no permission for it.
 * @throws ProviderError of `login`.
 */
export function callerAccount(options: CallerAccountOptions): () => Promise<string | undefined> {
  let asked: Asked | undefined;
  return async () => {
    const { accessKeyId } = await options.login();
    if (asked?.accessKeyId === accessKeyId) return asked.account;
    const started: Asked = { accessKeyId, account: ask(options) };
    asked = started;
    const account = await started.account;
    if (account === undefined && asked === started) asked = undefined;
    return account;
  };
}

async function ask({ login, region, endpoint, metrics, at }: CallerAccountOptions): Promise<string | undefined> {
  const client = new STSClient({
    ...clientSettings({ region, endpoint, login, at }),
    maxAttempts: 1,
    requestHandler: { connectionTimeout: PATIENCE_MS, requestTimeout: PATIENCE_MS, throwOnRequestTimeout: true },
  });
  checkAnswers(client);
  try {
    return (await metrics.track('GetCallerIdentity', () => client.send(new GetCallerIdentityCommand({})))).Account;
  } catch {
    // It only adds to the words of another failure.
    return undefined;
  } finally {
    client.destroy();
  }
}
