import type { Fuel } from '@eso/runtime';
import { takePass } from '../bounds/costs.ts';
import type { KeyNames } from '../bounds/key-names.ts';
import { SyncError } from '../error.ts';
import { type SecretData, sortedKeys } from './secret-data.ts';

/** Longest key of a Secret, in bytes. */
export const MAX_KEY_BYTES = 253;

const FORBIDDEN = /[^\p{L}\p{N}._-]/u;
const NEXT_STEP = 'Change the key with a rewrite or a conversionStrategy, or exclude the secret.';

/** What a check of keys may cost, and how it names what is wrong. */
export interface ValidateOptions {
  /** What the work may cost; taken before it is done. */
  readonly fuel: Fuel;
  /** Path of the entry that errors name, such as `spec.dataFrom[0].extract`. */
  readonly field: string;
  /** Whether errors may name the keys. */
  readonly names: KeyNames;
}

/**
 * Checks the keys that one source gave. A key that was empty in the backend is dropped, as upstream does: some have a nameless
 * entry. (One that a rewrite emptied is refused by the rewrite.)
 * @throws SyncError KEY_INVALID naming the first key that no Secret can have; FuelSpent
 */
export function validateKeys(data: SecretData, { fuel, field, names }: ValidateOptions): SecretData {
  takePass(data, fuel, { key: 10 });
  const valid = new Map<string, Uint8Array>();
  for (const key of sortedKeys(data)) {
    if (key === '') continue;
    const problem = keyProblem(key, names);
    if (problem !== undefined) {
      throw new SyncError({ code: 'KEY_INVALID', field, what: problem, nextStep: NEXT_STEP });
    }
    valid.set(key, data.get(key) ?? new Uint8Array());
  }
  return valid;
}

function keyProblem(key: string, names: KeyNames): string | undefined {
  const bytes = Buffer.byteLength(key);
  if (bytes > MAX_KEY_BYTES) {
    const beginning = Buffer.from(key).subarray(0, MAX_KEY_BYTES).toString();
    const shown = names === 'public' ? `: (following is truncated): ${beginning}` : '';
    return `key has length ${bytes} but max is ${MAX_KEY_BYTES}${shown}`;
  }
  const forbidden = FORBIDDEN.exec(key)?.[0];
  if (forbidden === undefined) return undefined;
  return names === 'public'
    ? `key has invalid character ${forbidden}, only alphanumeric, '-', '.' and '_' are allowed: ${key}`
    : "key has an invalid character, only alphanumeric, '-', '.' and '_' are allowed";
}
