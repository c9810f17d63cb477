import type { Call } from '../http/exchange.ts';
import type { Attributes } from './versions.ts';
import { VaultError } from './vault-error.ts';

/** How long a deleted object is kept. */
export const RECOVERABLE_DAYS = 90;
const MAX_TAGS = 15;

/** A body as JSON object. @throws VaultError 400 */
export function jsonOf({ body }: Call): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(body.toString());
    if (isObject(value)) return value;
  } catch {
    // Said below.
  }
  throw new VaultError(400, 'BadParameter', 'The request body is not a JSON object.');
}

/** Attributes of a new version. @throws VaultError 400 where a time is not a number */
export function attributesFrom(given: unknown, seconds: number): Attributes {
  const { enabled, exp, nbf } = isObject(given) ? given : {};
  return {
    enabled: enabled !== false,
    ...timeOf('nbf', nbf),
    ...timeOf('exp', exp),
    created: seconds,
    updated: seconds,
  };
}

/** As clients get them. */
export function attributesOut(attributes: Attributes): object {
  return { ...attributes, recoveryLevel: 'Recoverable+Purgeable', recoverableDays: RECOVERABLE_DAYS };
}

/** Tags as given. @throws VaultError 400 for more than 15, or such as are not texts */
export function tagsFrom(given: unknown): Record<string, string> | undefined {
  if (given === undefined || given === null) return undefined;
  if (!isObject(given)) throw new VaultError(400, 'BadParameter', 'tags is not an object.');
  const entries = Object.entries(given);
  if (entries.length > MAX_TAGS) throw new VaultError(400, 'BadParameter', `More than ${MAX_TAGS} tags.`);
  for (const [name, value] of entries) {
    if (typeof value !== 'string' || name.length > 256 || value.length > 256) {
      throw new VaultError(400, 'BadParameter', `Tag ${name} is not a text of up to 256 characters.`);
    }
  }
  return given as Record<string, string>;
}

/** Whether a value is an object that is no array. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function timeOf<K extends 'exp' | 'nbf'>(name: K, given: unknown): Partial<Record<K, number>> {
  if (given === undefined || given === null) return {};
  if (typeof given !== 'number' || !Number.isInteger(given))
    throw new VaultError(400, 'BadParameter', `${name} is not a number of seconds.`);
  return { [name]: given } as Partial<Record<K, number>>;
}
