/** The name of a parameter, and what a reference says about a version of it. */
export interface ParameterName {
  /** Name or ARN, without a version. */
  readonly base: string;
  /** Number or label; absent: the latest. */
  readonly selector?: string;
}

/** What an ARN says about where its parameter is. */
export interface ParameterArn {
  readonly region: string;
  /** Twelve digits. */
  readonly account: string;
}

/** `arn:aws-cn:ssm:cn-north-1:123456789012:parameter/app/db` */
const ARN = /^arn:[\w-]+:ssm:([\w-]+):(\d{12}):parameter\//;

/** Reads a name as an ARN; undefined for a name, which is looked up in the region and account that are asked. */
export function parameterArn(name: string): ParameterArn | undefined {
  const [, region, account] = ARN.exec(name) ?? [];
  return region === undefined || account === undefined ? undefined : { region, account };
}

/** Splits `name:3` and `name:label`. No name has a colon in it, and an ARN five before its name. */
export function parameterName(id: string): ParameterName {
  const start = ARN.exec(id)?.[0].length ?? 0;
  const colon = id.indexOf(':', start);
  return colon < 0 ? { base: id } : { base: id.slice(0, colon), selector: id.slice(colon + 1) };
}
