import {
  type CallContext,
  canonicalJson,
  objectOf,
  ProviderError,
  readProperty,
  type RemoteRef,
} from '@eso/api/server';
import type { VaultObject } from './vault-object.ts';

/** Tags, and the instants that the vault keeps as `attribute.NAME` (RFC 3339, seconds). */
function metadataOf({ tags, attributes }: VaultObject): ReadonlyMap<string, string> {
  const instants = [...attributes].map(([name, date]): [string, string] => [`attribute.${name}`, rfc3339(date)]);
  return new Map([...tags, ...instants]);
}

/**
 * What `metadataPolicy: Fetch` gives for one value: without a property all of it as a JSON object; else the tag that is spelt so, or
 * what a path behind the first dot leads to in the JSON document of a tag.
 * @throws ProviderError PROPERTY_NOT_FOUND
 */
export async function fetchedMetadata(object: VaultObject, ref: RemoteRef, call: CallContext): Promise<Uint8Array> {
  const metadata = metadataOf(object);
  if (!ref.property) return canonicalJson(metadata, { escapeHtml: true });
  const value = await propertyOf(metadata, ref.property, call);
  if (value) return value;
  throw new ProviderError('PROPERTY_NOT_FOUND', `tag ${ref.property} does not exist in ${ref.key}`, {
    field: 'remoteRef.property',
    nextStep: 'correct remoteRef.property or add the tag',
  });
}

/**
 * What it gives for a map: `NAME_TAG` for each tag, and `NAME_TAG_KEY` for each member of a tag that is a JSON object of texts. With a
 * property it is one entry, empty where there is no such tag.
 * @param name of the object; with a property, the remote key as it was written
 */
export async function fetchedMetadataMap(
  object: VaultObject,
  { name, ref, call }: { readonly name: string; readonly ref: RemoteRef; readonly call: CallContext },
): Promise<Map<string, Uint8Array>> {
  const metadata = metadataOf(object);
  if (ref.property) {
    const value = await propertyOf(metadata, ref.property, call);
    return new Map([[`${ref.key}_${ref.property}`, value ?? new Uint8Array()]]);
  }
  const entries = [...metadata].map(async ([tag, text]): Promise<[string, Uint8Array][]> => {
    const members = await textsIn(text, call);
    if (!members) return [[`${name}_${tag}`, Buffer.from(text)]];
    return [...members].map(([key, member]): [string, Uint8Array] => [`${name}_${tag}_${key}`, member]);
  });
  return new Map((await Promise.all(entries)).flat());
}

async function propertyOf(
  metadata: ReadonlyMap<string, string>,
  property: string,
  call: CallContext,
): Promise<Uint8Array | undefined> {
  const exact = metadata.get(property);
  if (exact !== undefined) return Buffer.from(exact);
  const dot = property.indexOf('.');
  const document = dot < 0 ? undefined : metadata.get(property.slice(0, dot));
  return document === undefined ? undefined : readProperty(Buffer.from(document), property.slice(dot + 1), call);
}

/** The members of a JSON object that has nothing but texts; undefined for everything else. */
async function textsIn(text: string, call: CallContext): Promise<ReadonlyMap<string, Uint8Array> | undefined> {
  if (!text.trimStart().startsWith('{')) return undefined;
  try {
    // A tag has 256 characters at most.
    const parsed = JSON.parse(text) as Record<string, unknown>;
    if (!Object.values(parsed).every((member) => typeof member === 'string')) return undefined;
  } catch {
    return undefined;
  }
  return objectOf(Buffer.from(text), { key: '', version: '', property: '', metadataPolicy: 'None' }, call);
}

function rfc3339(date: Date): string {
  return date.toISOString().replace(/\.\d{3}Z$/, 'Z');
}
