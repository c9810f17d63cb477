import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { type Moto, type MotoOptions, startMoto } from '@eso/testing';

/** Access keys, with a session token where they are temporary. */
export interface TestKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** Where a test that runs anywhere finds AWS. */
export interface TestAccount extends Omit<Moto, 'credentials' | 'url'> {
  /** Of every service; absent in a real account, where the SDK knows them. */
  readonly url: string | undefined;
  readonly region: string;
  readonly keys: TestKeys;
}

const REGION = 'eu-central-1';

/**
 * The real account that `AWS_TEST_ACCOUNT` names, with the usual variables (`AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`,
 * `AWS_SESSION_TOKEN`, `AWS_REGION`), or else an emulator. Credentials alone are no wish to have tests run with them.
 * @throws Error where the variables are not whole, or the keys are of another account
 */
export async function testAccount(options: MotoOptions = {}): Promise<TestAccount> {
  const { AWS_TEST_ACCOUNT: wanted } = process.env;
  if (wanted) return realAccount(wanted);
  process.stderr.write('AWS_TEST_ACCOUNT names no account: the emulator stands for AWS\n');
  const { url, logFile, stop, credentials } = await startMoto(options);
  const keys = credentials ?? { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'any' };
  return { url, region: REGION, keys, logFile, stop };
}

async function realAccount(wanted: string): Promise<TestAccount> {
  const {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
    AWS_REGION: region = REGION,
  } = process.env;
  if (!accessKeyId || !secretAccessKey)
    throw new Error('AWS_TEST_ACCOUNT needs AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY');
  const keys = { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) };
  const client = new STSClient({ region, credentials: keys });
  const { Account: account } = await client.send(new GetCallerIdentityCommand({})).finally(() => client.destroy());
  if (account !== wanted) throw new Error(`the keys are of account ${account}, and AWS_TEST_ACCOUNT is ${wanted}`);
  process.stderr.write(`tests run in AWS account ${account}, region ${region}\n`);
  return { url: undefined, region, keys, logFile: '', stop: () => Promise.resolve() };
}
