/** Base64 with Go's rules: padding required, line breaks ignored, nothing else tolerated (RFC 4648 §4 and §5). */

const ALPHABET = { Base64: /^[A-Za-z0-9+/]*$/, Base64URL: /^[A-Za-z0-9_-]*$/ } as const;

/** The decoded bytes, or undefined when the value is not of that form. */
export function decodeBase64(value: Uint8Array, form: keyof typeof ALPHABET): Uint8Array | undefined {
  const text = Buffer.from(value)
    .toString('latin1')
    .replace(/[\r\n]/g, '');
  if (text.length % 4 !== 0) return undefined;
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  const body = text.slice(0, text.length - padding);
  if (!ALPHABET[form].test(body)) return undefined;
  return Buffer.from(body, form === 'Base64' ? 'base64' : 'base64url');
}
