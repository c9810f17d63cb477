import { isUtf8 } from 'node:buffer';
import { ProviderError } from '../../contract/provider-error.ts';
import type { Push } from '../backend.ts';

/** What needs text, and what else can be done with bytes. */
export interface PushTextOptions {
  /** What needs text, in words: `a parameter is text`. Default `JSON is text`. */
  readonly why?: string;
  /** What the user can do. Default: encode it, or push the key alone. */
  readonly nextStep?: string;
  /** Path of the field that makes it text, where it is not the choice of the key. Default `match.secretKey`. */
  readonly field?: string;
}

/**
 * Refuses bytes that would have to become text and are none: what is no UTF-8 would be replaced in silence, and could not be read back.
 * It looks at what the push takes: one key, or all of the data.
 * @throws ProviderError INVALID_REQUEST; names the key where the push does, and else how many they are
 */
export function checkPushText(push: Pick<Push, 'data' | 'secretKey'>, options: PushTextOptions = {}): void {
  const { data, secretKey } = push;
  const taken = secretKey === '' ? [...data] : [...data].filter(([key]) => key === secretKey);
  const binary = taken.filter(([, value]) => !isUtf8(value));
  if (binary.length === 0) return;
  const {
    why = 'JSON is text',
    nextStep = 'encode it in the source Secret, or push the key alone and without a property',
    field = 'match.secretKey',
  } = options;
  const what =
    secretKey === ''
      ? `${binary.length} of the ${data.size} keys of the source Secret hold`
      : `key ${secretKey} of the source Secret holds`;
  throw new ProviderError('INVALID_REQUEST', `${what} bytes that are no UTF-8 text, and ${why}`, { field, nextStep });
}
