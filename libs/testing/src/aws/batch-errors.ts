import type { AwsAnswer } from './aws-proxy.ts';

interface Batch {
  readonly SecretValues: readonly { readonly Name: string }[];
  readonly Errors?: readonly unknown[];
}

/**
 * The emulator's answer to a batch, in which single secrets failed as they do with AWS.
 * @param failed by name: AWS's code and text.
 */
export async function batchErrors(
  forward: () => Promise<AwsAnswer>,
  failed: Readonly<Record<string, readonly [code: string, message: string]>>,
): Promise<AwsAnswer> {
  const answer = await forward();
  if (answer.status !== 200) return answer;
  const { SecretValues, ...rest } = JSON.parse(answer.body) as Batch;
  const Errors = SecretValues.filter(({ Name }) => failed[Name]).map(({ Name }) => {
    const [ErrorCode, Message] = failed[Name] ?? [];
    return { SecretId: Name, ErrorCode, Message };
  });
  const kept = SecretValues.filter(({ Name }) => !failed[Name]);
  return { ...answer, body: JSON.stringify({ ...rest, SecretValues: kept, Errors }) };
}
