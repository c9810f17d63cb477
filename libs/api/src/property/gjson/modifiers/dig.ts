import type { ByteText } from '../../byte-text.ts';
import type { Budget } from '../budget.ts';
import { lookup } from '../lookup.ts';
import { members } from '../members.ts';
import { type JsonValue, parseDocument, rawText } from '../value.ts';

/** `@dig:path`: what the path leads to in the document and in every value below it. */
export function dig(json: ByteText, path: ByteText, budget: Budget): ByteText {
  const found: ByteText[] = [];
  visit(parseDocument(json), path, budget, found);
  return `[${found.join(',')}]`;
}

function visit(value: JsonValue, path: ByteText, budget: Budget, found: ByteText[]): void {
  const hit = lookup(rawText(value), path, budget);
  if (hit.kind !== 'missing') found.push(hit.raw);
  if (value.kind !== 'json') return;
  for (const member of members(value, budget)) budget.deeper(() => visit(member.value, path, budget, found));
}
