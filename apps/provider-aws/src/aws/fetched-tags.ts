import { type CallContext, canonicalJson, ProviderError, type RemoteRef } from '@eso/api/server';
import { propertyOf } from './property-of.ts';

/**
 * What `metadataPolicy: Fetch` gives: the tags as a JSON object, or the one that the property leads to. That what they are of is
 * absent is an ordinary failure here, as upstream's: deletion policies speak of values.
 * @param read reads the tags; it throws SECRET_NOT_FOUND where there is nothing that could have some
 * @throws ProviderError PROPERTY_NOT_FOUND, and what `read` throws besides
 */
export async function fetchedTags(
  ref: RemoteRef,
  call: CallContext,
  read: () => Promise<ReadonlyMap<string, string>>,
): Promise<Uint8Array> {
  const tags = canonicalJson(await tagsOf(read), { escapeHtml: true });
  return ref.property ? propertyOf(tags, ref, call, 'tag') : tags;
}

async function tagsOf(read: () => Promise<ReadonlyMap<string, string>>): Promise<ReadonlyMap<string, string>> {
  try {
    return await read();
  } catch (error) {
    throw ordinary(error);
  }
}

function ordinary(error: unknown): unknown {
  if (!(error instanceof ProviderError) || error.code !== 'SECRET_NOT_FOUND') return error;
  return new ProviderError('PROPERTY_NOT_FOUND', `no tags to read: ${error.publicMessage}`, {
    field: 'remoteRef.key',
    nextStep: error.nextStep,
    cause: error,
    ...(error.backend ? { backend: error.backend } : {}),
  });
}
