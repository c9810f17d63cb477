import type { NullBytePolicy } from '@eso/api/resources';
import type { Fuel } from '@eso/runtime';
import { takePass } from '../bounds/costs.ts';
import type { KeyNames } from '../bounds/key-names.ts';
import { SyncError } from '../error.ts';
import { type SecretData, sortedKeys } from './secret-data.ts';

/**
 * Under policy Fail, refuses values with a zero byte: programs that take them from the environment or as C strings see
 * only what stands before it.
 * @throws SyncError NULL_BYTES naming the first key, in byte order; FuelSpent
 */
export function checkNullBytes(
  data: SecretData,
  {
    fuel,
    policy = 'Ignore',
    field,
    names,
  }: { fuel: Fuel; policy?: NullBytePolicy | undefined; field: string; names: KeyNames },
): void {
  if (policy === 'Ignore') return;
  takePass(data, fuel, { value: 1 });
  const offender = sortedKeys(data).find((key) => data.get(key)?.includes(0));
  if (offender === undefined) return;
  const whose = names === 'public' ? ` for key "${offender}"` : '';
  throw new SyncError({
    code: 'NULL_BYTES',
    field,
    what:
      `fetched secret value${whose} contains null bytes; use a text-safe format such as PEM/base64 ` +
      'or leave nullBytePolicy unset for intentional binary data',
    nextStep: 'Store the value as text in the backend, or remove nullBytePolicy.',
  });
}
