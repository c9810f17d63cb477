import type { ByteText } from '../../byte-text.ts';
import type { Budget } from '../budget.ts';
import { members } from '../members.ts';
import type { Lookup } from '../search.ts';
import { type JsonValue, parseDocument, rawText } from '../value.ts';

/** `@dig:path`: what the path leads to in the document and in every value below it. */
export function dig(json: ByteText, path: ByteText, budget: Budget, lookup: Lookup): ByteText {
  const found: ByteText[] = [];
  const visit = (value: JsonValue): void => {
    const hit = lookup(rawText(value), path, budget);
    if (hit.kind !== 'missing') found.push(hit.raw);
    if (value.kind !== 'json') return;
    for (const member of members(value, budget)) budget.deeper(() => visit(member.value));
  };
  visit(parseDocument(json));
  return `[${found.join(',')}]`;
}
