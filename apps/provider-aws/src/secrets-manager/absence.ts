import { ProviderError } from '@eso/api/server';
import type { FieldPath } from '../aws/aws-config.ts';
import { type AwsError, backendAnswer } from '../aws/failure.ts';
import { sanitised } from '../aws/sanitised.ts';
import { secretArn } from './secret-name.ts';

/** Which version of a secret. */
export type VersionSelector = { readonly VersionStage: string } | { readonly VersionId: string };

/** The version that is asked for when nobody asks for one. */
export const CURRENT_VERSION: VersionSelector = { VersionStage: 'AWSCURRENT' };

/** What AWS was asked to read. */
export interface ReadRequest {
  /** Name or ARN. */
  readonly id: string;
  /** Absent: the secret's description. */
  readonly version?: VersionSelector;
  /** Region of the endpoint that was asked. */
  readonly region: string;
  readonly at: FieldPath;
}

/**
 * What is not there:
 * - `secret`: the secret, as far as the answer tells
 * - `deleted`: the secret, which is scheduled for deletion
 * - `version`: the version that was asked for by a staging label or an ID
 * - `value`: the secret exists, and nothing was ever stored in it
 */
export type Absence = 'secret' | 'deleted' | 'version' | 'value';

/** A secret that is on its way out answers with an error of another name, which is only told apart by its text. */
const DELETED = /\bmarked (for deletion|deleted)\b/;
/** AWS has one name for an absent secret and an absent version. Its text speaks of the value when the secret is there. */
const NO_VALUE = /\bspecified secret value\b/i;

/** What the error of a read says is not there; undefined for every other failure. */
export function absenceIn(
  { name, message }: Pick<AwsError, 'name' | 'message'>,
  version: VersionSelector = CURRENT_VERSION,
): Absence | undefined {
  if (name === 'ResourceNotFoundException') return NO_VALUE.test(message) ? absentPart(version) : 'secret';
  return ['InvalidRequestException', 'InvalidParameterException'].includes(name) && DELETED.test(message)
    ? 'deleted'
    : undefined;
}

/** What is missing of a secret that exists. */
export function absentPart(version: VersionSelector): Absence {
  return 'VersionStage' in version && version.VersionStage === 'AWSCURRENT' ? 'value' : 'version';
}

/** The failure of a read that found nothing. SECRET_NOT_FOUND is the secret's alone: deletion policies act on it. */
export function absenceFailure(absence: Absence, asked: ReadRequest, error: AwsError): ProviderError {
  const { id, region, at } = asked;
  const options = { field: 'remoteRef.key', cause: error, backend: backendAnswer(error) };
  switch (absence) {
    case 'secret': {
      const arn = secretArn(id);
      const account = arn ? ` of account ${arn.account}` : '';
      return new ProviderError(
        'SECRET_NOT_FOUND',
        `secret ${id} does not exist in AWS Secrets Manager in region ${region}${account} (${error.name})`,
        {
          ...options,
          nextStep: arn
            ? 'correct the ARN in remoteRef.key, the six characters at its end included'
            : `create the secret in the backend or correct remoteRef.key; prefix and region come from ${at('')}, the account from its credentials`,
        },
      );
    }
    case 'deleted':
      return new ProviderError(
        'SECRET_NOT_FOUND',
        `secret ${id} is scheduled for deletion in AWS Secrets Manager in region ${region} (${error.name})`,
        { ...options, nextStep: 'restore the secret in AWS, or remove the reference to it' },
      );
    case 'value':
      return new ProviderError('VERSION_NOT_FOUND', `secret ${id} exists but has no value yet (${error.name})`, {
        ...options,
        nextStep: 'store a value in the secret',
      });
    case 'version':
      return new ProviderError('VERSION_NOT_FOUND', `secret ${id} has no ${versionName(asked)} (${error.name})`, {
        ...options,
        field: 'remoteRef.version',
        nextStep: versionAdvice(asked),
      });
  }
}

/** The failure of a read whose ARN points elsewhere than where it was asked; undefined where it does not. */
export function strayArn(asked: ReadRequest, account: string | undefined, error: AwsError): ProviderError | undefined {
  const arn = secretArn(asked.id);
  if (!arn) return undefined;
  const stray = (what: string, nextStep: string): ProviderError =>
    new ProviderError('INVALID_REQUEST', `${what}; AWS answered ${error.name}: ${sanitised(error.message)}`, {
      field: 'remoteRef.key',
      nextStep,
      cause: error,
      backend: backendAnswer(error),
    });
  if (arn.region !== asked.region)
    return stray(
      `the ARN in remoteRef.key is of region ${arn.region}, and region ${asked.region} was asked`,
      `correct remoteRef.key, or set ${asked.at('region')} to ${arn.region}`,
    );
  if (account !== undefined && arn.account !== account)
    return stray(
      `the ARN in remoteRef.key is of account ${arn.account}, and the credentials are of account ${account}`,
      `correct remoteRef.key, or let account ${arn.account} share the secret by its resource policy`,
    );
  return undefined;
}

function versionName({ version }: ReadRequest): string {
  if (!version) return 'such version';
  return 'VersionId' in version
    ? `version with ID ${version.VersionId}`
    : `version with staging label ${version.VersionStage}`;
}

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

function versionAdvice({ version }: ReadRequest): string {
  if (version && 'VersionStage' in version && UUID.test(version.VersionStage))
    return `write uuid/${version.VersionStage} if this is a version ID`;
  return 'use a staging label that the secret has, such as AWSPREVIOUS, or uuid/ and the ID of a version that it has';
}
