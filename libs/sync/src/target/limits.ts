/** What the API server takes as a Secret (k8s.io/kubernetes pkg/apis/core/validation); checked before anything is sent. */
import { compareKeys, type SecretData, sortedKeys } from '../data/secret-data.ts';
import { MAX_KEY_BYTES } from '../data/validate-keys.ts';
import { SyncError } from '../error.ts';

/** Sum of all values, in bytes. */
export const MAX_SECRET_BYTES = 1024 * 1024;

const KEY = /^[-._a-zA-Z0-9]+$/;

/**
 * Checks the data that a Secret is about to get.
 * @throws SyncError KEY_INVALID or SECRET_TOO_LARGE, naming the key and what to do
 */
export function checkSecretLimits(data: SecretData): void {
  for (const key of sortedKeys(data)) {
    if (key.length <= MAX_KEY_BYTES && KEY.test(key) && key !== '.' && !key.startsWith('..')) continue;
    throw new SyncError({
      code: 'KEY_INVALID',
      field: 'spec',
      what: `no Secret can have the key ${JSON.stringify(key.slice(0, MAX_KEY_BYTES))}`,
      nextStep: "Change the key to letters a-z, A-Z, digits, '-', '_' and '.' with a rewrite.",
    });
  }
  const total = [...data.values()].reduce((sum, value) => sum + value.length, 0);
  if (total <= MAX_SECRET_BYTES) return;
  throw new SyncError({
    code: 'SECRET_TOO_LARGE',
    field: 'spec',
    what: `the values have ${total} bytes, a Secret can hold ${MAX_SECRET_BYTES}; the largest is ${largest(data)}`,
    nextStep: 'Fetch less: exclude or split values, or use several ExternalSecrets.',
  });
}

function largest(data: SecretData): string {
  const [first] = [...data].sort(([a, x], [b, y]) => y.length - x.length || compareKeys(a, b));
  return first ? `${JSON.stringify(first[0])} with ${first[1].length} bytes` : 'none';
}
