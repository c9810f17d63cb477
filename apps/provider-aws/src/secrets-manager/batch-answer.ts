import type { BatchGetSecretValueResponse } from '@aws-sdk/client-secrets-manager';
import type { ProviderError } from '@eso/api/server';
import { entriesOf } from '../aws/answers.ts';
import type { AwsError } from '../aws/failure.ts';
import { SECRET_CONTENT, SECRET_ERROR } from './answers.ts';
import type { ListedSecret, SecretValue } from './secret.ts';

/** What a batch says about each of the secrets that were asked for. */
export interface BatchAnswer {
  /** Undefined when it says nothing about the secret. */
  of(secret: ListedSecret): { readonly value: SecretValue } | { readonly failure: ProviderError } | undefined;
}

/** The SDK's answer with what it knows of the request. */
type Output = BatchGetSecretValueResponse & { readonly $metadata?: { readonly requestId?: string } };

/**
 * Reads the answer to a batch. AWS answers "success" also where single secrets failed, and names them by name or ARN.
 * @param failureOf what the error of one secret means.
 */
export function readBatchAnswer(
  { SecretValues, Errors, $metadata }: Output,
  failureOf: (error: AwsError, id: string) => ProviderError,
): BatchAnswer {
  const values = new Map<string | undefined, SecretValue>();
  for (const { Name, ARN, SecretString, SecretBinary } of entriesOf(SecretValues).filter(SECRET_CONTENT))
    for (const id of [ARN, Name]) values.set(id, { text: SecretString, binary: SecretBinary });
  const errors = new Map(
    entriesOf(Errors)
      .filter(SECRET_ERROR)
      .map(({ SecretId, ErrorCode = 'UnknownError', Message = '' }) => [
        SecretId,
        awsError(ErrorCode, Message, $metadata),
      ]),
  );
  return {
    of: ({ name, arn }) => {
      const error = errors.get(name) ?? errors.get(arn);
      if (error) return { failure: failureOf(error, name) };
      const value = values.get(name) ?? values.get(arn);
      return value && { value };
    },
  };
}

/** An error in the form in which it would come had the secret been asked for alone. */
function awsError(name: string, message: string, $metadata: AwsError['$metadata']): AwsError {
  const $fault = /^Internal|Unavailable/.test(name) ? 'server' : 'client';
  return Object.assign(new Error(message), { name, $fault, ...($metadata ? { $metadata } : {}) } as const);
}
