import { byteText, byteTextToBytes, utf8ByteText } from './byte-text.ts';
import type { Fuel } from '@eso/runtime';
import { Budget, limitExceeded, MAX_MODIFIERS, MAX_PATH_BYTES, REWRITTEN } from './gjson/budget.ts';
import { lookup } from './gjson/lookup.ts';
import { valueText } from './gjson/value.ts';

/** In which order a property that holds dots is tried as a literal key and as a path; backends differ in it. */
export type PropertyOrder = 'path' | 'literalThenPath' | 'pathThenLiteral';

/**
 * The value that `property` leads to in a JSON document, by the path language of gjson 1.18: a string's text, an empty value for
 * null, everything else exactly as it stands in the document (numbers with a fraction or exponent are written out). The
 * document is not validated: whatever comes before its first bracket is skipped, and of a key that comes twice the first counts.
 *
 * @param order `literalThenPath` and `pathThenLiteral` also try the whole property as one key, dots and all.
 * @param fuel pays for it
 * @returns undefined when there is no such value.
 * @throws ProviderError LIMIT_EXCEEDED when the path is too long, too deep, or asks for too much work; FuelSpent
 */
export function readPropertySync(
  document: Uint8Array,
  property: string,
  order: PropertyOrder,
  fuel: Fuel,
): Uint8Array | undefined {
  const path = utf8ByteText(property);
  if (path.length > MAX_PATH_BYTES) throw limitExceeded(`is longer than ${MAX_PATH_BYTES} bytes`);
  if (modifiersIn(path) > MAX_MODIFIERS) throw limitExceeded(`names more than ${MAX_MODIFIERS} modifiers`);
  const budget = new Budget(fuel);
  const json = byteText(document);
  for (const candidate of candidates(path, order)) {
    const value = lookup(json, candidate, budget);
    if (value.kind === 'missing') continue;
    budget.charge(value.raw.length, value.raw.includes('\\') ? REWRITTEN : 1);
    return byteTextToBytes(valueText(value));
  }
  return undefined;
}

/** Only dots are escaped: a property in which the user already wrote `\.` misses as a literal and is found as a path. */
function candidates(path: string, order: PropertyOrder): string[] {
  if (order === 'path' || !path.includes('.')) return [path];
  const literal = path.replaceAll('.', '\\.');
  return order === 'literalThenPath' ? [literal, path] : [path, literal];
}

/** How many modifiers it may name: an upper bound, since an `@` in a key is counted too where one could stand. */
export function modifiersIn(path: string): number {
  return path.match(/(?:^|[.|,:[{(])@/g)?.length ?? 0;
}
