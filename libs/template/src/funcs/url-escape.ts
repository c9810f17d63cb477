import { quote } from '../strconv/quote.ts';
import { GoError } from '../value/go-error.ts';
import { constant } from '../value/public-text.ts';

/** The part of a URL that decides which bytes stand for themselves there. */
export type UrlPart = 'path' | 'host' | 'zone' | 'user' | 'fragment';

const plain = /^[A-Za-z0-9\-_.~]$/;

/** Bytes that stand for themselves besides letters, digits and `-_.~`. */
const allowed: Readonly<Record<UrlPart, string>> = {
  path: '$&+,/:;=@',
  host: '!$&\'()*+,;=:[]<>"',
  zone: '!$&\'()*+,;=:[]<>"',
  user: '$&+,;=',
  fragment: '$&+,/:;=?@!()*',
};

function mustEscape(byte: string, part: UrlPart): boolean {
  return !plain.test(byte) && !allowed[part].includes(byte);
}

/** Go's `escape`. */
export function escapeUrl(text: string, part: UrlPart): string {
  return text.replace(/[^A-Za-z0-9\-_.~]/g, (byte) =>
    mustEscape(byte, part) ? `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}` : byte,
  );
}

/** True when the text can be the escaped form of a path. */
export function isEscapedPath(text: string): boolean {
  return Array.from(text).every((byte) => "![]'()*%".includes(byte) || !mustEscape(byte, 'path'));
}

function checkEscape(escape: string, part: UrlPart): void {
  const isEscape = /^%[0-9a-fA-F]{2}$/.test(escape);
  const byte = Number.parseInt(escape.slice(1), 16);
  // In a host only bytes beyond ASCII may be escaped, and the percent sign of a zone.
  const badHost = part === 'host' && byte < 0x80 && escape !== '%25';
  const badZone = part === 'zone' && escape !== '%25' && byte !== 0x20 && mustEscape(String.fromCharCode(byte), 'host');
  if (!isEscape || badHost || badZone)
    throw new GoError(`invalid URL escape ${quote(escape)}`, constant('invalid URL escape'));
}

/** Go's `unescape`. Throws a `GoError` with its text. */
export function unescapeUrl(text: string, part: UrlPart): string {
  for (let at = 0; at < text.length; at++) {
    const byte = text.charAt(at);
    if (byte === '%') {
      checkEscape(text.slice(at, at + 3), part);
      at += 2;
    } else if ((part === 'host' || part === 'zone') && byte < '\x80' && mustEscape(byte, part)) {
      throw new GoError(`invalid character ${quote(byte)} in host name`, constant('invalid character in host name'));
    }
  }
  return text.replace(/%([0-9a-fA-F]{2})/g, (_escape, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
