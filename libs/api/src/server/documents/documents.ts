import { isUtf8 } from 'node:buffer';
import { ProviderError } from '../../contract/provider-error.ts';
import type { CanonicalJsonOptions } from '../../property/canonical-json.ts';
import type { ValueForm } from '../../property/object-to-map.ts';
import type { PropertyOrder } from '../../property/read-property.ts';
import type { CallContext, RemoteRef } from '../backend.ts';
import { canonicalTask, objectTask, propertyTask, writeTask } from '../calls/heavy-tasks.ts';

/**
 * The value that `property` leads to in a JSON document, by the path language of gjson 1.18: a string's text, an empty value for
 * null, everything else exactly as it stands in the document (numbers with a fraction or exponent are written out). The
 * document is not validated: whatever comes before its first bracket is skipped, and of a key that comes twice the first counts.
 *
 * @param order `literalThenPath` and `pathThenLiteral` also try the whole property as one key, dots and all. Default `path`.
 * @returns undefined when there is no such value.
 * @throws ProviderError LIMIT_EXCEEDED when the path is too long, too deep, or asks for too much work; PROVIDER_BUSY.
 */
export function readProperty(
  document: Uint8Array,
  property: string,
  call: Pick<CallContext, 'work'>,
  order: PropertyOrder = 'path',
): Promise<Uint8Array | undefined> {
  return call.work.run({
    task: propertyTask,
    input: { document, property, order },
    // Of another document it may be short.
    source: JSON.stringify([property, document.length]),
    field: 'remoteRef.property',
    what: 'reading the property',
  });
}

/**
 * A JSON document with `value` as a JSON string where `property` leads to, by the rules of sjson 1.2.5: everything else keeps its
 * text, white space, order and number spelling included, so that a value that is there already changes nothing. What is missing on
 * the way is made: an object, or an array (padded with null) for a number; `-1` appends to an array, a leading `:` makes a key of a
 * number. A scalar on the way makes room; an empty document becomes a new object.
 *
 * @param value UTF-8: JSON has no bytes
 * @returns undefined when the property selects (`| # @ * ?`) and nothing is there that it selects: such a path makes nothing.
 * @throws ProviderError NOT_AN_OBJECT when the document is neither empty nor an object or array; INVALID_REQUEST for a key into an
 * array, and for a value that is no UTF-8 text; LIMIT_EXCEEDED; PROVIDER_BUSY.
 */
export async function writeProperty(
  document: Uint8Array,
  property: string,
  value: Uint8Array,
  call: Pick<CallContext, 'work'>,
): Promise<Uint8Array | undefined> {
  const field = 'match.remoteRef.property';
  if (!isUtf8(value))
    throw new ProviderError(
      'INVALID_REQUEST',
      'the value is no UTF-8 text, and a property of a JSON document is text',
      {
        field,
        nextStep: 'encode it in the source Secret, or push it without a property',
      },
    );
  try {
    return await call.work.run({
      task: writeTask,
      input: { document, property, value },
      source: JSON.stringify([property, document.length, value.length]),
      field,
      what: 'writing the property',
    });
  } catch (error) {
    // Properties are read in an ExternalSecret and written in a PushSecret.
    throw error instanceof ProviderError ? error.at(field) : error;
  }
}

/**
 * A JSON document in canonical form: compact, keys sorted by their UTF-8 bytes, numbers as they were spelled. Of a key that comes
 * twice the last one counts.
 * @throws ProviderError NOT_AN_OBJECT for what is not JSON; LIMIT_EXCEEDED when it is nested deeper than 1,000 levels;
 * PROVIDER_BUSY.
 */
export function canonicalDocument(
  document: Uint8Array,
  call: Pick<CallContext, 'work'>,
  options: CanonicalJsonOptions = {},
): Promise<Uint8Array> {
  return call.work.run({
    task: canonicalTask,
    input: { document, options },
    source: `document of ${document.length} bytes`,
    field: 'remoteRef.key',
    what: 'reading the JSON document',
  });
}

/**
 * The members of a JSON object as a map. A string becomes its text, null becomes empty, everything else what `form` says: its exact
 * text unless told otherwise. Of a key that comes twice the last one counts; the document `null` is an empty map.
 * @param ref where the document comes from, for the error
 * @throws ProviderError NOT_AN_OBJECT; LIMIT_EXCEEDED when it has very many members or is nested too deep; PROVIDER_BUSY.
 */
export async function valueMap(
  document: Uint8Array,
  ref: Pick<RemoteRef, 'key' | 'property'>,
  call: Pick<CallContext, 'work'>,
  form: ValueForm = {},
): Promise<Map<string, Uint8Array>> {
  const field = ref.property ? 'remoteRef.property' : 'remoteRef.key';
  const map = await call.work.run({
    task: objectTask,
    input: { document, form },
    source: JSON.stringify([ref.key, ref.property, document.length]),
    field,
    what: 'reading the JSON object',
  });
  if (map) return new Map(map);
  const what = ref.property ? `property ${ref.property} of secret ${ref.key}` : `secret ${ref.key}`;
  throw new ProviderError('NOT_AN_OBJECT', `${what} is not a JSON object`, { field });
}

/** {@link valueMap} with exact texts. */
export function objectOf(
  document: Uint8Array,
  ref: RemoteRef,
  call: Pick<CallContext, 'work'>,
): Promise<Map<string, Uint8Array>> {
  return valueMap(document, ref, call);
}
