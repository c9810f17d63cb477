import { type SecretData, sortedKeys } from '../data/secret-data.ts';
import { SyncError } from '../error.ts';

/**
 * Gives each key a new name. Two keys may become one only where their values are the same: upstream lets one of them
 * win by chance, which loses a value in silence.
 * @throws SyncError KEY_COLLISION
 */
export function renameKeys(data: SecretData, rename: (key: string) => string, field: string): SecretData {
  const renamed = new Map<string, Uint8Array>();
  for (const key of sortedKeys(data)) {
    const name = rename(key);
    const value = data.get(key) ?? new Uint8Array();
    const other = renamed.get(name);
    if (other !== undefined && Buffer.compare(other, value) !== 0) throw collision(name, field);
    renamed.set(name, value);
  }
  return renamed;
}

function collision(name: string, field: string): SyncError {
  return new SyncError({
    code: 'KEY_COLLISION',
    field,
    what: `two keys with different values are both rewritten to ${name}`,
    nextStep: 'Change the rewrite so that every secret keeps a key of its own.',
  });
}
