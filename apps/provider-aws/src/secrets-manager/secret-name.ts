import { type ResourceArn, resourceArn } from '../aws/arn.ts';

/** AWS takes no longer name. */
const MAX_NAME = 512;

/** `arn:aws-cn:secretsmanager:cn-north-1:123456789012:secret:app/db-1a2b3c` */
export function secretArn(id: string): ResourceArn | undefined {
  return resourceArn(id, 'secretsmanager', 'secret:');
}

/** Why no secret can have this name, after its name; undefined for a name that AWS takes, and for an ARN. */
export function secretNameProblem(name: string): string | undefined {
  if (secretArn(name)) return undefined;
  if (name === '') return 'is empty';
  if (/[^\w/+=.@-]/.test(name)) return 'has characters that Secrets Manager does not take';
  return name.length > MAX_NAME ? `has ${name.length} characters, and Secrets Manager takes ${MAX_NAME}` : undefined;
}
