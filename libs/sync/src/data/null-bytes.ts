import type { NullBytePolicy } from '@eso/api/resources';
import { SyncError } from '../error.ts';
import { type SecretData, sortedKeys } from './secret-data.ts';

/**
 * Under policy Fail, refuses values with a zero byte: programs that take them from the environment or as C strings see
 * only what stands before it.
 * @throws SyncError NULL_BYTES naming the first key, in byte order
 */
export function checkNullBytes(data: SecretData, policy: NullBytePolicy = 'Ignore', field = 'spec'): void {
  if (policy === 'Ignore') return;
  const offender = sortedKeys(data).find((key) => data.get(key)?.includes(0));
  if (offender === undefined) return;
  throw new SyncError({
    code: 'NULL_BYTES',
    field,
    what:
      `fetched secret value for key "${offender}" contains null bytes; use a text-safe format such as PEM/base64 ` +
      'or leave nullBytePolicy unset for intentional binary data',
    nextStep: 'Store the value as text in the backend, or remove nullBytePolicy.',
  });
}
