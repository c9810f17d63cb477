import { type ResourceArn, resourceArn } from '../aws/arn.ts';

/** The name of a parameter, and what a reference says about a version of it. */
export interface ParameterName {
  /** Name or ARN, without a version. */
  readonly base: string;
  /** Number or label; absent: the latest. */
  readonly selector?: string;
}

/** `arn:aws-cn:ssm:cn-north-1:123456789012:parameter/app/db` */
export function parameterArn(name: string): ResourceArn | undefined {
  return resourceArn(name, 'ssm', 'parameter/');
}

/** Splits `name:3` and `name:label`. No name has a colon in it, and an ARN five before its name. */
export function parameterName(id: string): ParameterName {
  const start = parameterArn(id)?.head.length ?? 0;
  const colon = id.indexOf(':', start);
  return colon < 0 ? { base: id } : { base: id.slice(0, colon), selector: id.slice(colon + 1) };
}

/** Levels of a name that AWS takes, and characters. */
const MAX_LEVELS = 15;
const MAX_NAME = 1_011;

/** Why no parameter is written by this name, after its name; undefined for one that AWS takes, and for an ARN. */
export function parameterNameProblem(name: string): string | undefined {
  if (parameterName(name).selector !== undefined) return 'names a version, which cannot be written';
  if (parameterArn(name)) return undefined;
  if (name === '') return 'is empty';
  if (/[^\w./-]/.test(name)) return 'has characters that Parameter Store does not take';
  if (name.includes('/') && !name.startsWith('/')) return 'has levels and does not begin with /';
  if (name.split('/').length - 1 > MAX_LEVELS) return `has more than ${MAX_LEVELS} levels`;
  return name.length > MAX_NAME ? `has ${name.length} characters, and Parameter Store takes ${MAX_NAME}` : undefined;
}
