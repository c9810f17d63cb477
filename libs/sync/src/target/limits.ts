/** What the API server takes as a Secret (k8s.io/kubernetes pkg/apis/core/validation); checked before anything is sent. */
import { compareKeys, type SecretData, sortedKeys } from '../data/secret-data.ts';
import { MAX_KEY_BYTES } from '../data/validate-keys.ts';
import { SyncError } from '../error.ts';

/** Sum of all values, in bytes. */
export const MAX_SECRET_BYTES = 1024 * 1024;

const KEY = /^[-._a-zA-Z0-9]+$/;

/**
 * Checks the data that a Secret is about to get.
 * @param written keys that stand in the manifest; others may come from inside a secret and are not named
 * @throws SyncError KEY_INVALID or SECRET_TOO_LARGE, naming what may be named and what to do
 */
export function checkSecretLimits(data: SecretData, written: ReadonlySet<string>): void {
  const invalid = sortedKeys(data).filter((key) => !isValid(key));
  const [first] = invalid;
  if (first !== undefined) {
    const named = written.has(first) ? `the key ${JSON.stringify(first.slice(0, MAX_KEY_BYTES))}` : 'some of the keys';
    throw new SyncError({
      code: 'KEY_INVALID',
      field: 'spec',
      what: `no Secret can have ${named}: ${invalid.length} of ${data.size} have other characters than it takes, or too many`,
      nextStep: "Change the key to letters a-z, A-Z, digits, '-', '_' and '.', in the template or with a rewrite.",
    });
  }
  const total = [...data.values()].reduce((sum, value) => sum + value.length, 0);
  if (total <= MAX_SECRET_BYTES) return;
  throw new SyncError({
    code: 'SECRET_TOO_LARGE',
    field: 'spec',
    what: `the values have ${total} bytes, a Secret can hold ${MAX_SECRET_BYTES}; the largest ${largest(data, written)}`,
    nextStep: 'Fetch less: exclude or split values, or use several ExternalSecrets.',
  });
}

function isValid(key: string): boolean {
  return key.length <= MAX_KEY_BYTES && KEY.test(key) && key !== '.' && !key.startsWith('..');
}

function largest(data: SecretData, written: ReadonlySet<string>): string {
  const [first] = [...data].sort(([a, x], [b, y]) => y.length - x.length || compareKeys(a, b));
  const [key = '', { length } = { length: 0 }] = first ?? [];
  return written.has(key) ? `is ${JSON.stringify(key)} with ${length} bytes` : `has ${length} bytes`;
}
