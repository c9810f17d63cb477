import type { Call } from '../http/exchange.ts';
import type { Vault } from './vault.ts';
import { VaultError } from './vault-error.ts';
import type { Attributes } from './versions.ts';

/** How long a deleted object is kept. */
export const RECOVERABLE_DAYS = 90;
const MAX_TAGS = 15;
const MAX_TAG_CHARACTERS = 256;

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

/** A text of a body; nothing where it is absent or null. @throws VaultError 400 for anything else */
export function textFrom(body: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = body[name] ?? undefined;
  if (value === undefined || typeof value === 'string') return value;
  throw new VaultError(400, 'BadParameter', `${name} is not a text.`);
}

/** Attributes of a new version, or of one that is changed. @throws VaultError 400 where a time is not a number */
export function attributesFrom(given: unknown, seconds: number, before?: Attributes): Attributes {
  const { enabled, exp, nbf } = isObject(given) ? given : {};
  return {
    ...before,
    enabled: typeof enabled === 'boolean' ? enabled : (before?.enabled ?? true),
    ...timeOf('nbf', nbf),
    ...timeOf('exp', exp),
    created: before?.created ?? seconds,
    updated: seconds,
  };
}

/** As clients get them. */
export function attributesOut({ purgeProtection }: Pick<Vault, 'purgeProtection'>, attributes: Attributes): object {
  const recoveryLevel = purgeProtection ? 'Recoverable' : 'Recoverable+Purgeable';
  return { ...attributes, recoveryLevel, recoverableDays: RECOVERABLE_DAYS };
}

/** Tags as given. @throws VaultError 400 for more than 15, or such as are not texts of up to 256 characters */
export function tagsFrom(given: unknown): Record<string, string> | undefined {
  if (given === undefined || given === null) return undefined;
  if (!isObject(given)) throw new VaultError(400, 'BadParameter', 'tags is not an object.');
  const entries = Object.entries(given);
  if (entries.length > MAX_TAGS) throw new VaultError(400, 'BadParameter', `More than ${MAX_TAGS} tags.`);
  for (const [name, value] of entries) {
    if (typeof value === 'string' && Math.max(name.length, value.length) <= MAX_TAG_CHARACTERS) continue;
    throw new VaultError(400, 'BadParameter', `Tag ${name} is not a text of up to ${MAX_TAG_CHARACTERS} characters.`);
  }
  return given as Record<string, string>;
}

/** Whether a value is an object that is no array. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function timeOf<K extends 'exp' | 'nbf'>(name: K, given: unknown): Partial<Record<K, number>> {
  if (given === undefined || given === null) return {};
  if (typeof given === 'number' && Number.isInteger(given)) return { [name]: given } as Partial<Record<K, number>>;
  throw new VaultError(400, 'BadParameter', `${name} is not a number of seconds.`);
}
