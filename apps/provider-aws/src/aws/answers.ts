import { ProviderError } from '@eso/api/server';
import { type AwsError, backendAnswer } from './failure.ts';

/** Of an answer of the SDK, what is known of its request. */
type Metadata = AwsError['$metadata'];

/** The entries of a list, of which neither the SDK nor whoever answers in AWS's place promises that it is one. */
export function entriesOf<T extends object>(list: readonly T[] | undefined): readonly T[] {
  const given: unknown = list;
  return Array.isArray(given)
    ? (given as readonly T[]).filter((entry: unknown) => typeof entry === 'object' && entry !== null)
    : [];
}

/** Tags by their keys. */
export function tagsByKey(
  list: readonly { readonly Key?: string | undefined; readonly Value?: string | undefined }[] | undefined,
): ReadonlyMap<string, string> {
  return new Map(entriesOf(list).map(({ Key = '', Value = '' }) => [Key, Value]));
}

/**
 * An answer that succeeds and does not say what it has to: BACKEND_UNAVAILABLE, since nothing may be concluded from it.
 * @param service as users know it
 * @param what was asked for, after "without": `the description of secret db`
 */
export function halfAnswer(service: string, operation: string, what: string, $metadata: Metadata): ProviderError {
  return new ProviderError('BACKEND_UNAVAILABLE', `${service} answered ${operation} without ${what}`, {
    nextStep: "nothing: it is tried again; if it lasts, check what answers in AWS's place",
    backend: backendAnswer({ name: operation, ...($metadata ? { $metadata } : {}) }),
  });
}
