import { SyncError } from '../error.ts';
import { type SecretData, sortedKeys } from './secret-data.ts';

/** Longest key of a Secret, in bytes. */
export const MAX_KEY_BYTES = 253;

const FORBIDDEN = /[^\p{L}\p{N}._-]/u;
const NEXT_STEP = 'Change the key with a rewrite or a conversionStrategy, or exclude the secret.';

/**
 * Checks the keys that one source gave. An empty key is dropped, as upstream does: some backends have a nameless entry.
 * @throws SyncError KEY_INVALID naming the first key that no Secret can have
 */
export function validateKeys(data: SecretData, field = 'spec'): SecretData {
  const valid = new Map<string, Uint8Array>();
  for (const key of sortedKeys(data)) {
    if (key === '') continue;
    const problem = keyProblem(key);
    if (problem !== undefined) {
      throw new SyncError({ code: 'KEY_INVALID', field, what: problem, nextStep: NEXT_STEP });
    }
    valid.set(key, data.get(key) ?? new Uint8Array());
  }
  return valid;
}

function keyProblem(key: string): string | undefined {
  const bytes = Buffer.byteLength(key);
  if (bytes > MAX_KEY_BYTES) {
    const beginning = Buffer.from(key).subarray(0, MAX_KEY_BYTES).toString();
    return `key has length ${bytes} but max is ${MAX_KEY_BYTES}: (following is truncated): ${beginning}`;
  }
  const forbidden = FORBIDDEN.exec(key)?.[0];
  return forbidden === undefined
    ? undefined
    : `key has invalid character ${forbidden}, only alphanumeric, '-', '.' and '_' are allowed: ${key}`;
}
