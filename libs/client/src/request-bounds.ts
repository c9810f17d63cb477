import { create, type DescMessage, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { limits, ProviderError } from '@eso/api/contract';
import type { ExternalSecretDataRemoteRefSchema, ExternalSecretFindSchema } from '@eso/api/stubs';

/**
 * Refuses what no provider should see. A provider that writes a key into its error text would send more back than a connection bears.
 * @throws ProviderError LIMIT_EXCEEDED with the field
 */
export function checkRemoteRef(ref: MessageInitShape<typeof ExternalSecretDataRemoteRefSchema> | undefined): void {
  if (!ref) return;
  checkText('remoteRef.key', ref.key);
  checkText('remoteRef.version', ref.version);
  checkText('remoteRef.property', ref.property);
}

/** @throws ProviderError LIMIT_EXCEEDED, REGEXP_TOO_LARGE with the field */
export function checkFind(find: MessageInitShape<typeof ExternalSecretFindSchema> | undefined): void {
  if (!find) return;
  checkText('find.path', find.path);
  for (const [name, value] of Object.entries(find.tags ?? {})) {
    checkText('find.tags', name);
    checkText('find.tags', value);
  }
  const expression = find.name?.regexp ?? '';
  const bytes = Buffer.byteLength(expression);
  if (bytes <= limits.regexpBytes) return;
  const text = `find.name.regexp has ${bytes} bytes, ${limits.regexpBytes} are allowed`;
  throw new ProviderError('REGEXP_TOO_LARGE', text, { field: 'find.name.regexp' });
}

function checkText(field: string, text = ''): void {
  // A character has three bytes at most for each of its units.
  if (text.length * 3 <= limits.requestFieldBytes) return;
  const bytes = Buffer.byteLength(text);
  if (bytes <= limits.requestFieldBytes) return;
  throw new ProviderError('LIMIT_EXCEEDED', `${field} has ${bytes} bytes, ${limits.requestFieldBytes} are allowed`, {
    field,
    nextStep: `shorten ${field}`,
  });
}

/** The field of a request that takes most of its bytes, by its name on the wire. */
export function largestField<I extends DescMessage>(schema: I, message: MessageInitShape<I>): string {
  const given = message as Readonly<Record<string, unknown>>;
  let largest = { name: schema.name, bytes: -1 };
  for (const { localName, jsonName } of schema.fields) {
    if (given[localName] === undefined) continue;
    const one = { [localName]: given[localName] } as MessageInitShape<I>;
    const bytes = toBinary(schema, create(schema, one)).byteLength;
    if (bytes > largest.bytes) largest = { name: jsonName, bytes };
  }
  return largest.name;
}
