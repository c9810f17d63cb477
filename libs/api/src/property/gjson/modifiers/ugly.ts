import type { ByteText } from '../../byte-text.ts';
import { stringEnd } from '../scan.ts';

/** `@ugly`: the document without white space outside of strings. */
export function ugly(json: ByteText): ByteText {
  const parts: ByteText[] = [];
  for (let i = 0; i < json.length;) {
    let end = i + 1;
    if (json[i] === '"') {
      end = stringEnd(json, i);
      if (end < 0) end = json.length;
    }
    if (json.charCodeAt(i) > 0x20) parts.push(json.slice(i, end));
    i = end;
  }
  return parts.join('');
}
