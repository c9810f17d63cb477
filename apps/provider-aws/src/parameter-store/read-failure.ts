import { ProviderError } from '@eso/api/server';
import type { FieldPath } from '../aws/aws-config.ts';
import { type AwsError, awsFailure, backendAnswer, isAwsError } from '../aws/failure.ts';
import { sanitised } from '../aws/sanitised.ts';
import { parameterArn, parameterName } from './parameter-name.ts';

/** As users know it. */
export const PARAMETER_STORE = 'AWS Parameter Store';

/** The read of one parameter. */
export interface ParameterRead {
  /** Name or ARN, with its version. */
  readonly id: string;
  /** Region of the endpoint that was asked. */
  readonly region: string;
  readonly at: FieldPath;
  /** What was read, for the text. Default `read parameter` and its name. */
  readonly action?: string;
  readonly field?: 'find';
}

/** What an absent parameter is answered with: by reads of its value, and of its tags. */
const ABSENT: ReadonlySet<string> = new Set(['ParameterNotFound', 'InvalidResourceId']);

/** Whether AWS says that there is no such parameter. */
export function saysAbsent(thrown: unknown): boolean {
  return isAwsError(thrown) && ABSENT.has(thrown.name);
}

/** What the read of a parameter failed with. SECRET_NOT_FOUND is an absent parameter's alone: deletion policies act on it. */
export function readFailure(thrown: unknown, read: ParameterRead): ProviderError {
  const { id, region, at, action = `read parameter ${id}`, field } = read;
  if (isAwsError(thrown)) {
    if (saysAbsent(thrown)) return absentParameter(read, thrown);
    if (thrown.name === 'ParameterVersionNotFound') return absentVersion(read, thrown);
  }
  return awsFailure(thrown, {
    service: PARAMETER_STORE,
    region,
    action,
    field: field ?? 'remoteRef.key',
    invalidRequest: 'INVALID_REQUEST',
    at,
  });
}

/** The failure where a parameter exists, and not the version that was asked for. */
export function absentVersion({ id }: Pick<ParameterRead, 'id'>, error: AwsError): ProviderError {
  const { base, selector = '' } = parameterName(id);
  return new ProviderError('VERSION_NOT_FOUND', `parameter ${base} has no version ${selector} (${error.name})`, {
    field: 'remoteRef.version',
    nextStep: 'use the number or the label of a version that the parameter has',
    cause: error,
    backend: backendAnswer(error),
  });
}

/** An ARN of another region is not looked for where it would be, so its absence here says nothing. */
function absentParameter({ id, region, at }: ParameterRead, error: AwsError): ProviderError {
  const common = { field: 'remoteRef.key', cause: error, backend: backendAnswer(error) };
  const arn = parameterArn(id);
  if (arn && arn.region !== region)
    return new ProviderError(
      'INVALID_REQUEST',
      `the ARN in remoteRef.key is of region ${arn.region}, and region ${region} was asked; AWS answered ${sanitised(error.name)}`,
      { ...common, nextStep: `correct remoteRef.key, or set ${at('region')} to ${arn.region}` },
    );
  const account = arn ? ` of account ${arn.account}` : '';
  return new ProviderError(
    'SECRET_NOT_FOUND',
    `parameter ${id} does not exist in ${PARAMETER_STORE} in region ${region}${account} (${error.name})`,
    {
      ...common,
      nextStep: `create the parameter in AWS or correct remoteRef.key; prefix and region come from ${at('')}, the account from its credentials`,
    },
  );
}
