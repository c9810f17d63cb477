import { ProviderError } from '@eso/api/server';
import { type AwsError, backendAnswer, isAwsError } from '../aws/failure.ts';
import { MANAGED_BY } from '../aws/managed-tags.ts';
import { REMOTE_KEY } from '../aws/writing-calls.ts';

/** What AWS answers to a write where a secret on its way out has the name; told apart by its text alone. */
const SCHEDULED = /\b(marked|scheduled) (for deletion|deleted)\b/;

/** The failure of a write because of a secret that is scheduled for deletion; undefined for every other one. */
export function saysScheduled(name: string, thrown: unknown): ProviderError | undefined {
  if (!isAwsError(thrown) || thrown.name !== 'InvalidRequestException') return undefined;
  return SCHEDULED.test(thrown.message) ? scheduledForDeletion(name, thrown) : undefined;
}

/** A name that stays taken until AWS has deleted what had it: ALREADY_EXISTS. */
export function scheduledForDeletion(name: string, cause?: AwsError): ProviderError {
  return new ProviderError(
    'ALREADY_EXISTS',
    `secret ${name} is scheduled for deletion in AWS, and keeps its name till then`,
    {
      field: REMOTE_KEY,
      nextStep: 'restore the secret in AWS, delete it there without recovery, or choose another remote key',
      ...(cause && { cause, backend: backendAnswer(cause) }),
    },
  );
}

/** A secret that somebody else manages: ALREADY_EXISTS. */
export function notManaged(name: string): ProviderError {
  const { key, value } = MANAGED_BY;
  return new ProviderError(
    'ALREADY_EXISTS',
    `secret not managed by external-secrets: ${name} exists without its mark`,
    {
      field: REMOTE_KEY,
      nextStep: `choose another remote key, or give the secret the tag ${key} with the value ${value}`,
    },
  );
}

/** A secret that is written elsewhere: INVALID_REQUEST. */
export function isReplica(name: string, primaryRegion: string, regionField: string): ProviderError {
  return new ProviderError('INVALID_REQUEST', `secret ${name} is a replica of the one in region ${primaryRegion}`, {
    field: REMOTE_KEY,
    nextStep: `push with ${regionField} ${primaryRegion}, or choose another remote key`,
  });
}
