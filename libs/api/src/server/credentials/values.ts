import type { ReferencedObject } from './object-cache.ts';
import { type Reference, unusable } from './reference.ts';
import { describeReference } from './reference-problem.ts';

/** The bytes of a base64 text, or undefined when it is none: Node's own decoder skips what it does not know. */
export function canonicalBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : undefined;
}

/**
 * The value of one key, verbatim.
 * @returns undefined when there is no such key.
 * @throws ProviderError CREDENTIALS_UNUSABLE when the value is malformed.
 */
export function valueOfKey(
  reference: Reference,
  { text, base64 }: ReferencedObject,
  key: string,
  field: string,
): Uint8Array | undefined {
  // Not by `in`: every object inherits names.
  const plain = Object.hasOwn(text, key) ? text[key] : undefined;
  if (plain !== undefined) return Buffer.from(plain);
  const encoded = Object.hasOwn(base64, key) ? base64[key] : undefined;
  if (encoded === undefined) return undefined;
  const bytes = canonicalBase64(encoded);
  if (bytes) return bytes;
  throw unusable(
    field,
    `key ${key} of ${describeReference(reference)} is not base64`,
    'write the value anew, as plain text in stringData',
  );
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** @throws ProviderError CREDENTIALS_UNUSABLE when the bytes are no text. */
export function textOf(reference: Reference, key: string, bytes: Uint8Array, field: string): string {
  try {
    return strictUtf8.decode(bytes);
  } catch {
    throw unusable(
      field,
      `key ${key} of ${describeReference(reference)} holds bytes that are no text`,
      'store text there',
    );
  }
}
