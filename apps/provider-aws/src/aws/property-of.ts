import { type CallContext, ProviderError, readProperty, type RemoteRef } from '@eso/api/server';

/**
 * The property that a reference asks for: a key that is spelt so, or what a path leads to.
 * @param of what the document is made of, for the text
 * @throws ProviderError PROPERTY_NOT_FOUND
 */
export async function propertyOf(
  document: Uint8Array,
  ref: RemoteRef,
  call: CallContext,
  of: 'key' | 'tag',
): Promise<Uint8Array> {
  const value = await readProperty(document, ref.property, call, 'literalThenPath');
  if (value) return value;
  throw new ProviderError('PROPERTY_NOT_FOUND', `${of} ${ref.property} does not exist in secret ${ref.key}`, {
    field: 'remoteRef.property',
    ...(of === 'tag' ? { nextStep: 'correct remoteRef.property or add the tag to the secret' } : {}),
  });
}
