/** What an ARN says about where its resource is. */
export interface ResourceArn {
  readonly region: string;
  /** Twelve digits. */
  readonly account: string;
  /** What stands before the resource's own name. */
  readonly head: string;
}

/** `arn:aws-cn:secretsmanager:cn-north-1:123456789012:secret:app/db-1a2b3c` */
const ARN = /^arn:[\w-]+:([\w-]+):([\w-]+):(\d{12}):/;

/**
 * Reads the ID of a resource as an ARN; undefined for a name, which is looked up in the region and account that are asked.
 * @param kind of resource, as its ARNs begin after the account: `secret:`, `parameter/`
 */
export function resourceArn(id: string, service: 'secretsmanager' | 'ssm', kind: string): ResourceArn | undefined {
  const [start = '', of, region, account] = ARN.exec(id) ?? [];
  if (of !== service || region === undefined || account === undefined) return undefined;
  return id.startsWith(kind, start.length) ? { region, account, head: start + kind } : undefined;
}
