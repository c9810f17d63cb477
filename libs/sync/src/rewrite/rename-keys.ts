import { ByteCount, tooLarge } from '../bounds/check-growth.ts';
import { takePass } from '../bounds/costs.ts';
import { shapeLimits } from '../bounds/limits.ts';
import { type SecretData, sortedKeys } from '../data/secret-data.ts';
import { SyncError } from '../error.ts';
import type { RewriteContext } from './rewrite-context.ts';

/** An operation that gives each key a new name. */
export interface Renaming {
  /** The new name of a key. May throw `tooLong` before it is finished. */
  readonly rename: (key: string) => string;
  /** What the user wrote, for the texts: `the expression "a"`. */
  readonly what: string;
}

/**
 * Gives each key a new name. Two keys may become one only where their values are the same: upstream lets one of them
 * win by chance, which loses a value in silence, as does a name that becomes empty.
 * @throws SyncError KEY_COLLISION, KEY_EMPTY, DATA_TOO_LARGE; FuelSpent
 */
export function renameKeys(data: SecretData, { rename, what }: Renaming, { fuel, field }: RewriteContext): SecretData {
  takePass(data, fuel);
  const renamed = new Map<string, Uint8Array>();
  const bytes = new ByteCount(field);
  let collisions = 0;
  let emptied = 0;
  for (const key of sortedKeys(data)) {
    const name = rename(key);
    if (Buffer.byteLength(name) > shapeLimits.keyBytes) throw tooLong(what, field);
    if (name === '' && key !== '') emptied++;
    const value = data.get(key) ?? new Uint8Array();
    bytes.add(name, value);
    const other = renamed.get(name);
    if (other !== undefined && Buffer.compare(other, value) !== 0) collisions++;
    renamed.set(name, value);
  }
  if (emptied > 0) throw noName(what, emptied, data.size, field);
  if (collisions > 0) throw collision(what, collisions, data.size, field);
  return renamed;
}

/** The error for a key that grows past its bound. */
export function tooLong(what: string, field: string): SyncError {
  return tooLarge(`${what} makes a key of more than ${shapeLimits.keyBytes} bytes`, field);
}

/** What the user wrote, shortened, for a text. */
export function quoted(expression: string): string {
  return JSON.stringify(expression.length > 120 ? `${expression.slice(0, 120)}…` : expression);
}

function noName(what: string, emptied: number, keys: number, field: string): SyncError {
  return new SyncError({
    code: 'KEY_EMPTY',
    field,
    what: `${what} leaves nothing of ${emptied} of ${keys} keys`,
    nextStep: 'Change the rewrite so that every secret keeps a key of its own, or select fewer secrets.',
  });
}

function collision(what: string, collisions: number, keys: number, field: string): SyncError {
  return new SyncError({
    code: 'KEY_COLLISION',
    field,
    what: `${what} gives ${collisions} of ${keys} keys a name that another key with a different value has`,
    nextStep: 'Change the rewrite so that every secret keeps a key of its own.',
  });
}
