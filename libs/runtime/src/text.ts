import { plainText } from './plain-text.ts';

const ELLIPSIS = '…';
const ELLIPSIS_BYTES = Buffer.byteLength(ELLIPSIS);

/**
 * Cuts `text` so that it has at most `maxBytes` bytes in UTF-8, never inside a character. A cut text ends in `…`.
 * @param maxBytes default 512, the bound of texts that come from outside
 */
export function bounded(text: string, maxBytes = 512): string {
  if (text.length * 3 <= maxBytes) return text;
  const bytes = Buffer.from(text);
  if (bytes.length <= maxBytes) return text;
  if (maxBytes < ELLIPSIS_BYTES) return '';
  let end = maxBytes - ELLIPSIS_BYTES;
  // 10xxxxxx continues a character (RFC 3629): step back to where one starts.
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return bytes.toString('utf8', 0, end) + ELLIPSIS;
}

/** How deep `errorText` follows causes; enough for library → socket → system, and an end for circular ones. */
const MAX_CAUSES = 4;

/**
 * One line that says what was thrown: the message and the messages of its causes that add something. Node leaves the
 * message of an `AggregateError` (connecting to several addresses) empty; its parts are named then.
 */
export function errorText(thrown: unknown): string {
  const parts: string[] = [];
  let current: unknown = thrown;
  for (let depth = 0; depth < MAX_CAUSES && current != null; depth += 1) {
    const own = ownText(current);
    if (own && !parts.some((part) => part.includes(own))) parts.push(own);
    current = isError(current) ? current.cause : undefined;
  }
  return parts.join(': ') || 'unknown error';
}

function ownText(thrown: unknown): string {
  if (isError(thrown)) {
    const parts = thrown.message === '' && 'errors' in thrown && Array.isArray(thrown.errors) ? thrown.errors : [];
    return oneLine(thrown.message) || [...new Set(parts.map(ownText))].filter(Boolean).join('; ') || thrown.name;
  }
  if (typeof thrown === 'string') return oneLine(thrown);
  // Anything else may hold whatever was thrown with it, secrets included: name its kind, not its content.
  return `a thrown ${typeof thrown}`;
}

/** Whether something is an Error, also one of another realm (a VM context), which `instanceof` does not see. */
export function isError(thrown: unknown): thrown is Error {
  const tag = Object.prototype.toString.call(thrown);
  return thrown instanceof Error || tag === '[object Error]' || tag === '[object DOMException]';
}

function oneLine(text: string): string {
  return plainText(text.replace(/\s*\n\s*/g, ' ')).trim();
}
