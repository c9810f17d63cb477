import type { SecretData } from '../data/secret-data.ts';
import { SyncError } from '../error.ts';
import { shapeLimits } from './limits.ts';

/**
 * Holds what a step made to the bounds, before the next step works on it: a step that doubles, repeated, fills the memory.
 * @throws SyncError DATA_TOO_LARGE with the bound
 */
export function checkGrowth(data: SecretData, field: string): void {
  checkKeyCount(data.size, field);
  const total = new ByteCount(field);
  for (const [key, value] of data) total.add(key, value);
}

/** @throws SyncError DATA_TOO_LARGE */
export function checkKeyCount(keys: number, field: string): void {
  if (keys > shapeLimits.keys) throw tooLarge(`${keys} keys, more than ${shapeLimits.keys}`, field);
}

/** Adds up the size of entries and ends at the bound. */
export class ByteCount {
  readonly #field: string;
  #bytes = 0;

  constructor(field: string) {
    this.#field = field;
  }

  /** @throws SyncError DATA_TOO_LARGE */
  add(key: string, value: Uint8Array): void {
    this.#bytes += Buffer.byteLength(key) + value.length;
    if (this.#bytes > shapeLimits.dataBytes)
      throw tooLarge(`more than ${shapeLimits.dataBytes} bytes of keys and values`, this.#field);
  }
}

/** The error of a step that makes too much; names the bound, not what grew. */
export function tooLarge(what: string, field: string): SyncError {
  return new SyncError({
    code: 'DATA_TOO_LARGE',
    field,
    what,
    nextStep: 'Select fewer secrets, or change this operation so that it does not enlarge them.',
  });
}
