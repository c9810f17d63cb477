import type { ByteText } from '../byte-text.ts';
import { quoteJson } from '../quote.ts';

/** A JSON string as sjson writes it: characters of HTML are escaped only where something else has to be. */
export function stringified(text: ByteText): ByteText {
  return /[\x00-\x1f"\\\x80-\xff]/.test(text) ? quoteJson(text, true) : `"${text}"`;
}
