import { decodeText, toBytes } from '../../value/utf8.ts';
import { utf16 } from '../der-write.ts';

/** A password in the two forms that the schemes of a container take. */
export interface Password {
  /** For the derivation of RFC 7292: UTF-16 with a final zero. */
  readonly utf16: Uint8Array;
  /** For PBKDF2: the bytes of the text. */
  readonly bytes: Uint8Array;
}

/** From a byte string. */
export function passwordOf(text: string): Password {
  return { utf16: utf16(`${decodeText(text)}\0`), bytes: toBytes(text) };
}

/** Some programs write the empty password as no bytes at all instead of a lone zero. */
export const noPassword: Password = { utf16: new Uint8Array(), bytes: new Uint8Array() };
