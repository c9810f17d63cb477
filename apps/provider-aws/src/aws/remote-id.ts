import { ProviderError } from '@eso/api/server';
import type { FieldPath } from './aws-config.ts';

/** What stands before every key of one config, and what is said of a key that it would spoil. */
export interface RemoteIds {
  /** Empty: nothing. */
  readonly prefix: string;
  /** As users know it: `secret`. */
  readonly what: 'secret' | 'parameter';
  readonly at: FieldPath;
  readonly isArn: (key: string) => boolean;
}

/**
 * What AWS is asked for where a user names `key`.
 * @param field where the user wrote the key
 * @throws ProviderError INVALID_REQUEST for an ARN behind a prefix
 */
export function remoteId(key: string, field: string, { prefix, what, at, isArn }: RemoteIds): string {
  if (!prefix || !isArn(key)) return prefix + key;
  throw new ProviderError('INVALID_REQUEST', `${field} is an ARN, and ${at('prefix')} stands before every key`, {
    field,
    nextStep: `give the ${what}'s name without the prefix, or take ${at('prefix')} away`,
  });
}
