import { isUtf8 } from 'node:buffer';
import { ProviderError, type Push } from '@eso/api/server';

/** Where a push says what it writes. */
export const SECRET_KEY = 'match.secretKey';

/**
 * Refuses bytes that would have to become text and are none: what is no UTF-8 would be replaced in silence.
 * @param why what needs text, for the words: `a parameter is text`
 * @param nextStep what else can be done with bytes
 * @throws ProviderError INVALID_REQUEST, naming the key of the source Secret
 */
export function checkTexts({ data, secretKey }: Pick<Push, 'data' | 'secretKey'>, why: string, nextStep: string): void {
  for (const [key, value] of data)
    if ((secretKey || key) === key && !isUtf8(value))
      throw invalidValue(`the value of key ${key} is no UTF-8 text, and ${why}`, nextStep);
}

/** A value that cannot be written: INVALID_REQUEST at the key of the source Secret. */
export function invalidValue(problem: string, nextStep: string): ProviderError {
  return new ProviderError('INVALID_REQUEST', problem, { field: SECRET_KEY, nextStep });
}
