import { ProviderError } from '../../contract/provider-error.ts';
import type { PropertyOrder } from '../../property/read-property.ts';
import type { CallContext, RemoteRef } from '../backend.ts';
import { objectTask, propertyTask } from '../calls/heavy-tasks.ts';

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
 * The members of a JSON object as a map. A string becomes its text, null becomes empty, everything else keeps its exact
 * text, white space and number spelling included. Of a key that comes twice the last one counts; the document `null` is an
 * empty map.
 * @param ref where the document comes from, for the error
 * @throws ProviderError NOT_AN_OBJECT; LIMIT_EXCEEDED when it has very many members; PROVIDER_BUSY.
 */
export async function objectOf(
  document: Uint8Array,
  ref: RemoteRef,
  call: Pick<CallContext, 'work'>,
): Promise<Map<string, Uint8Array>> {
  const field = ref.property ? 'remoteRef.property' : 'remoteRef.key';
  const map = await call.work.run({
    task: objectTask,
    input: { document },
    source: JSON.stringify([ref.key, ref.property, document.length]),
    field,
    what: 'reading the JSON object',
  });
  if (map) return new Map(map);
  const what = ref.property ? `property ${ref.property} of secret ${ref.key}` : `secret ${ref.key}`;
  throw new ProviderError('NOT_AN_OBJECT', `${what} is not a JSON object`, { field });
}
