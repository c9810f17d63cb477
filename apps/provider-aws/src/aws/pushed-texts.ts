import { ProviderError } from '@eso/api/server';

/** Where a push says what it writes. */
export const SECRET_KEY = 'match.secretKey';

/** A value that cannot be written: INVALID_REQUEST at the key of the source Secret. */
export function invalidValue(problem: string, nextStep: string): ProviderError {
  return new ProviderError('INVALID_REQUEST', problem, { field: SECRET_KEY, nextStep });
}
