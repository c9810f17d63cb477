/** What an ARN says about where its secret is. */
export interface SecretArn {
  readonly region: string;
  /** Twelve digits. */
  readonly account: string;
}

/** `arn:aws-cn:secretsmanager:cn-north-1:123456789012:secret:app/db-1a2b3c` */
const ARN = /^arn:[\w-]+:secretsmanager:([\w-]+):(\d{12}):secret:/;

/** Reads the ID of a secret as an ARN; undefined for a name, which is looked up in the region and account that are asked. */
export function secretArn(id: string): SecretArn | undefined {
  const [, region, account] = ARN.exec(id) ?? [];
  return region === undefined || account === undefined ? undefined : { region, account };
}
